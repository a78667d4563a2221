;; hog: takes memory, page by page, until it is refused; then it gives up with a trap.
;;
;; world hog {
;;   export run: func() -> u32;      // how many pages it got, if nobody ever refused
;; }
(component
  (core module $hog
    (memory 1)
    (func $run (export "run") (result i32)
      (loop $more
        (if (i32.eq (memory.grow (i32.const 1)) (i32.const -1)) (then unreachable))
        ;; write to the new page, so that it is really there
        (i32.store (i32.sub (i32.shl (memory.size) (i32.const 16)) (i32.const 4)) (memory.size))
        (br_if $more (i32.lt_u (memory.size) (i32.const 1024))))
      (memory.size)))
  (core instance $main (instantiate $hog))
  (func (export "run") (result u32) (canon lift (core func $main "run"))))
