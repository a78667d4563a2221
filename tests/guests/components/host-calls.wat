;; host-calls: calls host functions, well and badly.
;;
;; package airssys:test@1.0.0;
;; interface host {
;;   log: func(message: string);
;;   give: func(size: u32) -> list<u8>;
;;   sleep: func(milliseconds: u32);
;;   count: func() -> u64;
;;   divide: func(a: u32, b: u32) -> result<u32, string>;
;;   relay: func(text: string) -> string;
;; }
(component
  (import "airssys:test/host@1.0.0" (instance $host
    (export "log" (func (param "message" string)))
    (export "give" (func (param "size" u32) (result (list u8))))
    (export "sleep" (func (param "milliseconds" u32)))
    (export "count" (func (result u64)))
    (export "divide" (func (param "a" u32) (param "b" u32) (result (result u32 (error string)))))
    (export "relay" (func (param "text" string) (result string)))))

  ;; Memory and allocator have a module of their own, because host functions are lowered with them.
  (core module $allocator
    (memory (export "memory") 1)
    (global $free (mut i32) (i32.const 4096))
    (func $realloc (export "realloc") (param $old i32) (param $had i32) (param $align i32) (param $size i32) (result i32)
      (local $new i32)
      (local.set $new (i32.and
        (i32.add (global.get $free) (i32.sub (local.get $align) (i32.const 1)))
        (i32.sub (i32.const 0) (local.get $align))))
      (global.set $free (i32.add (local.get $new) (local.get $size)))
      (if (i32.lt_u (global.get $free) (local.get $new)) (then unreachable))
      (block $enough (loop $more
        (br_if $enough (i32.le_u (global.get $free) (i32.shl (memory.size) (i32.const 16))))
        (if (i32.eq (memory.grow (i32.const 1)) (i32.const -1)) (then unreachable))
        (br $more)))
      (memory.copy (local.get $new) (local.get $old)
        (select (local.get $had) (local.get $size) (i32.lt_u (local.get $had) (local.get $size))))
      (local.get $new))
    (func (export "reset") (global.set $free (i32.const 4096))))
  (core instance $allocator (instantiate $allocator))
  (alias core export $allocator "memory" (core memory $memory))
  (alias core export $allocator "realloc" (core func $realloc))

  (core func $log (canon lower (func $host "log") (memory $memory)))
  (core func $give (canon lower (func $host "give") (memory $memory) (realloc $realloc)))
  (core func $sleep (canon lower (func $host "sleep")))
  (core func $count (canon lower (func $host "count")))
  (core func $divide (canon lower (func $host "divide") (memory $memory) (realloc $realloc)))
  (core func $relay (canon lower (func $host "relay") (memory $memory) (realloc $realloc)))

  (core module $caller
    (import "allocator" "memory" (memory 1))
    (import "allocator" "realloc" (func $realloc (param i32 i32 i32 i32) (result i32)))
    (import "allocator" "reset" (func $reset))
    (import "host" "log" (func $log (param i32 i32)))
    (import "host" "give" (func $give (param i32 i32)))
    (import "host" "sleep" (func $sleep (param i32)))
    (import "host" "count" (func $count (result i64)))
    (import "host" "divide" (func $divide (param i32 i32 i32)))
    (import "host" "relay" (func $relay (param i32 i32 i32)))
    (data (i32.const 64) "hello from guest")
    (data (i32.const 96) "\ff\fe\fd")

    (func $hello (call $log (i32.const 64) (i32.const 16)))
    (func $chatty (export "chatty") (param $times i32)
      (block $end (loop $again
        (br_if $end (i32.eqz (local.get $times)))
        (call $hello)
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br $again))))
    ;; the host writes address and length of what it gives to address 16
    (func $take (export "take") (param $size i32) (result i32)
      (call $give (local.get $size) (i32.const 16))
      (i32.load (i32.const 20)))
    (func $take-sum (export "take-sum") (param $size i32) (result i64) (local $at i32) (local $end i32) (local $sum i64)
      (call $give (local.get $size) (i32.const 16))
      (local.set $at (i32.load (i32.const 16)))
      (local.set $end (i32.add (local.get $at) (i32.load (i32.const 20))))
      (block $done (loop $next
        (br_if $done (i32.eq (local.get $at) (local.get $end)))
        (local.set $sum (i64.add (local.get $sum) (i64.load8_u (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next)))
      (local.get $sum))
    (func $nap (export "nap") (param $milliseconds i32) (call $sleep (local.get $milliseconds)))
    (func $naps (export "naps") (param $times i32) (param $milliseconds i32) (result i32) (local $done i32)
      (block $end (loop $again
        (br_if $end (i32.eq (local.get $done) (local.get $times)))
        (call $sleep (local.get $milliseconds))
        (local.set $done (i32.add (local.get $done) (i32.const 1)))
        (br $again)))
      (local.get $done))
    (func $count-times (export "count-times") (param $times i32) (result i64) (local $sum i64)
      (block $end (loop $again
        (br_if $end (i32.eqz (local.get $times)))
        (local.set $sum (i64.add (local.get $sum) (call $count)))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br $again)))
      (local.get $sum))
    ;; a result<u32, string> is 12 bytes: case, then number or address and length; it is returned as it came
    (func $ask-divide (export "divide") (param $a i32) (param $b i32) (result i32)
      (call $divide (local.get $a) (local.get $b) (i32.const 32))
      (i32.const 32))
    (func $ask-relay (export "relay") (param $text i32) (param $size i32) (result i32)
      (call $relay (local.get $text) (local.get $size) (i32.const 16))
      (i32.const 16))
    (func $log-text (export "log-text") (param $text i32) (param $size i32) (call $log (local.get $text) (local.get $size)))
    (func $log-huge (export "log-huge") (param $size i32) (local $text i32)
      (local.set $text (call $realloc (i32.const 0) (i32.const 0) (i32.const 1) (local.get $size)))
      (memory.fill (local.get $text) (i32.const 97) (local.get $size))
      (call $log (local.get $text) (local.get $size))
      (call $reset))
    (func $log-bad (export "log-bad") (call $log (i32.const 0x7fffff00) (i32.const 64)))
    (func $log-bad-utf8 (export "log-bad-utf8") (call $log (i32.const 96) (i32.const 3)))
    (func $relay-to-oob (export "relay-to-oob") (call $relay (i32.const 64) (i32.const 16) (i32.const 0x7fffff00)))
    (func $log-and-trap (export "log-and-trap") (call $hello) unreachable)
    (func $log-and-spin (export "log-and-spin") (call $hello) (loop $again (br $again)))
    ;; calling the host while the host places arguments or tidies up is forbidden
    (func $number (export "number") (param i32 i32) (result i32) (i32.const 1))
    (func $realloc-and-log (export "realloc-and-log") (param i32 i32 i32 i32) (result i32) (call $hello) (i32.const 4096))
    (func $done-and-log (export "done-and-log") (param i32) (call $hello))
    (func $done (export "done") (param i32) (call $reset)))
  (core instance $main (instantiate $caller
    (with "allocator" (instance $allocator))
    (with "host" (instance
      (export "log" (func $log)) (export "give" (func $give)) (export "sleep" (func $sleep))
      (export "count" (func $count)) (export "divide" (func $divide)) (export "relay" (func $relay))))))
  (alias core export $main "done" (core func $done))

  (func (export "chatty") (param "times" u32) (canon lift (core func $main "chatty")))
  (func (export "take") (param "size" u32) (result u32) (canon lift (core func $main "take") (post-return $done)))
  (func (export "take-and-keep") (param "size" u32) (result u32) (canon lift (core func $main "take")))
  (func (export "take-sum") (param "size" u32) (result u64) (canon lift (core func $main "take-sum")))
  (func (export "nap") (param "milliseconds" u32) (canon lift (core func $main "nap")))
  (func (export "naps") (param "times" u32) (param "milliseconds" u32) (result u32) (canon lift (core func $main "naps")))
  (func (export "count-times") (param "times" u32) (result u64) (canon lift (core func $main "count-times")))
  (func (export "divide") (param "a" u32) (param "b" u32) (result (result u32 (error string)))
    (canon lift (core func $main "divide") (memory $memory) (post-return $done)))
  (func (export "relay") (param "text" string) (result string)
    (canon lift (core func $main "relay") (memory $memory) (realloc $realloc) (post-return $done)))
  (func (export "log-text") (param "text" string)
    (canon lift (core func $main "log-text") (memory $memory) (realloc $realloc)))
  (func (export "log-huge") (param "size" u32) (canon lift (core func $main "log-huge")))
  (func (export "log-bad") (canon lift (core func $main "log-bad")))
  (func (export "log-bad-utf8") (canon lift (core func $main "log-bad-utf8")))
  (func (export "relay-to-oob") (canon lift (core func $main "relay-to-oob")))
  (func (export "log-and-trap") (canon lift (core func $main "log-and-trap")))
  (func (export "log-and-spin") (canon lift (core func $main "log-and-spin")))
  (func (export "log-in-realloc") (param "text" string) (result u32)
    (canon lift (core func $main "number") (memory $memory) (realloc (core func $main "realloc-and-log"))))
  (func (export "log-in-post-return") (param "a" u32) (param "b" u32) (result u32)
    (canon lift (core func $main "number") (post-return (core func $main "done-and-log")))))
