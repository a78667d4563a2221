// Preview 1 on WASI 0.2: the functions that take a path below an open directory, and the one that lists a directory.
#include "descriptors.h"
#include <stdlib.h>
#include <string.h>

// result<option<directory-entry>, error-code>
typedef struct {
  bool is_some;
  struct {
    uint8_t type;
    string_t name;
  } entry;
} option_entry_t;
typedef RESULT(option_entry_t) result_entry_t;

#define DESCRIPTOR(name) WASI02("filesystem/types", "[method]descriptor." name)
DESCRIPTOR("open-at")
void open_at(handle_t at, int32_t path_flags, const char *path, size_t size, int32_t open_flags, int32_t flags,
             result_handle_t *result);
DESCRIPTOR("stat-at")
void stat_at(handle_t at, int32_t path_flags, const char *path, size_t size, result_stat_t *result);
DESCRIPTOR("metadata-hash-at")
void hash_at(handle_t at, int32_t path_flags, const char *path, size_t size, result_hash_t *result);
DESCRIPTOR("create-directory-at")
void create_directory_at(handle_t at, const char *path, size_t size, result_byte_t *result);
DESCRIPTOR("remove-directory-at")
void remove_directory_at(handle_t at, const char *path, size_t size, result_byte_t *result);
DESCRIPTOR("unlink-file-at") void unlink_file_at(handle_t at, const char *path, size_t size, result_byte_t *result);
DESCRIPTOR("rename-at")
void rename_at(handle_t from, const char *old, size_t old_size, handle_t to, const char *new, size_t new_size,
               result_byte_t *result);
DESCRIPTOR("symlink-at")
void symlink_at(handle_t at, const char *target, size_t target_size, const char *path, size_t size,
                result_byte_t *result);
DESCRIPTOR("readlink-at") void readlink_at(handle_t at, const char *path, size_t size, result_string_t *result);
DESCRIPTOR("read-directory") void read_directory(handle_t directory, result_handle_t *result);
WASI02("filesystem/types", "[method]directory-entry-stream.read-directory-entry")
void read_directory_entry(handle_t stream, result_entry_t *result);
WASI02("filesystem/types", "[resource-drop]directory-entry-stream") void directory_entry_stream_drop(handle_t stream);

// ---------------------------------------------------------------- opening

// descriptor-flags
enum { READ = 1, WRITE = 2, FILE_SYNC = 4, DATA_SYNC = 8, REQUESTED_SYNC = 16 };

static int32_t descriptor_flags(uint64_t rights, uint32_t flags) {
  int32_t wanted = 0;
  if (rights & __WASI_RIGHTS_FD_READ)
    wanted |= READ;
  if (rights & __WASI_RIGHTS_FD_WRITE)
    wanted |= WRITE;
  if (flags & __WASI_FDFLAGS_SYNC)
    wanted |= FILE_SYNC;
  if (flags & __WASI_FDFLAGS_DSYNC)
    wanted |= DATA_SYNC;
  if (flags & __WASI_FDFLAGS_RSYNC)
    wanted |= REQUESTED_SYNC;
  return wanted;
}

// Both previews give the same numbers to how symbolic links are treated and to how a file is opened.
PREVIEW1(path_open)(int32_t fd, uint32_t lookup_flags, const char *path, size_t size, uint32_t open_flags,
                    uint64_t rights, uint64_t inheriting, uint32_t flags, int32_t *opened) {
  (void)inheriting;
  entry_t *at = file_of(fd);
  result_handle_t result;
  if (!at)
    return __WASI_ERRNO_BADF;
  open_at(at->descriptor, (int32_t)lookup_flags, path, size, (int32_t)open_flags, descriptor_flags(rights, flags),
          &result);
  if (result.failed)
    return errno_of(result.error);
  __wasi_errno_t error = adopt(result.value, rights, opened);
  if (!error && (error = set_flags(file_of(*opened), (uint16_t)flags)))
    close_entry(file_of(*opened));
  return error;
}

// ---------------------------------------------------------------- directories and names

PREVIEW1(path_filestat_get)(int32_t fd, uint32_t lookup_flags, const char *path, size_t size, __wasi_filestat_t *out) {
  entry_t *at = file_of(fd);
  result_stat_t stat;
  result_hash_t hash;
  if (!at)
    return __WASI_ERRNO_BADF;
  stat_at(at->descriptor, (int32_t)lookup_flags, path, size, &stat);
  if (stat.failed)
    return errno_of(stat.error);
  hash_at(at->descriptor, (int32_t)lookup_flags, path, size, &hash);
  if (!hash.failed)
    fill_filestat(out, &stat.value, &hash.value);
  return STATUS(hash);
}

PREVIEW1(path_create_directory)(int32_t fd, const char *path, size_t size) {
  entry_t *at = file_of(fd);
  result_byte_t result;
  if (!at)
    return __WASI_ERRNO_BADF;
  create_directory_at(at->descriptor, path, size, &result);
  return STATUS(result);
}

PREVIEW1(path_remove_directory)(int32_t fd, const char *path, size_t size) {
  entry_t *at = file_of(fd);
  result_byte_t result;
  if (!at)
    return __WASI_ERRNO_BADF;
  remove_directory_at(at->descriptor, path, size, &result);
  return STATUS(result);
}

PREVIEW1(path_unlink_file)(int32_t fd, const char *path, size_t size) {
  entry_t *at = file_of(fd);
  result_byte_t result;
  if (!at)
    return __WASI_ERRNO_BADF;
  unlink_file_at(at->descriptor, path, size, &result);
  return STATUS(result);
}

PREVIEW1(path_rename)(int32_t fd, const char *old, size_t old_size, int32_t new_fd, const char *new, size_t new_size) {
  entry_t *from = file_of(fd), *to = file_of(new_fd);
  result_byte_t result;
  if (!from || !to)
    return __WASI_ERRNO_BADF;
  rename_at(from->descriptor, old, old_size, to->descriptor, new, new_size, &result);
  return STATUS(result);
}

PREVIEW1(path_symlink)(const char *target, size_t target_size, int32_t fd, const char *path, size_t size) {
  entry_t *at = file_of(fd);
  result_byte_t result;
  if (!at)
    return __WASI_ERRNO_BADF;
  symlink_at(at->descriptor, target, target_size, path, size, &result);
  return STATUS(result);
}

PREVIEW1(path_readlink)(int32_t fd, const char *path, size_t size, char *out, size_t capacity, size_t *done) {
  entry_t *at = file_of(fd);
  result_string_t result;
  if (!at)
    return __WASI_ERRNO_BADF;
  readlink_at(at->descriptor, path, size, &result);
  if (result.failed)
    return errno_of(result.error);
  *done = result.value.size < capacity ? result.value.size : capacity; // what does not fit is cut off, as POSIX has it
  memcpy(out, result.value.data, *done);
  release(result.value.data, result.value.size);
  return __WASI_ERRNO_SUCCESS;
}

// ---------------------------------------------------------------- listing

static void forget_entry(listing_t *listing) {
  if (listing->is_at_hand)
    release(listing->entry.name.data, listing->entry.name.size);
  listing->is_at_hand = false;
}

void close_listing(entry_t *entry) {
  if (!entry->listing)
    return;
  forget_entry(entry->listing);
  directory_entry_stream_drop(entry->listing->stream);
  free(entry->listing);
  entry->listing = NULL;
}

static __wasi_errno_t open_listing(entry_t *entry) {
  result_handle_t result;
  close_listing(entry);
  read_directory(entry->descriptor, &result);
  if (result.failed)
    return errno_of(result.error);
  entry->listing = calloc(1, sizeof *entry->listing);
  if (!entry->listing) {
    directory_entry_stream_drop(result.value);
    return __WASI_ERRNO_NOMEM;
  }
  entry->listing->stream = result.value;
  return __WASI_ERRNO_SUCCESS;
}

// Have the next entry at hand, unless the directory ends here.
static __wasi_errno_t fetch_entry(handle_t directory, listing_t *listing) {
  result_entry_t result;
  result_hash_t hash;
  if (listing->is_at_hand)
    return __WASI_ERRNO_SUCCESS;
  read_directory_entry(listing->stream, &result);
  if (result.failed)
    return errno_of(result.error);
  if (!result.value.is_some)
    return __WASI_ERRNO_SUCCESS;
  string_t name = result.value.entry.name;
  hash_at(directory, 0, name.data, name.size, &hash);
  listing->is_at_hand = true;
  listing->entry.inode = hash.failed ? 0 : hash.value.lower; // 0: wasi-libc finds out itself, or skips what is gone
  listing->entry.name = name;
  listing->entry.type = filetype_of(result.value.entry.type);
  return __WASI_ERRNO_SUCCESS;
}

// Copy as much of the entry as fits. Returns how many bytes.
static size_t copy_entry(const listing_t *listing, uint8_t *out, size_t space) {
  string_t name = listing->entry.name;
  __wasi_dirent_t head = {
    .d_next = listing->next + 1, .d_ino = listing->entry.inode, .d_namlen = name.size, .d_type = listing->entry.type};
  size_t head_size = space < sizeof head ? space : sizeof head;
  size_t name_size = space - head_size < name.size ? space - head_size : name.size;
  memcpy(out, &head, head_size);
  memcpy(out + head_size, name.data, name_size);
  return head_size + name_size;
}

// Fills the buffer with entries from number `cookie` on; the last one may be cut off, and is asked for again.
PREVIEW1(fd_readdir)(int32_t fd, uint8_t *out, size_t size, uint64_t cookie, size_t *used) {
  entry_t *entry = file_of(fd);
  __wasi_errno_t error = __WASI_ERRNO_SUCCESS;
  if (!entry)
    return __WASI_ERRNO_BADF;
  *used = 0;
  if (!entry->listing || cookie < entry->listing->next)
    error = open_listing(entry);
  while (!error && *used < size) {
    listing_t *listing = entry->listing;
    error = fetch_entry(entry->descriptor, listing);
    if (error || !listing->is_at_hand)
      break;
    if (listing->next >= cookie)
      *used += copy_entry(listing, out + *used, size - *used);
    if (*used == size)
      break; // it may not be whole
    forget_entry(listing);
    listing->next++;
  }
  return error;
}
