;; resources-export: has a resource of its own, behind an interface.
;;
;; package airssys:test@1.0.0;
;; interface counters {
;;   resource counter {
;;     constructor(start: u32);
;;     increment: func(by: u32) -> u32;
;;     sum: static func(a: borrow<counter>, b: borrow<counter>) -> u32;
;;   }
;;   consume: func(counter: counter) -> u32;
;;   leak: func(count: u32);                 // makes counters that nobody can ever drop
;;   dropped: func() -> u32;                 // how often the destructor ran
;; }
;;
;; The destructor of a counter that stands at 1,000,001 traps, and of one that stands at 1,000,002 never returns.
(component
  (core module $destructor
    (memory (export "memory") 1)            ;; a counter is the address of its value, four bytes each, used in a circle
    (global $dropped (export "dropped") (mut i32) (i32.const 0))
    (func $drop (export "drop") (param $counter i32)
      (if (i32.eq (i32.load (local.get $counter)) (i32.const 1000001)) (then unreachable))
      (if (i32.eq (i32.load (local.get $counter)) (i32.const 1000002)) (then (loop $again (br $again))))
      (global.set $dropped (i32.add (global.get $dropped) (i32.const 1)))))
  (core instance $destructor (instantiate $destructor))
  (type $counter (resource (rep i32) (dtor (core func $destructor "drop"))))
  (core func $new (canon resource.new $counter))
  (core func $rep (canon resource.rep $counter))
  (core func $drop (canon resource.drop $counter))

  (core module $resources-export
    (import "destructor" "memory" (memory 1))
    (import "destructor" "dropped" (global $dropped (mut i32)))
    (import "counter" "new" (func $new (param i32) (result i32)))
    (import "counter" "rep" (func $rep (param i32) (result i32)))
    (import "counter" "drop" (func $drop (param i32)))
    (global $next (mut i32) (i32.const 0))
    (func $construct (export "construct") (param $start i32) (result i32)
      (global.set $next (i32.and (i32.add (global.get $next) (i32.const 4)) (i32.const 0xffff)))
      (i32.store (global.get $next) (local.get $start))
      (call $new (global.get $next)))
    ;; a method receives its own resource as the representation, not as a handle
    (func $increment (export "increment") (param $counter i32) (param $by i32) (result i32)
      (i32.store (local.get $counter) (i32.add (i32.load (local.get $counter)) (local.get $by)))
      (i32.load (local.get $counter)))
    (func $sum (export "sum") (param $a i32) (param $b i32) (result i32)
      (i32.add (i32.load (local.get $a)) (i32.load (local.get $b))))
    (func $consume (export "consume") (param $handle i32) (result i32) (local $value i32)
      (local.set $value (i32.load (call $rep (local.get $handle))))
      (call $drop (local.get $handle))
      (local.get $value))
    (func $leak (export "leak") (param $count i32)
      (block $end (loop $again
        (br_if $end (i32.eqz (local.get $count)))
        (drop (call $new (i32.const 0)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $again))))
    (func $how-many (export "how-many") (result i32) (global.get $dropped)))
  (core instance $main (instantiate $resources-export
    (with "destructor" (instance $destructor))
    (with "counter" (instance (export "new" (func $new)) (export "rep" (func $rep)) (export "drop" (func $drop))))))

  (func $construct (param "start" u32) (result (own $counter)) (canon lift (core func $main "construct")))
  (func $increment (param "self" (borrow $counter)) (param "by" u32) (result u32)
    (canon lift (core func $main "increment")))
  (func $sum (param "a" (borrow $counter)) (param "b" (borrow $counter)) (result u32) (canon lift (core func $main "sum")))
  (func $consume (param "counter" (own $counter)) (result u32) (canon lift (core func $main "consume")))
  (func $leak (param "count" u32) (canon lift (core func $main "leak")))
  (func $dropped (result u32) (canon lift (core func $main "how-many")))

  ;; An interface whose functions use its own resource is an instance of a component that takes both and exports them.
  (component $interface
    (import "counter" (type $counter (sub resource)))
    (import "construct" (func $construct (param "start" u32) (result (own $counter))))
    (import "increment" (func $increment (param "self" (borrow $counter)) (param "by" u32) (result u32)))
    (import "sum" (func $sum (param "a" (borrow $counter)) (param "b" (borrow $counter)) (result u32)))
    (import "consume" (func $consume (param "counter" (own $counter)) (result u32)))
    (import "leak" (func $leak (param "count" u32)))
    (import "dropped" (func $dropped (result u32)))
    (export $exported "counter" (type $counter))
    (export "[constructor]counter" (func $construct) (func (param "start" u32) (result (own $exported))))
    (export "[method]counter.increment" (func $increment)
      (func (param "self" (borrow $exported)) (param "by" u32) (result u32)))
    (export "[static]counter.sum" (func $sum)
      (func (param "a" (borrow $exported)) (param "b" (borrow $exported)) (result u32)))
    (export "consume" (func $consume) (func (param "counter" (own $exported)) (result u32)))
    (export "leak" (func $leak))
    (export "dropped" (func $dropped)))
  (instance $counters (instantiate $interface
    (with "counter" (type $counter)) (with "construct" (func $construct)) (with "increment" (func $increment))
    (with "sum" (func $sum)) (with "consume" (func $consume)) (with "leak" (func $leak))
    (with "dropped" (func $dropped))))
  (export "airssys:test/counters@1.0.0" (instance $counters)))
