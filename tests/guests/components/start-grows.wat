;; start-grows: grows from one page to seventeen (1 MiB + 64 KiB) while it is instantiated, and stops when it is refused.
(component
  (core module $start-grows
    (memory 1)
    (func $start
      (loop $more
        (if (i32.eq (memory.grow (i32.const 1)) (i32.const -1)) (then unreachable))
        (br_if $more (i32.lt_u (memory.size) (i32.const 17)))))
    (start $start)
    (func $pages (export "pages") (result i32) (memory.size)))
  (core instance $main (instantiate $start-grows))
  (func (export "pages") (result u32) (canon lift (core func $main "pages"))))
