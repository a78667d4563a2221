;; start-calls-host: calls a host function while it is instantiated.
(component
  (import "airssys:test/host@1.0.0" (instance $host (export "count" (func (result u64)))))
  (core func $count (canon lower (func $host "count")))
  (core module $start-calls-host
    (import "host" "count" (func $count (result i64)))
    (global $counted (mut i64) (i64.const 0))
    (func $start (global.set $counted (call $count)))
    (start $start)
    (func $counted (export "counted") (result i64) (global.get $counted)))
  (core instance $main (instantiate $start-calls-host (with "host" (instance (export "count" (func $count))))))
  (func (export "counted") (result u64) (canon lift (core func $main "counted"))))
