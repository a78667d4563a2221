// Preview 1 on WASI 0.2: reading and writing through a file descriptor, and the position where that happens.
#include "descriptors.h"

// variant stream-error { last-operation-failed(error), closed }
typedef struct {
  bool is_closed;
  handle_t error;
} stream_error_t;

// result<list<u8>, stream-error>, and result<_, stream-error>
typedef struct {
  bool failed;
  union {
    bytes_t bytes;
    stream_error_t error;
  };
} result_stream_t;

// result<tuple<list<u8>, bool>, error-code>
typedef struct {
  bytes_t bytes;
  bool is_end;
} chunk_t;
typedef RESULT(chunk_t) result_chunk_t;

// option<error-code>
typedef struct {
  bool is_some;
  uint8_t code;
} option_code_t;

WASI02("io/error", "[resource-drop]error") void error_drop(handle_t error);
WASI02("io/streams", "[method]input-stream.blocking-read")
void blocking_read(handle_t stream, uint64_t size, result_stream_t *result);
WASI02("io/streams", "[method]output-stream.blocking-write-and-flush")
void blocking_write_and_flush(handle_t stream, const uint8_t *data, size_t size, result_stream_t *result);
WASI02("filesystem/types", "filesystem-error-code") void filesystem_error_code(handle_t error, option_code_t *code);
WASI02("filesystem/types", "[method]descriptor.read")
void descriptor_read(handle_t file, uint64_t size, uint64_t offset, result_chunk_t *result);
WASI02("filesystem/types", "[method]descriptor.write")
void descriptor_write(handle_t file, const uint8_t *data, size_t size, uint64_t offset, result_size_t *result);

// ---------------------------------------------------------------- reading and writing

// The error number of a stream that did not do what it was asked for; `closed` is the one for a stream that has ended.
static __wasi_errno_t errno_of_stream(stream_error_t error, __wasi_errno_t closed) {
  option_code_t code;
  if (error.is_closed)
    return closed;
  filesystem_error_code(error.error, &code);
  error_drop(error.error);
  return code.is_some ? errno_of(code.code) : __WASI_ERRNO_IO;
}

// Moves up to `size` bytes between the program and a stream (the offset does not matter) or a file.
typedef __wasi_errno_t move_t(entry_t *entry, uint8_t *data, size_t size, uint64_t offset, size_t *done);

static __wasi_errno_t read_stream(entry_t *entry, uint8_t *data, size_t size, uint64_t offset, size_t *done) {
  (void)offset;
  while (!*done) {
    result_stream_t result;
    land_in(data, size);
    blocking_read(stream_of(entry), size, &result);
    landed();
    if (result.failed)
      return errno_of_stream(result.error, __WASI_ERRNO_SUCCESS);
    *done = result.bytes.size;
  }
  return __WASI_ERRNO_SUCCESS;
}

static __wasi_errno_t write_stream(entry_t *entry, uint8_t *data, size_t size, uint64_t offset, size_t *done) {
  (void)offset;
  while (*done < size) {
    result_stream_t result;
    size_t piece = size - *done < 4096 ? size - *done : 4096; // WASI 0.2 takes no more at once
    blocking_write_and_flush(stream_of(entry), data + *done, piece, &result);
    if (result.failed)
      return errno_of_stream(result.error, __WASI_ERRNO_PIPE);
    *done += piece;
  }
  return __WASI_ERRNO_SUCCESS;
}

static __wasi_errno_t read_file(entry_t *entry, uint8_t *data, size_t size, uint64_t offset, size_t *done) {
  result_chunk_t result;
  land_in(data, size);
  descriptor_read(entry->descriptor, size, offset, &result);
  landed();
  if (!result.failed)
    *done = result.value.bytes.size;
  return STATUS(result);
}

static __wasi_errno_t write_file(entry_t *entry, uint8_t *data, size_t size, uint64_t offset, size_t *done) {
  result_size_t result;
  descriptor_write(entry->descriptor, data, size, offset, &result);
  if (!result.failed)
    *done = (size_t)result.value;
  return STATUS(result);
}

// Move one part after the other, until one is not filled: more may come later, or never. What is typed at standard
// input is handed on at once. An error after some bytes shows in the next call.
static __wasi_errno_t move_parts(move_t *move, entry_t *entry, const __wasi_iovec_t *parts, size_t count,
                                 uint64_t offset, size_t *sum) {
  __wasi_errno_t error = __WASI_ERRNO_SUCCESS;
  bool is_over = false;
  *sum = 0;
  for (size_t i = 0; i < count && !is_over; i++) {
    size_t done = 0;
    if (parts[i].buf_len)
      error = move(entry, parts[i].buf, parts[i].buf_len, offset + *sum, &done);
    *sum += done;
    is_over = error || done < parts[i].buf_len || (done && entry->kind == INPUT);
  }
  return *sum ? __WASI_ERRNO_SUCCESS : error;
}

// After appending, the position is the end of the file, wherever that is by now.
static __wasi_errno_t settle_position(entry_t *entry) {
  result_stat_t result;
  if (!entry->is_at_end)
    return __WASI_ERRNO_SUCCESS;
  descriptor_stat(entry->descriptor, &result);
  if (!result.failed) {
    entry->position = result.value.size;
    entry->is_at_end = false;
  }
  return STATUS(result);
}

PREVIEW1(fd_read)(int32_t fd, const __wasi_iovec_t *parts, size_t count, size_t *sum) {
  entry_t *entry = entry_of(fd);
  if (!entry || entry->kind == OUTPUT)
    return __WASI_ERRNO_BADF;
  if (entry->kind == INPUT)
    return move_parts(read_stream, entry, parts, count, 0, sum);
  __wasi_errno_t error = settle_position(entry);
  if (!error)
    error = move_parts(read_file, entry, parts, count, entry->position, sum);
  if (!error)
    entry->position += *sum;
  return error;
}

PREVIEW1(fd_write)(int32_t fd, const __wasi_iovec_t *parts, size_t count, size_t *sum) {
  entry_t *entry = entry_of(fd);
  if (!entry || entry->kind == INPUT)
    return __WASI_ERRNO_BADF;
  if (entry->kind == OUTPUT || entry->stream) {
    entry->is_at_end = entry->kind == FILE_OR_DIRECTORY;
    return move_parts(write_stream, entry, parts, count, 0, sum);
  }
  __wasi_errno_t error = settle_position(entry);
  if (!error)
    error = move_parts(write_file, entry, parts, count, entry->position, sum);
  if (!error)
    entry->position += *sum;
  return error;
}

PREVIEW1(fd_pread)(int32_t fd, const __wasi_iovec_t *parts, size_t count, uint64_t offset, size_t *sum) {
  entry_t *entry = entry_of(fd);
  if (!entry)
    return __WASI_ERRNO_BADF;
  return entry->descriptor ? move_parts(read_file, entry, parts, count, offset, sum) : __WASI_ERRNO_SPIPE;
}

PREVIEW1(fd_pwrite)(int32_t fd, const __wasi_iovec_t *parts, size_t count, uint64_t offset, size_t *sum) {
  entry_t *entry = entry_of(fd);
  if (!entry)
    return __WASI_ERRNO_BADF;
  return entry->descriptor ? move_parts(write_file, entry, parts, count, offset, sum) : __WASI_ERRNO_SPIPE;
}

// ---------------------------------------------------------------- the position

PREVIEW1(fd_seek)(int32_t fd, int64_t by, uint32_t whence, uint64_t *position) {
  entry_t *entry = entry_of(fd);
  if (!entry)
    return __WASI_ERRNO_BADF;
  if (!entry->descriptor)
    return __WASI_ERRNO_SPIPE;
  bool was_at_end = entry->is_at_end;
  uint64_t old = entry->position;
  entry->is_at_end |= whence == __WASI_WHENCE_END;
  __wasi_errno_t error = settle_position(entry);
  int64_t target = by;
  if (!error && whence != __WASI_WHENCE_SET && __builtin_add_overflow((int64_t)entry->position, by, &target))
    error = __WASI_ERRNO_OVERFLOW;
  if (!error && target < 0)
    error = __WASI_ERRNO_INVAL;
  if (error) {
    entry->is_at_end = was_at_end;
    entry->position = old;
    return error;
  }
  *position = entry->position = (uint64_t)target;
  return __WASI_ERRNO_SUCCESS;
}

PREVIEW1(fd_tell)(int32_t fd, uint64_t *position) {
  return __imported_wasi_snapshot_preview1_fd_seek(fd, 0, __WASI_WHENCE_CUR, position);
}
