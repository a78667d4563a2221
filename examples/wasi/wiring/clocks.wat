  ;; wasi:clocks: the time of day, and the time that only goes forward.
  (import "wasi:clocks/wall-clock@0.2.0" (instance $clocks-wall
    (type $datetime' (record (field "seconds" u64) (field "nanoseconds" u32)))
    (export "datetime" (type $datetime (eq $datetime')))
    (export "now" (func (result $datetime)))
    (export "resolution" (func (result $datetime)))))
  (core func $wall-now (canon lower (func $clocks-wall "now") (memory $memory)))
  (core func $wall-resolution (canon lower (func $clocks-wall "resolution") (memory $memory)))
  (core instance $wasi:clocks/wall-clock@0.2.0
    (export "now" (func $wall-now))
    (export "resolution" (func $wall-resolution)))

  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clocks-monotonic
    (alias outer 1 $pollable (type $pollable'))
    (export "pollable" (type $pollable (eq $pollable')))
    (export "now" (func (result u64)))
    (export "resolution" (func (result u64)))
    (export "subscribe-instant" (func (param "when" u64) (result (own $pollable))))
    (export "subscribe-duration" (func (param "when" u64) (result (own $pollable))))))
  (core func $monotonic-now (canon lower (func $clocks-monotonic "now")))
  (core func $monotonic-resolution (canon lower (func $clocks-monotonic "resolution")))
  (core func $subscribe-instant (canon lower (func $clocks-monotonic "subscribe-instant")))
  (core func $subscribe-duration (canon lower (func $clocks-monotonic "subscribe-duration")))
  (core instance $wasi:clocks/monotonic-clock@0.2.0
    (export "now" (func $monotonic-now))
    (export "resolution" (func $monotonic-resolution))
    (export "subscribe-instant" (func $subscribe-instant))
    (export "subscribe-duration" (func $subscribe-duration)))
