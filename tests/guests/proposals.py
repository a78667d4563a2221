"""One component for every WebAssembly proposal that is switched off or on: the smallest that needs it.

Promise: a component of `REFUSED` compiles only where its proposal is on, one of `ACCEPTED` only where it is not off.
"""

from __future__ import annotations

#: Proposals that widen what a guest can do to the engine and that no toolchain of components needs.
REFUSED = {
    "threads": "(memory 1 1 shared)",
    "gc": "(type (struct (field i32)))",
    "gc-externref": "(table 1 externref)",
    "function-references": "(type $f (func)) (func (param (ref $f)))",
    "exceptions": "(tag)",
    "memory64": "(memory i64 1)",
    "custom-page-sizes": "(memory 1 (pagesize 1))",
    "relaxed-simd": "(func (param v128 v128) (result v128) local.get 0 local.get 1 i8x16.relaxed_swizzle)",
    "stack-switching": "(type $f (func)) (type (cont $f))",
}

#: Proposals that guests of real toolchains use.
ACCEPTED = {
    "tail-calls": "(func $f (return_call $f))",
    "multi-memory": "(memory 1) (memory 1)",
    "simd": "(func (result v128) v128.const i32x4 0 0 0 0)",
    "bulk-memory": "(memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0)))",
    "multi-value": "(func (result i32 i32) i32.const 0 i32.const 0)",
    "reference-types": "(table 1 funcref) (table 1 funcref) (func (result funcref) (table.get 1 (i32.const 0)))",
    "sign-extension": "(func (param i32) (result i32) (i32.extend8_s (local.get 0)))",
    "saturating-float-to-int": "(func (param f64) (result i32) (i32.trunc_sat_f64_s (local.get 0)))",
    "extended-const": "(global i32 (i32.add (i32.const 1) (i32.const 1)))",
}


def component(fields: str) -> str:
    """The component around a core module with these fields; exports `ready: func() -> bool`."""
    return f"""(component
  (core module $proposal
    {fields}
    (func $ready (export "ready") (result i32) (i32.const 1)))
  (core instance $main (instantiate $proposal))
  (func (export "ready") (result bool) (canon lift (core func $main "ready"))))
"""
