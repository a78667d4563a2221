;; resources-import: uses a resource of the host, well and badly.
;;
;; package airssys:test@1.0.0;
;; interface cells {
;;   resource cell {
;;     constructor(value: u32);
;;     get: func() -> u32;
;;     set: func(value: u32);
;;     merge: static func(a: cell, b: cell) -> cell;
;;   }
;;   same: func(a: borrow<cell>, b: borrow<cell>) -> bool;
;;   open: func(value: u32) -> option<cell>;
;; }
(component
  (import "airssys:test/cells@1.0.0" (instance $cells
    (export "cell" (type $cell (sub resource)))
    (export "[constructor]cell" (func (param "value" u32) (result (own $cell))))
    (export "[method]cell.get" (func (param "self" (borrow $cell)) (result u32)))
    (export "[method]cell.set" (func (param "self" (borrow $cell)) (param "value" u32)))
    (export "[static]cell.merge" (func (param "a" (own $cell)) (param "b" (own $cell)) (result (own $cell))))
    (export "same" (func (param "a" (borrow $cell)) (param "b" (borrow $cell)) (result bool)))
    (export "open" (func (param "value" u32) (result (option (own $cell)))))))
  (alias export $cells "cell" (type $cell))
  (core module $memory (memory (export "memory") 1))
  (core instance $memory (instantiate $memory))
  (core func $new (canon lower (func $cells "[constructor]cell")))
  (core func $get (canon lower (func $cells "[method]cell.get")))
  (core func $set (canon lower (func $cells "[method]cell.set")))
  (core func $merge (canon lower (func $cells "[static]cell.merge")))
  (core func $same (canon lower (func $cells "same")))
  (core func $open (canon lower (func $cells "open") (memory (core memory $memory "memory"))))
  (core func $drop (canon resource.drop $cell))

  (core module $resources-import
    (import "memory" "memory" (memory 1))
    (import "cells" "new" (func $new (param i32) (result i32)))
    (import "cells" "get" (func $get (param i32) (result i32)))
    (import "cells" "set" (func $set (param i32 i32)))
    (import "cells" "merge" (func $merge (param i32 i32) (result i32)))
    (import "cells" "same" (func $same (param i32 i32) (result i32)))
    (import "cells" "open" (func $open (param i32 i32)))
    (import "cells" "drop" (func $drop (param i32)))
    ;; everything a guest does with a resource: 1 + 2 are merged, set to seven times that, read and dropped
    (func $run (export "run") (result i32) (local $cell i32) (local $value i32)
      (local.set $cell (call $merge (call $new (i32.const 1)) (call $new (i32.const 2))))
      (call $set (local.get $cell) (i32.mul (call $get (local.get $cell)) (i32.const 7)))
      (local.set $value (call $get (local.get $cell)))
      (call $drop (local.get $cell))
      (local.get $value))
    (func $same-cell (export "same-cell") (result i32) (local $cell i32) (local $same i32)
      (local.set $cell (call $new (i32.const 1)))
      (local.set $same (call $same (local.get $cell) (local.get $cell)))
      (call $drop (local.get $cell))
      (local.get $same))
    ;; the option<cell> arrives at address 16: case, then handle; 0 when there is none
    (func $open-and-get (export "open-and-get") (param $value i32) (result i32) (local $got i32)
      (call $open (local.get $value) (i32.const 16))
      (if (result i32) (i32.load8_u (i32.const 16))
        (then
          (local.set $got (call $get (i32.load (i32.const 20))))
          (call $drop (i32.load (i32.const 20)))
          (local.get $got))
        (else (i32.const 0))))
    (func $make (export "make") (param $value i32) (result i32) (call $new (local.get $value)))
    (func $read (export "read") (param $cell i32) (result i32) (local $value i32)
      (local.set $value (call $get (local.get $cell)))
      (call $drop (local.get $cell))
      (local.get $value))
    (func $pass (export "pass") (param $cell i32) (result i32) (local.get $cell))
    (func $leak (export "leak") (param $count i32)
      (block $end (loop $again
        (br_if $end (i32.eqz (local.get $count)))
        (drop (call $new (local.get $count)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $again))))
    (func $keep-borrow (export "keep-borrow") (param $cell i32))
    (func $drop-twice (export "drop-twice") (local $cell i32)
      (local.set $cell (call $new (i32.const 1)))
      (call $drop (local.get $cell))
      (call $drop (local.get $cell)))
    (func $use-dropped (export "use-dropped") (result i32) (local $cell i32)
      (local.set $cell (call $new (i32.const 1)))
      (call $drop (local.get $cell))
      (call $get (local.get $cell)))
    (func $forge (export "forge") (param $handle i32) (result i32) (call $get (local.get $handle))))
  (core instance $main (instantiate $resources-import
    (with "memory" (instance $memory))
    (with "cells" (instance
      (export "new" (func $new)) (export "get" (func $get)) (export "set" (func $set)) (export "merge" (func $merge))
      (export "same" (func $same)) (export "open" (func $open)) (export "drop" (func $drop))))))

  (func (export "run") (result u32) (canon lift (core func $main "run")))
  (func (export "same-cell") (result bool) (canon lift (core func $main "same-cell")))
  (func (export "open-and-get") (param "value" u32) (result u32) (canon lift (core func $main "open-and-get")))
  (func (export "make") (param "value" u32) (result (own $cell)) (canon lift (core func $main "make")))
  (func (export "read") (param "cell" (borrow $cell)) (result u32) (canon lift (core func $main "read")))
  (func (export "consume") (param "cell" (own $cell)) (result u32) (canon lift (core func $main "read")))
  (func (export "pass") (param "cell" (own $cell)) (result (own $cell)) (canon lift (core func $main "pass")))
  (func (export "leak") (param "count" u32) (canon lift (core func $main "leak")))
  (func (export "keep-borrow") (param "cell" (borrow $cell)) (canon lift (core func $main "keep-borrow")))
  (func (export "drop-twice") (canon lift (core func $main "drop-twice")))
  (func (export "use-dropped") (result u32) (canon lift (core func $main "use-dropped")))
  (func (export "forge") (param "handle" u32) (result u32) (canon lift (core func $main "forge"))))
