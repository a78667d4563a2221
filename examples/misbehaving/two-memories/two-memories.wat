;; two-memories: has two linear memories and lets both grow, in turns, until it is refused; then it gives up with a trap.
;; Neither memory ever exceeds 1 MiB (16 pages), the component's limit: only their sum does.
;;
;; world two-memories {
;;   export run: func() -> u32;      // how many pages it got: 32 from a host that limits each memory by itself
;; }
(component
  (core module $two-memories
    (memory $left 1 16)
    (memory $right 1 16)
    (func $run (export "run") (result i32)
      (loop $more
        (if (i32.eq (memory.grow $left (i32.const 1)) (i32.const -1)) (then unreachable))
        (if (i32.eq (memory.grow $right (i32.const 1)) (i32.const -1)) (then unreachable))
        (br_if $more (i32.lt_u (memory.size $right) (i32.const 16))))
      (i32.add (memory.size $left) (memory.size $right))))
  (core instance $main (instantiate $two-memories))
  (func (export "run") (result u32) (canon lift (core func $main "run"))))
