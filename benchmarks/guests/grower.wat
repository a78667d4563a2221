;; grower: grows its memory page by page without touching it.
(component
  (core module $grower
    (memory 1)
    (func (export "grow") (param $pages i32) (result i32) (local $got i32)
      (block $end (loop $next
        (br_if $end (i32.eq (local.get $got) (local.get $pages)))
        (br_if $end (i32.eq (memory.grow (i32.const 1)) (i32.const -1)))
        (local.set $got (i32.add (local.get $got) (i32.const 1)))
        (br $next)))
      (local.get $got)))
  (core instance $main (instantiate $grower))
  (func (export "grow") (param "pages" u32) (result u32) (canon lift (core func $main "grow"))))
