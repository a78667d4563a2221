;; What `airssys doctor` runs to see that running works, and `airssys bench` to see how fast.
;;
;; world probe {
;;   export add: func(a: u32, b: u32) -> u32;
;;   export echo: func(text: string) -> string;    // the same text again
;;   export grow: func(pages: u32) -> s32;         // the size before in pages, or -1 when it was refused
;; }
(component
  (core module $probe
    (memory (export "memory") 3)                      ;; room for a text of 64 KiB, and for what stands below it
    (func (export "add") (param $a i32) (param $b i32) (result i32)
      (i32.add (local.get $a) (local.get $b)))
    (func (export "grow") (param $pages i32) (result i32)
      (memory.grow (local.get $pages)))

    ;; The host places one text for each call, always at the same address; one that does not fit traps while it is placed.
    (func (export "realloc") (param $old i32) (param $old-size i32) (param $align i32) (param $size i32) (result i32)
      (i32.const 64))
    (func (export "echo") (param $text i32) (param $size i32) (result i32)
      (i32.store (i32.const 16) (local.get $text))
      (i32.store (i32.const 20) (local.get $size))
      (i32.const 16)))

  (core instance $main (instantiate $probe))
  (func (export "add") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $main "add")))
  (func (export "grow") (param "pages" u32) (result s32) (canon lift (core func $main "grow")))
  (func (export "echo") (param "text" string) (result string)
    (canon lift (core func $main "echo") (memory (core memory $main "memory")) (realloc (core func $main "realloc")))))
