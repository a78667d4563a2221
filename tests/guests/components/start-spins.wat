;; start-spins: never finishes being instantiated.
(component
  (core module $start-spins
    (func $start (loop $again (br $again)))
    (start $start)
    (func $ready (export "ready") (result i32) (i32.const 1)))
  (core instance $main (instantiate $start-spins))
  (func (export "ready") (result bool) (canon lift (core func $main "ready"))))
