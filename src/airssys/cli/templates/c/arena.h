// Memory for one call, and the types that a component's C code meets.
//
// Promise: `allocate` never returns NULL and never hands out memory that is in use. When the host refuses more memory
// the component stops with a trap (the host reports it as out of memory). Everything is given back when a call's result
// has been read, so no call leaves anything behind for the next one.
//
// Include it from exactly one C file: it exports the two functions that wiring.wat names.
#ifndef ARENA_H
#define ARENA_H

#include <stddef.h>
#include <stdint.h>

#define EXPORT(name) __attribute__((export_name(name)))

// A WIT `string`: UTF-8, not terminated. A WIT `list<T>` has the same shape with `T *data` and its length in elements.
typedef struct {
  uint8_t *data;
  uint32_t size;
} string_t;

extern uint8_t __heap_base;  // from the linker: the first byte after the stack and the static data
static uintptr_t arena_next; // the first free byte; 0 when nothing is allocated

static void *allocate(size_t size, size_t align) {
  // 64 bits: neither sum can wrap around.
  uint64_t free = arena_next ? arena_next : (uintptr_t)&__heap_base;
  uint64_t start = (free + align - 1) & ~((uint64_t)align - 1);
  uint64_t end = start + size;
  uint64_t owned = (uint64_t)__builtin_wasm_memory_size(0) * 65536;
  if (end > UINT32_MAX)
    __builtin_trap();
  if (end > owned && __builtin_wasm_memory_grow(0, (size_t)((end - owned + 65535) / 65536)) == SIZE_MAX)
    __builtin_trap();
  arena_next = (uintptr_t)end;
  return (void *)(uintptr_t)start;
}

// The host calls this to place arguments.
EXPORT("cabi_realloc") void *cabi_realloc(void *old, size_t old_size, size_t align, size_t new_size) {
  void *fresh = allocate(new_size, align);
  if (old_size)
    __builtin_memcpy(fresh, old, old_size < new_size ? old_size : new_size);
  return fresh;
}

// The host calls this once it has read a call's result.
EXPORT("cabi_post_return") void cabi_post_return(void *result) {
  (void)result;
  arena_next = 0;
}

#endif
