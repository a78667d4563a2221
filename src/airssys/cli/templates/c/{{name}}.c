// {{name}}: a WebAssembly component in C. Its types are in wiring.wat; build it with `python build.py`.
#include "arena.h"

// greet: func(name: string) -> string
EXPORT("greet") string_t *greet(const uint8_t *name, uint32_t size) {
  static const char before[] = "Hello, ";
  static const uint32_t before_size = sizeof before - 1;
  string_t *result = allocate(sizeof *result, _Alignof(string_t));
  result->size = before_size + size + 1;
  result->data = allocate(result->size, 1);
  __builtin_memcpy(result->data, before, before_size);
  __builtin_memcpy(result->data + before_size, name, size);
  result->data[result->size - 1] = '!';
  return result;
}
