;; big-table: a table of ten million elements before it does anything: 80 MB that no memory limit sees.
(component
  (core module $big-table
    (table 10000000 funcref)
    (func $elements (export "elements") (result i32) (table.size 0)))
  (core instance $main (instantiate $big-table))
  (func (export "elements") (result u32) (canon lift (core func $main "elements"))))
