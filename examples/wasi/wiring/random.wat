  ;; wasi:random: bytes that nobody can guess.
  (import "wasi:random/random@0.2.0" (instance $random
    (export "get-random-bytes" (func (param "len" u64) (result (list u8))))))
  (core func $get-random-bytes (canon lower (func $random "get-random-bytes") (memory $memory) (realloc $realloc)))
  (core instance $wasi:random/random@0.2.0 (export "get-random-bytes" (func $get-random-bytes)))
