;; greeter: a WebAssembly component written by hand.
;;
;; package airssys:examples@1.0.0;
;; interface greeting {
;;   greet-many: func(names: list<string>) -> list<string>;
;; }
;; world greeter {
;;   export greet: func(name: string) -> string;
;;   export greeting;
;; }
(component
  (core module $greeter
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

    ;; Write a greeting, as pointer and length, to `result`.
    (func $write-greeting (param $name i32) (param $size i32) (param $result i32) (local $text i32)
      (local.set $text (call $allocate (i32.add (local.get $size) (i32.const 8)) (i32.const 1)))
      (memory.copy (local.get $text) (i32.const 16) (i32.const 7))
      (memory.copy (i32.add (local.get $text) (i32.const 7)) (local.get $name) (local.get $size))
      (i32.store8 offset=7 (i32.add (local.get $text) (local.get $size)) (i32.const 33))    ;; "!"
      (i32.store (local.get $result) (local.get $text))
      (i32.store offset=4 (local.get $result) (i32.add (local.get $size) (i32.const 8))))

    (func $greet (export "greet") (param $name i32) (param $size i32) (result i32) (local $result i32)
      (local.set $result (call $allocate (i32.const 8) (i32.const 4)))
      (call $write-greeting (local.get $name) (local.get $size) (local.get $result))
      (local.get $result))

    ;; A list arrives as pointer and length; its elements are eight bytes each: pointer and length of a string. They are
    ;; replaced one by one, so that the list that arrived is the list that is returned.
    (func $greet-many (export "greet-many") (param $names i32) (param $count i32) (result i32) (local $result i32) (local $name i32)
      (local.set $result (call $allocate (i32.const 8) (i32.const 4)))
      (i32.store (local.get $result) (local.get $names))
      (i32.store offset=4 (local.get $result) (local.get $count))
      (local.set $name (local.get $names))
      (block $end (loop $next
        (br_if $end (i32.eqz (local.get $count)))
        (call $write-greeting (i32.load (local.get $name)) (i32.load offset=4 (local.get $name)) (local.get $name))
        (local.set $name (i32.add (local.get $name) (i32.const 8)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $next)))
      (local.get $result)))

  (core instance $main (instantiate $greeter))
  (alias core export $main "memory" (core memory $memory))
  (alias core export $main "realloc" (core func $realloc))
  (alias core export $main "done" (core func $done))

  (func (export "greet") (param "name" string) (result string)
    (canon lift (core func $main "greet") (memory $memory) (realloc $realloc) (post-return $done)))
  (func $greet-many (param "names" (list string)) (result (list string))
    (canon lift (core func $main "greet-many") (memory $memory) (realloc $realloc) (post-return $done)))
  (instance $greeting (export "greet-many" (func $greet-many)))
  (export "airssys:examples/greeting@1.0.0" (instance $greeting)))
