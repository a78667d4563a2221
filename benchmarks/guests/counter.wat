;; counter: a loop with nothing in it, where a check in every turn weighs most. No compiler leaves such a loop.
(component
  (core module $counter
    (func (export "count") (param $times i32) (result i32) (local $i i32)
      (loop $next
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $next (i32.lt_u (local.get $i) (local.get $times))))
      (local.get $i)))
  (core instance $main (instantiate $counter))
  (func (export "count") (param "times" u32) (result u32) (canon lift (core func $main "count"))))
