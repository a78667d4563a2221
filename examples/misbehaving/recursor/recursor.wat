;; recursor: calls itself without end. The sum keeps a compiler from turning the recursion into a loop.
;;
;; world recursor {
;;   export run: func() -> u32;
;; }
(component
  (core module $recursor
    (func $deeper (param $depth i32) (result i32)
      (i32.add (i32.const 1) (call $deeper (i32.add (local.get $depth) (i32.const 1)))))
    (func $run (export "run") (result i32) (call $deeper (i32.const 0))))
  (core instance $main (instantiate $recursor))
  (func (export "run") (result u32) (canon lift (core func $main "run"))))
