;; The component around kernels.c. `python -m benchmarks.guests` builds kernels.wasm from the two.
(component
  ;; A placeholder: the build puts the compiled C here. Only its exports and their types matter.
  (core module $Main
    (func (export "primes") (param i32) (result i32) unreachable)
    (func (export "matrix") (param i32) (result f64) unreachable)
    (func (export "hash") (param i32) (result i64) unreachable)
    (func (export "cipher") (param i32) (result i32) unreachable)
    (func (export "sort") (param i32) (result i32) unreachable)
    (func (export "recursion") (param i32) (result i32) unreachable))
  (core instance $main (instantiate $Main))
  (func (export "primes") (param "times" u32) (result u32) (canon lift (core func $main "primes")))
  (func (export "matrix") (param "times" u32) (result f64) (canon lift (core func $main "matrix")))
  (func (export "hash") (param "times" u32) (result u64) (canon lift (core func $main "hash")))
  (func (export "cipher") (param "times" u32) (result u32) (canon lift (core func $main "cipher")))
  (func (export "sort") (param "times" u32) (result u32) (canon lift (core func $main "sort")))
  (func (export "recursion") (param "times" u32) (result u32) (canon lift (core func $main "recursion"))))
