;; table-grower: grows a table instead of a memory.
(component
  (core module $table-grower
    (table 1 funcref)
    (func $elements (export "elements") (result i32) (table.size 0))
    (func $grow (export "grow") (param i32) (result i32) (table.grow 0 (ref.null func) (local.get 0))))
  (core instance $main (instantiate $table-grower))
  (func (export "elements") (result u32) (canon lift (core func $main "elements")))
  (func (export "grow") (param "elements" u32) (result s32) (canon lift (core func $main "grow"))))
