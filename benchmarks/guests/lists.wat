;; lists: gives the host lists of 64 KiB, and is given such ones, many times.
;;
;; package airssys:bench@1.0.0;
;; interface lists {
;;   give: func() -> list<u8>;
;;   take: func(bytes: list<u8>);
;; }
(component
  (import "airssys:bench/lists@1.0.0" (instance $host
    (export "give" (func (result (list u8))))
    (export "take" (func (param "bytes" (list u8))))))

  ;; Two pages: in the first one is what has a fixed place, the second one is for lists, each in the place of the last.
  (core module $allocator
    (memory (export "memory") 2)
    (func (export "realloc") (param i32 i32 i32) (param $size i32) (result i32)
      (if (i32.gt_u (local.get $size) (i32.const 0x10000)) (then unreachable))
      (i32.const 0x10000)))
  (core instance $allocator (instantiate $allocator))
  (alias core export $allocator "memory" (core memory $memory))
  (core func $give (canon lower (func $host "give") (memory $memory) (realloc (core func $allocator "realloc"))))
  (core func $take (canon lower (func $host "take") (memory $memory)))

  (core module $lists
    (import "host" "give" (func $give (param i32)))
    (import "host" "take" (func $take (param i32 i32)))
    (func (export "give") (param $times i32)
      (block $end (loop $again
        (br_if $end (i32.eqz (local.get $times)))
        (call $give (i32.const 16))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br $again))))
    (func (export "take") (param $times i32)
      (block $end (loop $again
        (br_if $end (i32.eqz (local.get $times)))
        (call $take (i32.const 0x10000) (i32.const 0x10000))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br $again)))))
  (core instance $main (instantiate $lists
    (with "host" (instance (export "give" (func $give)) (export "take" (func $take))))))

  (func (export "give") (param "times" u32) (canon lift (core func $main "give")))
  (func (export "take") (param "times" u32) (canon lift (core func $main "take"))))
