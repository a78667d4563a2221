;; two-memories: two linear memories in one core instance, each of which may have up to 4 MiB (64 pages).
(component
  (core module $two-memories
    (memory $left 1 64)
    (memory $right 1 64)
    (func $left (export "left") (result i32) (memory.size $left))
    (func $right (export "right") (result i32) (memory.size $right))
    (func $grow-left (export "grow-left") (param i32) (result i32) (memory.grow $left (local.get 0)))
    (func $grow-right (export "grow-right") (param i32) (result i32) (memory.grow $right (local.get 0)))
    (func $exhaust (export "exhaust")
      (loop $more
        (br_if $more (i32.ne (memory.grow $left (i32.const 1)) (i32.const -1)))
        (br_if $more (i32.ne (memory.grow $right (i32.const 1)) (i32.const -1))))
      unreachable))
  (core instance $main (instantiate $two-memories))
  (func (export "left") (result u32) (canon lift (core func $main "left")))
  (func (export "right") (result u32) (canon lift (core func $main "right")))
  (func (export "grow-left") (param "pages" u32) (result s32) (canon lift (core func $main "grow-left")))
  (func (export "grow-right") (param "pages" u32) (result s32) (canon lift (core func $main "grow-right")))
  (func (export "exhaust") (canon lift (core func $main "exhaust"))))
