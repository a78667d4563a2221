// The WASI 0.2 types that several files of the adapter meet, laid out as the Canonical ABI lays them out in memory, and
// the errors that become preview-1 error numbers. Functions are declared where they are called.
#ifndef WASI02_H
#define WASI02_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wasi/api.h>

// A function of WASI 0.2, by its interface and its name there; wiring/ connects it.
#define WASI02(interface, name) \
  extern __attribute__((import_module("wasi:" interface "@0.2.0"), import_name(name)))

// A function that wasi-libc imports from preview 1. Defining it here settles that import within the program.
#define PREVIEW1(name) int32_t __imported_wasi_snapshot_preview1_##name

// A resource of the host. 0 is never one.
typedef int32_t handle_t;

// A WIT `string`: UTF-8, not terminated. Its memory came through `cabi_realloc`: whoever is done with it releases it.
typedef struct {
  char *data;
  size_t size;
} string_t;

// list<u8>. Its memory too, unless it landed where the program wanted it.
typedef struct {
  uint8_t *data;
  size_t size;
} bytes_t;

// record datetime { seconds: u64, nanoseconds: u32 }
typedef struct {
  uint64_t seconds;
  uint32_t nanoseconds;
} datetime_t;

static inline uint64_t nanoseconds_of(datetime_t time) {
  return time.seconds * 1000000000u + time.nanoseconds;
}

// result<_, error-code>, result<descriptor, error-code> and so on: the error is where the value would be.
#define RESULT(type) \
  struct { \
    bool failed; \
    union { \
      type value; \
      uint8_t error; \
    }; \
  }
typedef RESULT(uint8_t) result_byte_t; // also for a result without a value
typedef RESULT(handle_t) result_handle_t;
typedef RESULT(string_t) result_string_t;
typedef RESULT(uint64_t) result_size_t;

// The preview-1 error number of a wasi:filesystem error-code.
__wasi_errno_t errno_of(uint8_t error_code);

// What a call returns that either succeeds or has an error-code.
#define STATUS(result) ((result).failed ? errno_of((result).error) : __WASI_ERRNO_SUCCESS)

// Until `landed` is called, the list that the host returns goes to `buffer`, which it must not exceed.
void land_in(void *buffer, size_t size);
void landed(void);

// Give back the memory of a list or a string of the host.
void release(void *data, size_t size);

#endif
