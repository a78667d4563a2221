;; liar: returns results that are not what it says. Its memory has one page, addresses 0 to 65535.
;;
;; world liar {
;;   export outside: func() -> string;             // 64 bytes at an address far outside its memory
;;   export huge: func() -> list<u64>;             // half a billion elements, from a valid address
;;   export invalid-text: func() -> string;        // bytes that are no UTF-8
;;   export misaligned: func() -> list<u64>;       // elements at an address that is no multiple of eight
;; }
(component
  (core module $liar
    (memory (export "memory") 1)
    (data (i32.const 64) "\ff\fe\fd")
    ;; What a string or a list is to the host: an address and a length, here at address 16.
    (func $claim (param $address i32) (param $length i32) (result i32)
      (i32.store (i32.const 16) (local.get $address))
      (i32.store (i32.const 20) (local.get $length))
      (i32.const 16))
    (func $outside (export "outside") (result i32) (call $claim (i32.const 0x7fffff00) (i32.const 64)))
    (func $huge (export "huge") (result i32) (call $claim (i32.const 0) (i32.const 0x1fffffff)))
    (func $invalid-text (export "invalid-text") (result i32) (call $claim (i32.const 64) (i32.const 3)))
    (func $misaligned (export "misaligned") (result i32) (call $claim (i32.const 3) (i32.const 1))))
  (core instance $main (instantiate $liar))
  (alias core export $main "memory" (core memory $memory))
  (func (export "outside") (result string) (canon lift (core func $main "outside") (memory $memory)))
  (func (export "huge") (result (list u64)) (canon lift (core func $main "huge") (memory $memory)))
  (func (export "invalid-text") (result string) (canon lift (core func $main "invalid-text") (memory $memory)))
  (func (export "misaligned") (result (list u64)) (canon lift (core func $main "misaligned") (memory $memory))))
