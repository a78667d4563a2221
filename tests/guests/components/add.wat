;; add: the cheapest calls there are, to measure what a call costs.
(component
  (core module $add
    (memory (export "memory") 1)
    (global $free (mut i32) (i32.const 16))
    (func $realloc (export "realloc") (param $old i32) (param $had i32) (param $align i32) (param $size i32) (result i32)
      (local $new i32)
      (local.set $new (global.get $free))
      (global.set $free (i32.add (local.get $new) (local.get $size)))
      (if (i32.lt_u (global.get $free) (local.get $new)) (then unreachable))
      (block $enough (loop $more
        (br_if $enough (i32.le_u (global.get $free) (i32.shl (memory.size) (i32.const 16))))
        (if (i32.eq (memory.grow (i32.const 1)) (i32.const -1)) (then unreachable))
        (br $more)))
      (local.get $new))
    (func $done (export "done") (param i32) (global.set $free (i32.const 16)))
    (func $nothing (export "nothing"))
    (func $add (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    ;; what arrived is what is returned: address and length, at address 0
    (func $echo (export "echo") (param $address i32) (param $length i32) (result i32)
      (i32.store (i32.const 0) (local.get $address))
      (i32.store (i32.const 4) (local.get $length))
      (i32.const 0)))
  (core instance $main (instantiate $add))
  (alias core export $main "memory" (core memory $memory))
  (alias core export $main "realloc" (core func $realloc))
  (alias core export $main "done" (core func $done))

  (func (export "nothing") (canon lift (core func $main "nothing")))
  (func (export "add") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $main "add")))
  (func (export "echo-string") (param "text" string) (result string)
    (canon lift (core func $main "echo") (memory $memory) (realloc $realloc) (post-return $done)))
  (func (export "echo-bytes") (param "bytes" (list u8)) (result (list u8))
    (canon lift (core func $main "echo") (memory $memory) (realloc $realloc) (post-return $done))))
