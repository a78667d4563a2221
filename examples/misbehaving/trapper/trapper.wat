;; trapper: executes `unreachable`, three calls deep, so that there is a backtrace to see.
;;
;; world trapper {
;;   export run: func();
;; }
(component
  (core module $trapper
    (func $run (export "run") (call $check_invariants))
    (func $check_invariants (call $abort))
    (func $abort unreachable))
  (core instance $main (instantiate $trapper))
  (func (export "run") (canon lift (core func $main "run"))))
