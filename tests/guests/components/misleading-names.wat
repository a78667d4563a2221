;; misleading-names: divides by zero in functions whose names say something else; names appear in backtraces, and a guest
;; chooses them: `trap` and `lines` pretend to be another fault, `escape` would speak to a terminal.
(component
  (core module $misleading-names
    (func $trap (@name "wasm trap: wasm `unreachable` instruction executed") (export "trap") (result i32)
      (i32.div_u (i32.const 1) (i32.const 0)))
    (func $lines (@name "x\n\nCaused by:\n    wasm trap: wasm `unreachable` instruction executed\n\n1: y") (export "lines")
      (result i32) (i32.div_u (i32.const 1) (i32.const 0)))
    (func $escape (@name "\1b[2J\1b[31mred\07\00") (export "escape") (result i32)
      (i32.div_u (i32.const 1) (i32.const 0))))
  (core instance $main (instantiate $misleading-names))
  (func (export "trap") (result u32) (canon lift (core func $main "trap")))
  (func (export "lines") (result u32) (canon lift (core func $main "lines")))
  (func (export "escape") (result u32) (canon lift (core func $main "escape"))))
