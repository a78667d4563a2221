;; future-stream: uses the types of asynchronous components, which this host does not have.
(component
  (import "airssys:test/later@1.0.0" (instance
    (export "soon" (func (result (future u32))))
    (export "bit-by-bit" (func (result (stream u8)))))))
