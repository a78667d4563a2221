// The error-codes of wasi:filesystem, in the order in which it lists them, as error numbers of preview 1.
#include "wasi02.h"

static const uint8_t numbers[] = {
  __WASI_ERRNO_ACCES,           // access
  __WASI_ERRNO_AGAIN,           // would-block
  __WASI_ERRNO_ALREADY,         // already
  __WASI_ERRNO_BADF,            // bad-descriptor
  __WASI_ERRNO_BUSY,            // busy
  __WASI_ERRNO_DEADLK,          // deadlock
  __WASI_ERRNO_DQUOT,           // quota
  __WASI_ERRNO_EXIST,           // exist
  __WASI_ERRNO_FBIG,            // file-too-large
  __WASI_ERRNO_ILSEQ,           // illegal-byte-sequence
  __WASI_ERRNO_INPROGRESS,      // in-progress
  __WASI_ERRNO_INTR,            // interrupted
  __WASI_ERRNO_INVAL,           // invalid
  __WASI_ERRNO_IO,              // io
  __WASI_ERRNO_ISDIR,           // is-directory
  __WASI_ERRNO_LOOP,            // loop
  __WASI_ERRNO_MLINK,           // too-many-links
  __WASI_ERRNO_MSGSIZE,         // message-size
  __WASI_ERRNO_NAMETOOLONG,     // name-too-long
  __WASI_ERRNO_NODEV,           // no-device
  __WASI_ERRNO_NOENT,           // no-entry
  __WASI_ERRNO_NOLCK,           // no-lock
  __WASI_ERRNO_NOMEM,           // insufficient-memory
  __WASI_ERRNO_NOSPC,           // insufficient-space
  __WASI_ERRNO_NOTDIR,          // not-directory
  __WASI_ERRNO_NOTEMPTY,        // not-empty
  __WASI_ERRNO_NOTRECOVERABLE,  // not-recoverable
  __WASI_ERRNO_NOTSUP,          // unsupported
  __WASI_ERRNO_NOTTY,           // no-tty
  __WASI_ERRNO_NXIO,            // no-such-device
  __WASI_ERRNO_OVERFLOW,        // overflow
  __WASI_ERRNO_PERM,            // not-permitted
  __WASI_ERRNO_PIPE,            // pipe
  __WASI_ERRNO_ROFS,            // read-only
  __WASI_ERRNO_SPIPE,           // invalid-seek
  __WASI_ERRNO_TXTBSY,          // text-file-busy
  __WASI_ERRNO_XDEV,            // cross-device
};

__wasi_errno_t errno_of(uint8_t error_code) {
  return error_code < sizeof numbers ? numbers[error_code] : __WASI_ERRNO_IO;
}
