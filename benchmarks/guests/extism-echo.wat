;; extism-echo: what the Extism peer runs. Extism keeps input and output in a memory of its kernel; a plugin reads and
;; writes it through calls of at most eight bytes each, and that is what plugin kits do.
(module
  (import "extism:host/env" "input_length" (func $input_length (result i64)))
  (import "extism:host/env" "input_offset" (func $input_offset (result i64)))
  (import "extism:host/env" "input_load_u64" (func $input_load_u64 (param i64) (result i64)))
  (import "extism:host/env" "input_load_u8" (func $input_load_u8 (param i64) (result i32)))
  (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
  (import "extism:host/env" "store_u64" (func $store_u64 (param i64 i64)))
  (import "extism:host/env" "store_u8" (func $store_u8 (param i64 i32)))
  (import "extism:host/env" "output_set" (func $output_set (param i64 i64)))
  (memory (export "memory") 1)

  (func (export "nothing") (result i32) (i32.const 0))

  ;; Straight from input to output, eight bytes a step: half of what a kit does, which stops over in the plugin's memory.
  (func (export "echo") (result i32) (local $size i64) (local $whole i64) (local $output i64) (local $at i64)
    (local.set $size (call $input_length))
    (local.set $whole (i64.and (local.get $size) (i64.const -8)))
    (local.set $output (call $alloc (local.get $size)))
    (block $last (loop $next
      (br_if $last (i64.ge_u (local.get $at) (local.get $whole)))
      (call $store_u64 (i64.add (local.get $output) (local.get $at)) (call $input_load_u64 (local.get $at)))
      (local.set $at (i64.add (local.get $at) (i64.const 8)))
      (br $next)))
    (block $end (loop $next
      (br_if $end (i64.ge_u (local.get $at) (local.get $size)))
      (call $store_u8 (i64.add (local.get $output) (local.get $at)) (call $input_load_u8 (local.get $at)))
      (local.set $at (i64.add (local.get $at) (i64.const 1)))
      (br $next)))
    (call $output_set (local.get $output) (local.get $size))
    (i32.const 0))

  ;; Names the input as the output, without ever seeing it: the least that Extism can take.
  (func (export "hand-back") (result i32)
    (call $output_set (call $input_offset) (call $input_length))
    (i32.const 0)))
