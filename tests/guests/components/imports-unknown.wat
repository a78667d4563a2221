;; imports-unknown: imports what nobody offers: an interface with two functions, and a function.
(component
  (import "nobody:offers/this@1.2.3" (instance $this
    (export "ask" (func (param "question" string) (result u32)))
    (export "forget" (func))))
  (import "mystery" (func $mystery (param "n" u32)))
  (core func $forget (canon lower (func $this "forget")))
  (core func $mystery (canon lower (func $mystery)))
  (core module $imports-unknown
    (import "" "forget" (func $forget))
    (import "" "mystery" (func $mystery (param i32)))
    (func $run (export "run") (call $forget) (call $mystery (i32.const 1))))
  (core instance $main (instantiate $imports-unknown
    (with "" (instance (export "forget" (func $forget)) (export "mystery" (func $mystery))))))
  (func (export "run") (canon lift (core func $main "run"))))
