// Where the host puts what it returns: in malloc's memory, or right where the program wants it.
#include "wasi02.h"
#include <stdlib.h>

static struct {
  void *buffer;
  size_t size;
} landing;

void land_in(void *buffer, size_t size) {
  landing.buffer = buffer;
  landing.size = size;
}

void landed(void) {
  landing.buffer = NULL;
}

// The host calls this to place lists and strings. What is empty gets no memory but a pointer that is aligned, and
// malloc's alignment is enough for every WIT type.
__attribute__((export_name("cabi_realloc"))) void *cabi_realloc(void *old, size_t old_size, size_t align, size_t size) {
  if (landing.buffer) {
    if (old_size || size > landing.size)
      __builtin_trap();
    return landing.buffer;
  }
  if (!size)
    return (void *)align;
  void *fresh = realloc(old_size ? old : NULL, size);
  if (!fresh)
    __builtin_trap(); // there is no way to refuse
  return fresh;
}

void release(void *data, size_t size) {
  if (size)
    free(data);
}
