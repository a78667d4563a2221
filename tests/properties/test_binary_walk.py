"""The walker over binaries: whatever the bytes are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from wasmtime import wat2wasm

from airssys.engine.binary import BinaryFacts, MalformedBinary, analyse

MODULE = b"\x00asm\x01\x00\x00\x00"
COMPONENT = b"\x00asm\x0d\x00\x01\x00"

#: A component that uses every section the walker reads.
WHOLE = bytes(
    wat2wasm("""(component
      (import "a:b/c@1.0.0" (instance $i (export "r" (type (sub resource))) (export "m" (core module))
        (export "f" (func (param "a" (list (tuple u8 string))) (result (result (error string)))))))
      (type (component (import "c" (component)) (export "f" (func))
        (export "m" (core module (import "a" "b" (table 1 2 funcref)) (export "c" (memory 1))))))
      (type $r (resource (rep i32))) (core func (canon resource.new $r))
      (core module $m (memory (export "memory") 2 5) (table 1 funcref) (func (export "f")))
      (component $c (core instance (instantiate $m)) (core instance (instantiate $m)) (export "m" (core module $m)))
      (instance $d (instantiate $c)) (instance (instantiate $c))
      (alias export $d "m" (core module $again))
      (core instance $n (instantiate $again))
      (core instance $e (export "f" (func $n "f")))
      (core func (canon lower (func $i "f") (memory (core memory $n "memory"))))
      (func $f (canon lift (core func $e "f")))
      (instance $exported (export "f" (func $f)))
      (export "a:b/d@1.0.0" (instance $exported)) (export "f" (func $f) (func)))""")
)


def analysed(wasm: bytes) -> BinaryFacts | None:
    """The facts, or None when the only error that may be raised was raised."""
    try:
        return analyse(wasm)
    except MalformedBinary:
        return None


def test_the_whole_component_is_understood():
    facts = analyse(WHOLE)
    assert (facts.core_instances, facts.smallest_limit_bytes, facts.exact) == (5, 10 * 65_536, True)


@given(st.binary(), st.sampled_from([b"", MODULE, COMPONENT, b"\x00asm"]))
def test_no_bytes_raise_anything_but_the_typed_error(data, start):
    analysed(start + data)


@given(
    st.lists(st.tuples(st.integers(0, 12), st.binary(max_size=12)), max_size=12), st.sampled_from([MODULE, COMPONENT])
)
def test_no_sections_raise_anything_but_the_typed_error(sections, start):
    analysed(start + b"".join(bytes([number, len(content)]) + content for number, content in sections))


@given(st.lists(st.tuples(st.integers(8, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_no_changed_bytes_raise_anything_but_the_typed_error(changes):
    mangled = bytearray(WHOLE)
    for offset, value in changes:
        mangled[offset] = value
    analysed(bytes(mangled))


@given(st.integers(0, len(WHOLE)), st.integers(0, len(WHOLE)), st.binary(max_size=8))
def test_no_cut_or_insertion_raises_anything_but_the_typed_error(start, end, inserted):
    analysed(WHOLE[:start] + inserted + WHOLE[end:])


def test_no_single_changed_byte_raises_anything_but_the_typed_error():
    understood = 0
    for offset in range(8, len(WHOLE)):
        for value in (0x00, 0x01, 0x7F, 0x80, 0xFF, WHOLE[offset] ^ 0x01):
            understood += analysed(WHOLE[:offset] + bytes([value]) + WHOLE[offset + 1 :]) is not None
    assert understood > len(WHOLE)  # names and function bodies may be anything
