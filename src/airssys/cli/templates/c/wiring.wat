;; The component around {{name}}.c: what it exports, with component-model types.
;;
;; world {{name}} {
;;   export greet: func(name: string) -> string;
;; }
;;
;; To add a function: write it in C with EXPORT("its-name"), add it to the placeholder below with its core types (the
;; build says so when the two disagree), then lift and export it like `greet`. A string or a list arrives as two i32
;; (pointer, length); a result larger than one number is returned as a pointer to it.
(component
  ;; A placeholder: build.py puts the compiled C here. Only its exports and their types matter.
  (core module $Main
    (memory (export "memory") 0)
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable)
    (func (export "cabi_post_return") (param i32) unreachable)
    (func (export "greet") (param i32 i32) (result i32) unreachable))
  (core instance $main (instantiate $Main))
  (alias core export $main "memory" (core memory $memory))
  (alias core export $main "cabi_realloc" (core func $realloc))
  (alias core export $main "cabi_post_return" (core func $done))

  (func (export "greet") (param "name" string) (result string)
    (canon lift (core func $main "greet") (memory $memory) (realloc $realloc) (post-return $done))))
