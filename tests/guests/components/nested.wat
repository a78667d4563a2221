;; nested: a component made of two instances of an inner component, each with a memory of its own (one page, up to 64).
(component
  (component $inner
    (core module $inner
      (memory 1 64)
      (global $calls (mut i32) (i32.const 0))
      (func $count (export "count") (result i32)
        (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
        (global.get $calls))
      (func $grow (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
      (func $trap (export "trap") unreachable))
    (core instance $main (instantiate $inner))
    (func (export "count") (result u32) (canon lift (core func $main "count")))
    (func (export "grow") (param "pages" u32) (result s32) (canon lift (core func $main "grow")))
    (func (export "trap") (canon lift (core func $main "trap"))))
  (instance $left (instantiate $inner))
  (instance $right (instantiate $inner))
  (export "left" (instance $left))
  (export "right" (instance $right)))
