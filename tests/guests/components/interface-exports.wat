;; interface-exports: the function `greet` four times: on its own, in two interfaces, and in two versions of one of them.
(component
  (core module $interface-exports
    (func $greet (export "greet") (result i32) (i32.const 0))
    (func $one (export "one") (result i32) (i32.const 1))
    (func $two (export "two") (result i32) (i32.const 2))
    (func $three (export "three") (result i32) (i32.const 3)))
  (core instance $main (instantiate $interface-exports))
  (func $greet (result u32) (canon lift (core func $main "greet")))
  (func $one (result u32) (canon lift (core func $main "one")))
  (func $two (result u32) (canon lift (core func $main "two")))
  (func $three (result u32) (canon lift (core func $main "three")))
  (instance $first (export "greet" (func $one)))
  (instance $second (export "greet" (func $two)))
  (instance $other (export "greet" (func $three)))
  (export "greet" (func $greet))
  (export "airssys:test/greeting@1.0.0" (instance $first))
  (export "airssys:test/greeting@2.0.0" (instance $second))
  (export "airssys:test/other@1.0.0" (instance $other)))
