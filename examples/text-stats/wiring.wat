;; The component around text-stats.c.
;;
;; world text-stats {
;;   record stats { bytes: u32, characters: u32, words: u32, lines: u32, longest-word: string }
;;   export analyse: func(text: string) -> stats;
;;   export most-common: func(text: string, limit: u32) -> list<tuple<string, u32>>;
;; }
(component
  ;; A placeholder: the build puts the compiled C here. Only its exports and their types matter.
  (core module $Main
    (memory (export "memory") 0)
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable)
    (func (export "cabi_post_return") (param i32) unreachable)
    (func (export "analyse") (param i32 i32) (result i32) unreachable)
    (func (export "most-common") (param i32 i32 i32) (result i32) unreachable))
  (core instance $main (instantiate $Main))
  (alias core export $main "memory" (core memory $memory))
  (alias core export $main "cabi_realloc" (core func $realloc))
  (alias core export $main "cabi_post_return" (core func $done))

  (type $Stats (record
    (field "bytes" u32) (field "characters" u32) (field "words" u32) (field "lines" u32) (field "longest-word" string)))
  (export $stats "stats" (type $Stats))

  (func (export "analyse") (param "text" string) (result $stats)
    (canon lift (core func $main "analyse") (memory $memory) (realloc $realloc) (post-return $done)))
  (func (export "most-common") (param "text" string) (param "limit" u32) (result (list (tuple string u32)))
    (canon lift (core func $main "most-common") (memory $memory) (realloc $realloc) (post-return $done))))
