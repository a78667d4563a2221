;; {{name}}: a WebAssembly component written by hand.
;;
;; world {{name}} {
;;   export greet: func(name: string) -> string;
;; }
(component
  (core module ${{name}}
    (memory (export "memory") 1)                      ;; one page: 64 KiB
    (data (i32.const 16) "Hello, ")
    (global $free (mut i32) (i32.const 64))           ;; the first free byte; everything is given back after each call

    ;; Hand out `size` bytes, growing the memory when needed; trap when the host refuses more. 64 bits, so that no sum wraps.
    (func $allocate (param $size i32) (param $align i32) (result i32) (local $start i32) (local $end i64) (local $missing i64)
      (local.set $start (i32.and
        (i32.add (global.get $free) (i32.sub (local.get $align) (i32.const 1)))
        (i32.sub (i32.const 0) (local.get $align))))
      (local.set $end (i64.add (i64.extend_i32_u (local.get $start)) (i64.extend_i32_u (local.get $size))))
      (local.set $missing (i64.sub (local.get $end) (i64.shl (i64.extend_i32_u (memory.size)) (i64.const 16))))
      (if (i64.gt_s (local.get $missing) (i64.const 0)) (then
        (if (i32.eq (i32.const -1) (memory.grow
              (i32.wrap_i64 (i64.shr_u (i64.add (local.get $missing) (i64.const 65535)) (i64.const 16)))))
          (then unreachable))))
      (global.set $free (i32.wrap_i64 (local.get $end)))
      (local.get $start))

    ;; The host calls this to place arguments.
    (func $realloc (export "realloc") (param $old i32) (param $old-size i32) (param $align i32) (param $size i32) (result i32)
      (local $new i32)
      (local.set $new (call $allocate (local.get $size) (local.get $align)))
      (memory.copy (local.get $new) (local.get $old)
        (select (local.get $old-size) (local.get $size) (i32.lt_u (local.get $old-size) (local.get $size))))
      (local.get $new))

    ;; The host calls this once it has read a result.
    (func (export "done") (param $result i32) (global.set $free (i32.const 64)))

    ;; A string arrives as pointer and length; a string is returned as a pointer to pointer and length.
    (func $greet (export "greet") (param $name i32) (param $size i32) (result i32) (local $result i32) (local $text i32)
      (local.set $result (call $allocate (i32.const 8) (i32.const 4)))
      (local.set $text (call $allocate (i32.add (local.get $size) (i32.const 8)) (i32.const 1)))
      (memory.copy (local.get $text) (i32.const 16) (i32.const 7))
      (memory.copy (i32.add (local.get $text) (i32.const 7)) (local.get $name) (local.get $size))
      (i32.store8 offset=7 (i32.add (local.get $text) (local.get $size)) (i32.const 33))    ;; "!"
      (i32.store (local.get $result) (local.get $text))
      (i32.store offset=4 (local.get $result) (i32.add (local.get $size) (i32.const 8)))
      (local.get $result)))

  (core instance $main (instantiate ${{name}}))
  (func (export "greet") (param "name" string) (result string)
    (canon lift (core func $main "greet")
      (memory (core memory $main "memory")) (realloc (core func $main "realloc")) (post-return (core func $main "done")))))
