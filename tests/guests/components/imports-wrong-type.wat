;; imports-wrong-type: declares other types for functions that host-calls.wat declares right: `log` takes a number, `count`
;; returns a string. (The engine's own linker does not compare them.)
(component
  (import "airssys:test/host@1.0.0" (instance $host
    (export "log" (func (param "message" u32)))
    (export "count" (func (result string)))))
  (core module $memory
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 4096)))
  (core instance $memory (instantiate $memory))
  (core func $log (canon lower (func $host "log")))
  (core func $count (canon lower (func $host "count")
    (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
  (core module $imports-wrong-type
    (import "host" "log" (func $log (param i32)))
    (import "host" "count" (func $count (param i32)))
    (func $run (export "run") (call $log (i32.const 7)) (call $count (i32.const 16))))
  (core instance $main (instantiate $imports-wrong-type
    (with "host" (instance (export "log" (func $log)) (export "count" (func $count))))))
  (func (export "run") (canon lift (core func $main "run"))))
