;; huge-minimum: 80 pages (5 MiB) before it does anything: more than any component may have by default.
(component
  (core module $huge-minimum
    (memory 80)
    (func $pages (export "pages") (result i32) (memory.size)))
  (core instance $main (instantiate $huge-minimum))
  (func (export "pages") (result u32) (canon lift (core func $main "pages"))))
