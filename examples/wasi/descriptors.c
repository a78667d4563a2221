// Preview 1 on WASI 0.2: the table of file descriptors, and what each of them is.
#include "descriptors.h"

// list<tuple<descriptor, string>>
typedef struct {
  struct {
    handle_t descriptor;
    string_t name;
  } *data;
  size_t size;
} directories_t;

// option<terminal-input> and option<terminal-output>
typedef struct {
  bool is_some;
  handle_t terminal;
} option_terminal_t;

WASI02("cli/stdin", "get-stdin") handle_t get_stdin(void);
WASI02("cli/stdout", "get-stdout") handle_t get_stdout(void);
WASI02("cli/stderr", "get-stderr") handle_t get_stderr(void);
WASI02("cli/terminal-stdin", "get-terminal-stdin") void get_terminal_stdin(option_terminal_t *terminal);
WASI02("cli/terminal-stdout", "get-terminal-stdout") void get_terminal_stdout(option_terminal_t *terminal);
WASI02("cli/terminal-stderr", "get-terminal-stderr") void get_terminal_stderr(option_terminal_t *terminal);
WASI02("cli/terminal-input", "[resource-drop]terminal-input") void terminal_input_drop(handle_t terminal);
WASI02("cli/terminal-output", "[resource-drop]terminal-output") void terminal_output_drop(handle_t terminal);

WASI02("io/streams", "[resource-drop]input-stream") void input_stream_drop(handle_t stream);
WASI02("io/streams", "[resource-drop]output-stream") void output_stream_drop(handle_t stream);

WASI02("filesystem/preopens", "get-directories") void get_directories(directories_t *directories);
WASI02("filesystem/types", "[method]descriptor.append-via-stream")
void append_via_stream(handle_t file, result_handle_t *result);
WASI02("filesystem/types", "[method]descriptor.get-type") void get_type(handle_t file, result_byte_t *result);
WASI02("filesystem/types", "[method]descriptor.metadata-hash")
void descriptor_hash(handle_t file, result_hash_t *result);
WASI02("filesystem/types", "[resource-drop]descriptor") void descriptor_drop(handle_t file);

// ---------------------------------------------------------------- the table

enum { CAPACITY = 64 };

static entry_t table[CAPACITY] = {
  {.kind = INPUT, .rights = __WASI_RIGHTS_FD_READ},
  {.kind = OUTPUT, .rights = __WASI_RIGHTS_FD_WRITE},
  {.kind = OUTPUT, .rights = __WASI_RIGHTS_FD_WRITE},
};

// The directories that the host gives follow the standard streams.
static void fetch_preopens(void) {
  static bool are_fetched;
  directories_t directories;
  if (are_fetched)
    return;
  are_fetched = true;
  get_directories(&directories);
  for (size_t i = 0; i < directories.size; i++) {
    int32_t fd;
    if (adopt(directories.data[i].descriptor, UINT64_MAX, &fd) == __WASI_ERRNO_SUCCESS)
      table[fd].preopened = directories.data[i].name;
  }
  release(directories.data, directories.size);
}

entry_t *entry_of(int32_t fd) {
  if (fd > 2)
    fetch_preopens();
  return fd >= 0 && fd < CAPACITY && table[fd].kind != CLOSED ? &table[fd] : NULL;
}

entry_t *file_of(int32_t fd) {
  entry_t *entry = entry_of(fd);
  return entry && entry->kind == FILE_OR_DIRECTORY ? entry : NULL;
}

__wasi_errno_t adopt(handle_t descriptor, uint64_t rights, int32_t *fd) {
  for (int32_t i = 0; i < CAPACITY; i++)
    if (table[i].kind == CLOSED) {
      table[i] = (entry_t){.kind = FILE_OR_DIRECTORY, .descriptor = descriptor, .rights = rights};
      *fd = i;
      return __WASI_ERRNO_SUCCESS;
    }
  descriptor_drop(descriptor);
  return __WASI_ERRNO_MFILE;
}

handle_t stream_of(entry_t *entry) {
  if (!entry->stream) // one that appends is there from the start
    entry->stream = entry == &table[0] ? get_stdin() : entry == &table[1] ? get_stdout() : get_stderr();
  return entry->stream;
}

static void drop_stream(entry_t *entry) {
  if (entry->stream && entry->kind == INPUT)
    input_stream_drop(entry->stream);
  else if (entry->stream)
    output_stream_drop(entry->stream);
  entry->stream = 0;
}

void close_entry(entry_t *entry) {
  drop_stream(entry);
  close_listing(entry);
  if (entry->kind == FILE_OR_DIRECTORY)
    descriptor_drop(entry->descriptor);
  release(entry->preopened.data, entry->preopened.size);
  *entry = (entry_t){.kind = CLOSED};
}

PREVIEW1(fd_close)(int32_t fd) {
  entry_t *entry = entry_of(fd);
  if (!entry)
    return __WASI_ERRNO_BADF;
  close_entry(entry);
  return __WASI_ERRNO_SUCCESS;
}

// ziglang's C library has its own `close`, in Zig, where the same import has another name.
int32_t zig_fd_close(int32_t fd) __asm__("fd_close|wasi_snapshot_preview1");
int32_t zig_fd_close(int32_t fd) {
  return __imported_wasi_snapshot_preview1_fd_close(fd);
}

PREVIEW1(fd_prestat_get)(int32_t fd, __wasi_prestat_t *out) {
  entry_t *entry = file_of(fd);
  if (!entry || !entry->preopened.data)
    return __WASI_ERRNO_BADF;
  *out = (__wasi_prestat_t){.tag = __WASI_PREOPENTYPE_DIR, .u.dir.pr_name_len = entry->preopened.size};
  return __WASI_ERRNO_SUCCESS;
}

PREVIEW1(fd_prestat_dir_name)(int32_t fd, char *out, size_t size) {
  entry_t *entry = file_of(fd);
  if (!entry || !entry->preopened.data)
    return __WASI_ERRNO_BADF;
  if (size < entry->preopened.size)
    return __WASI_ERRNO_NAMETOOLONG;
  __builtin_memcpy(out, entry->preopened.data, entry->preopened.size);
  return __WASI_ERRNO_SUCCESS;
}

// ---------------------------------------------------------------- what a descriptor is

static bool is_terminal(const entry_t *entry) {
  option_terminal_t terminal;
  if (entry == &table[0])
    get_terminal_stdin(&terminal);
  else if (entry == &table[1])
    get_terminal_stdout(&terminal);
  else
    get_terminal_stderr(&terminal);
  if (terminal.is_some && entry->kind == INPUT)
    terminal_input_drop(terminal.terminal);
  else if (terminal.is_some)
    terminal_output_drop(terminal.terminal);
  return terminal.is_some;
}

uint8_t filetype_of(uint8_t descriptor_type) {
  static const uint8_t types[] = {
    __WASI_FILETYPE_UNKNOWN,          // unknown
    __WASI_FILETYPE_BLOCK_DEVICE,     // block-device
    __WASI_FILETYPE_CHARACTER_DEVICE, // character-device
    __WASI_FILETYPE_DIRECTORY,        // directory
    __WASI_FILETYPE_UNKNOWN,          // fifo, which preview 1 has not
    __WASI_FILETYPE_SYMBOLIC_LINK,    // symbolic-link
    __WASI_FILETYPE_REGULAR_FILE,     // regular-file
    __WASI_FILETYPE_SOCKET_STREAM,    // socket
  };
  return descriptor_type < sizeof types ? types[descriptor_type] : __WASI_FILETYPE_UNKNOWN;
}

static __wasi_errno_t filetype(entry_t *entry, uint8_t *type) {
  result_byte_t result;
  if (entry->kind == FILE_OR_DIRECTORY) {
    get_type(entry->descriptor, &result);
    *type = result.failed ? __WASI_FILETYPE_UNKNOWN : filetype_of(result.value);
    return STATUS(result);
  }
  *type = is_terminal(entry) ? __WASI_FILETYPE_CHARACTER_DEVICE : __WASI_FILETYPE_UNKNOWN;
  return __WASI_ERRNO_SUCCESS;
}

PREVIEW1(fd_fdstat_get)(int32_t fd, __wasi_fdstat_t *out) {
  entry_t *entry = entry_of(fd);
  if (!entry)
    return __WASI_ERRNO_BADF;
  *out = (__wasi_fdstat_t){
    .fs_flags = entry->flags, .fs_rights_base = entry->rights, .fs_rights_inheriting = UINT64_MAX};
  return filetype(entry, &out->fs_filetype);
}

__wasi_errno_t set_flags(entry_t *entry, uint16_t flags) {
  if (entry->kind != FILE_OR_DIRECTORY && (flags & __WASI_FDFLAGS_NONBLOCK))
    return __WASI_ERRNO_NOTSUP; // files and directories do not block anyway
  if (entry->kind == FILE_OR_DIRECTORY && (flags & __WASI_FDFLAGS_APPEND) && !entry->stream) {
    result_handle_t result;
    append_via_stream(entry->descriptor, &result);
    if (result.failed)
      return errno_of(result.error);
    entry->stream = result.value;
  } else if (entry->kind == FILE_OR_DIRECTORY && !(flags & __WASI_FDFLAGS_APPEND)) {
    drop_stream(entry);
  }
  entry->flags = flags;
  return __WASI_ERRNO_SUCCESS;
}

PREVIEW1(fd_fdstat_set_flags)(int32_t fd, uint32_t flags) {
  entry_t *entry = entry_of(fd);
  return entry ? set_flags(entry, (uint16_t)flags) : __WASI_ERRNO_BADF;
}

// A time that the host does not tell is 0: it leaves the rest of the record undefined.
void fill_filestat(__wasi_filestat_t *out, const stat_t *stat, const hash_t *hash) {
  *out = (__wasi_filestat_t){
    .dev = 1, // WASI 0.2 has neither devices nor inodes, but the hash tells one file from another
    .ino = hash->lower,
    .filetype = filetype_of(stat->type),
    .nlink = stat->links,
    .size = stat->size,
    .atim = stat->accessed.is_known ? nanoseconds_of(stat->accessed.time) : 0,
    .mtim = stat->modified.is_known ? nanoseconds_of(stat->modified.time) : 0,
    .ctim = stat->changed.is_known ? nanoseconds_of(stat->changed.time) : 0,
  };
}

PREVIEW1(fd_filestat_get)(int32_t fd, __wasi_filestat_t *out) {
  entry_t *entry = entry_of(fd);
  result_stat_t stat;
  result_hash_t hash;
  if (!entry)
    return __WASI_ERRNO_BADF;
  if (entry->kind != FILE_OR_DIRECTORY) {
    *out = (__wasi_filestat_t){0};
    return filetype(entry, &out->filetype);
  }
  descriptor_stat(entry->descriptor, &stat);
  if (stat.failed)
    return errno_of(stat.error);
  descriptor_hash(entry->descriptor, &hash);
  if (!hash.failed)
    fill_filestat(out, &stat.value, &hash.value);
  return STATUS(hash);
}
