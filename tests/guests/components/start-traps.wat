;; start-traps: traps while it is instantiated.
(component
  (core module $start-traps
    (func $start unreachable)
    (start $start)
    (func $ready (export "ready") (result i32) (i32.const 1)))
  (core instance $main (instantiate $start-traps))
  (func (export "ready") (result bool) (canon lift (core func $main "ready"))))
