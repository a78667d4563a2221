;; kernels: four small programs that only compute, to measure what being watched costs a guest. Each takes how often to
;; do its work and returns a check of the result, so that nothing can be left out.
(component
  (core module $kernels
    (memory (export "memory") 32)

    ;; Primes below 1,048,576 by Eratosthenes' sieve, one byte each: tight loops that store.
    (func $sieve (export "sieve") (param $times i32) (result i32)
      (local $prime i32) (local $multiple i32) (local $found i32)
      (loop $again
        (memory.fill (i32.const 0) (i32.const 0) (i32.const 1048576))
        (local.set $found (i32.const 0))
        (local.set $prime (i32.const 2))
        (loop $next
          (if (i32.eqz (i32.load8_u (local.get $prime))) (then
            (local.set $found (i32.add (local.get $found) (i32.const 1)))
            (local.set $multiple (i32.shl (local.get $prime) (i32.const 1)))
            (block $marked (loop $mark
              (br_if $marked (i32.ge_u (local.get $multiple) (i32.const 1048576)))
              (i32.store8 (local.get $multiple) (i32.const 1))
              (local.set $multiple (i32.add (local.get $multiple) (local.get $prime)))
              (br $mark)))))
          (local.set $prime (i32.add (local.get $prime) (i32.const 1)))
          (br_if $next (i32.lt_u (local.get $prime) (i32.const 1048576))))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br_if $again (local.get $times)))
      (local.get $found))

    ;; The product of two matrices of 128 x 128 doubles, at 0 and 131072, to 262144: loops that load and calculate.
    (func $matrix (export "matrix") (param $times i32) (result f64)
      (local $row i32) (local $column i32) (local $k i32) (local $sum f64)
      (loop $fill
        (f64.store (local.get $k) (f64.convert_i32_u (i32.and (local.get $k) (i32.const 1023))))
        (local.set $k (i32.add (local.get $k) (i32.const 8)))
        (br_if $fill (i32.lt_u (local.get $k) (i32.const 262144))))
      (loop $again
        (local.set $row (i32.const 0))
        (loop $rows
          (local.set $column (i32.const 0))
          (loop $columns
            (local.set $sum (f64.const 0))
            (local.set $k (i32.const 0))
            (loop $products
              (local.set $sum (f64.add (local.get $sum) (f64.mul
                (f64.load (i32.add (i32.shl (local.get $row) (i32.const 10)) (i32.shl (local.get $k) (i32.const 3))))
                (f64.load offset=131072
                  (i32.add (i32.shl (local.get $k) (i32.const 10)) (i32.shl (local.get $column) (i32.const 3)))))))
              (local.set $k (i32.add (local.get $k) (i32.const 1)))
              (br_if $products (i32.lt_u (local.get $k) (i32.const 128))))
            (f64.store offset=262144
              (i32.add (i32.shl (local.get $row) (i32.const 10)) (i32.shl (local.get $column) (i32.const 3)))
              (local.get $sum))
            (local.set $column (i32.add (local.get $column) (i32.const 1)))
            (br_if $columns (i32.lt_u (local.get $column) (i32.const 128))))
          (local.set $row (i32.add (local.get $row) (i32.const 1)))
          (br_if $rows (i32.lt_u (local.get $row) (i32.const 128))))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br_if $again (local.get $times)))
      (f64.load offset=262144 (i32.const 8192)))

    ;; FNV-1a of the first 1,048,576 bytes: a chain of small steps, one byte a turn.
    (func $hash (export "hash") (param $times i32) (result i64) (local $at i32) (local $hash i64)
      (local.set $hash (i64.const 0xcbf29ce484222325))
      (loop $again
        (local.set $at (i32.const 0))
        (loop $bytes
          (local.set $hash (i64.mul
            (i64.xor (local.get $hash) (i64.load8_u (local.get $at))) (i64.const 0x100000001b3)))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br_if $bytes (i32.lt_u (local.get $at) (i32.const 1048576))))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br_if $again (local.get $times)))
      (local.get $hash))

    ;; Fibonacci numbers by calling itself: function calls instead of loops.
    (func $fib (param $n i32) (result i32)
      (if (result i32) (i32.lt_u (local.get $n) (i32.const 2))
        (then (local.get $n))
        (else (i32.add (call $fib (i32.sub (local.get $n) (i32.const 1)))
                       (call $fib (i32.sub (local.get $n) (i32.const 2)))))))
    (func $recursion (export "recursion") (param $times i32) (result i32) (local $last i32)
      (loop $again
        (local.set $last (call $fib (i32.const 25)))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br_if $again (local.get $times)))
      (local.get $last))

    ;; Counts a million: nothing but the loop itself, where a check in every turn weighs most.
    (func $count (export "count") (param $times i32) (result i32) (local $i i32)
      (local.set $times (i32.mul (local.get $times) (i32.const 1000000)))
      (loop $turns
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $turns (i32.lt_u (local.get $i) (local.get $times))))
      (local.get $i)))
  (core instance $main (instantiate $kernels))
  (func (export "sieve") (param "times" u32) (result u32) (canon lift (core func $main "sieve")))
  (func (export "matrix") (param "times" u32) (result f64) (canon lift (core func $main "matrix")))
  (func (export "hash") (param "times" u32) (result u64) (canon lift (core func $main "hash")))
  (func (export "recursion") (param "times" u32) (result u32) (canon lift (core func $main "recursion")))
  (func (export "count") (param "times" u32) (result u32) (canon lift (core func $main "count"))))
