;; wasi-clocks: asks for the time and for random numbers many times, and sleeps. It never touches its page of memory.
(component $guest
  (import "wasi:io/poll@0.2.0" (instance $poll
    (export "pollable" (type $its-pollable (sub resource)))
    (export "[method]pollable.block" (func (param "self" (borrow $its-pollable))))))
  (alias export $poll "pollable" (type $pollable))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
    (alias outer $guest $pollable (type $used-pollable))
    (export "pollable" (type $its-pollable (eq $used-pollable)))
    (export "now" (func (result u64)))
    (export "subscribe-duration" (func (param "when" u64) (result (own $its-pollable))))))
  (import "wasi:random/random@0.2.0" (instance $random
    (export "get-random-u64" (func (result u64)))))

  (core func $block (canon lower (func $poll "[method]pollable.block")))
  (core func $drop-pollable (canon resource.drop $pollable))
  (core func $now (canon lower (func $clock "now")))
  (core func $subscribe (canon lower (func $clock "subscribe-duration")))
  (core func $random-u64 (canon lower (func $random "get-random-u64")))

  (core module $clocks
    (import "wasi" "block" (func $block (param i32)))
    (import "wasi" "drop-pollable" (func $drop-pollable (param i32)))
    (import "wasi" "now" (func $now (result i64)))
    (import "wasi" "subscribe" (func $subscribe (param i64) (result i32)))
    (import "wasi" "random" (func $random (result i64)))
    (memory 1)
    (func (export "now") (param $times i32) (result i64) (local $last i64)
      (block $end (loop $again
        (br_if $end (i32.eqz (local.get $times)))
        (local.set $last (call $now))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br $again)))
      (local.get $last))
    (func (export "random") (param $times i32) (result i64) (local $all i64)
      (block $end (loop $again
        (br_if $end (i32.eqz (local.get $times)))
        (local.set $all (i64.xor (local.get $all) (call $random)))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br $again)))
      (local.get $all))
    (func (export "sleep") (param $nanoseconds i64) (local $pollable i32)
      (local.set $pollable (call $subscribe (local.get $nanoseconds)))
      (call $block (local.get $pollable))
      (call $drop-pollable (local.get $pollable))))
  (core instance $main (instantiate $clocks
    (with "wasi" (instance
      (export "block" (func $block))
      (export "drop-pollable" (func $drop-pollable))
      (export "now" (func $now))
      (export "subscribe" (func $subscribe))
      (export "random" (func $random-u64))))))

  (func (export "now") (param "times" u32) (result u64) (canon lift (core func $main "now")))
  (func (export "random") (param "times" u32) (result u64) (canon lift (core func $main "random")))
  (func (export "sleep") (param "nanoseconds" u64) (canon lift (core func $main "sleep"))))
