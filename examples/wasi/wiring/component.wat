;; The component around a C program for WASI.
;;
;; world command {
;;   import ...;              // from the other files here: wasi:io, and of the rest what the program calls
;;   export wasi:cli/run@0.2.0;
;; }
;;
;; The functions of the host need the program's memory and allocator before the program can be instantiated, for it
;; imports them. So the memory is a module of its own, and its `cabi_realloc` passes calls on to the program's.
(component
  ;; A placeholder: the build puts the compiled program here.
  (core module $Program)

  (core module $Memory
    (type $realloc (func (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") (; pages ;))
    (table (export "table") 1 1 funcref)
    (func (export "cabi_realloc") (type $realloc)
      (call_indirect (type $realloc)
        (local.get 0) (local.get 1) (local.get 2) (local.get 3) (i32.const 0))))
  (core instance $memory (instantiate $Memory))
  (alias core export $memory "cabi_realloc" (core func $realloc))
  (alias core export $memory "memory" (core memory $memory))

  ;; (imports)

  (core instance $program (instantiate $Program
    (with "env" (instance $memory))
    ;; (arguments)
  ))

  (core module $Allocator
    (import "memory" "table" (table 1 1 funcref))
    (import "program" "cabi_realloc" (func $realloc (param i32 i32 i32 i32) (result i32)))
    (elem (i32.const 0) $realloc))
  (core instance (instantiate $Allocator
    (with "memory" (instance $memory))
    (with "program" (instance $program))))

  (func $run (result (result)) (canon lift (core func $program "wasi:cli/run@0.2.0#run")))
  (instance $cli-run (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $cli-run)))
