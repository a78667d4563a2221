;; spinner: computes for ever and never returns.
;;
;; world spinner {
;;   export run: func() -> u64;
;; }
(component
  (core module $spinner
    (func $run (export "run") (result i64) (local $turns i64)
      (loop $again
        (local.set $turns (i64.add (local.get $turns) (i64.const 1)))
        (br $again))
      (local.get $turns)))
  (core instance $main (instantiate $spinner))
  (func (export "run") (result u64) (canon lift (core func $main "run"))))
