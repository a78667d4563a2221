"""Binaries that do not hold together."""

from __future__ import annotations

import pytest
from wasmtime import wat2wasm

from airssys.engine.binary import BinaryKind, MalformedBinary, analyse
from airssys.engine.binary._reader import MAX_PIECES
from airssys.errors import CompileError

MODULE = b"\x00asm\x01\x00\x00\x00"
COMPONENT = b"\x00asm\x0d\x00\x01\x00"
U32_MAX = b"\xff\xff\xff\xff\x0f"


def leb(number: int) -> bytes:
    """An unsigned number in LEB128."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def section(section_id: int, content: bytes) -> bytes:
    """A section of a module or component."""
    return bytes([section_id]) + leb(len(content)) + content


def problem_of(wasm: bytes) -> str:
    with pytest.raises(MalformedBinary) as caught:
        analyse(wasm)
    return caught.value.message


def test_it_is_a_compile_error_with_a_code_and_a_hint():
    assert issubclass(MalformedBinary, CompileError)
    assert MalformedBinary("x").code == "malformed-binary"
    assert MalformedBinary("x").hint


@pytest.mark.parametrize(
    ("wasm", "problem"),
    [
        (b"\x00asm", "offset 0x0: 8 bytes announced, 4 left"),
        (b"\x00asm\x02\x00\x00\x00", "offset 0x8: this is not a core module of the current format"),
        (b"\x00asm\x0e\x00\x01\x00", "offset 0x8: this is not a component of the current format"),
        (COMPONENT + b"\x01", "offset 0x9: unexpected end"),
        (COMPONENT + b"\x00\x05abcd", "offset 0xa: 5 bytes announced, 4 left"),
        (COMPONENT + b"\x00" + U32_MAX, "offset 0xe: 4294967295 bytes announced, 0 left"),
        (COMPONENT + b"\x00\xff\xff\xff\xff\x1f", "offset 0xe: a number has more than 32 bits"),
        (COMPONENT + b"\x00\x80\x80\x80\x80\x80\x00", "offset 0xe: a number has more than 32 bits"),
        (COMPONENT + section(13, b""), "offset 0xa: unknown section 13"),
        (COMPONENT + section(1, COMPONENT), "offset 0x12: this is not a core module of the current format"),
        (COMPONENT + section(4, MODULE), "offset 0x12: this is not a component of the current format"),
        (
            COMPONENT + section(2, b"\x01\x00\x00\x00"),
            "offset 0xd: index 0 refers to something that is not defined before it",
        ),
        (COMPONENT + section(5, b"\x01\x02"), "offset 0xc: unknown form 0x2 of instance"),
        (COMPONENT + section(6, b"\x01\x04\x02\x01\x00"), "offset 0xe: an alias points 1 levels out of 1"),
        (COMPONENT + section(6, b"\x01\x04\x03"), "offset 0xd: unknown target 0x3 of an alias"),
        (COMPONENT + section(7, b"\x01\x01"), "offset 0xc: unknown type 0x1"),
        (COMPONENT + section(7, b"\x01\x70\x40"), "offset 0xd: unknown primitive type 0x40"),
        (COMPONENT + section(7, b"\x00\x00"), "offset 0xb: 1 bytes too many in this section"),
        (COMPONENT + section(8, b"\x01\x03\x00\x00"), "offset 0xd: 1 bytes too many in this section"),
        (COMPONENT + section(10, b"\x01\x00\x01a\x06"), "offset 0xf: unknown kind 0x6 of import or export"),
        (COMPONENT + section(10, b"\x01\x03"), "offset 0xc: unknown form 0x3 of name"),
        (MODULE + section(5, b"\x01\x10\x01"), "offset 0xc: unknown flags 0x10 of a memory or table"),
        (MODULE + section(5, b"\x01\x08\x01\x11"), "offset 0xe: a page of 2**17 bytes is larger than 64 KiB"),
        (MODULE + section(5, b"\x01\x00\x01\x00"), "offset 0xd: 1 bytes too many in this section"),
        (MODULE + section(4, b"\x01\x40\x00\x70\x00\x01"), "offset 0xb: tables with an initialiser are not supported"),
    ],
    ids=lambda value: value.hex()[16:] or "preamble" if isinstance(value, bytes) else "",
)
def test_the_error_says_where_and_what(wasm, problem):
    assert problem_of(wasm).startswith(problem)


def nested_components(levels: int) -> bytes:
    wasm = COMPONENT
    for _ in range(levels):
        wasm = COMPONENT + section(4, wasm)
    return wasm


def nested_types(levels: int) -> bytes:
    declaration = b"\x7f"
    for _ in range(levels):
        declaration = b"\x42\x01\x01" + declaration
    return COMPONENT + section(7, b"\x01" + declaration)


def test_nesting_is_bounded():
    assert analyse(nested_components(99)).kind is BinaryKind.COMPONENT
    assert "components nest deeper than 100 levels" in problem_of(nested_components(100))
    assert "components nest deeper than 100 levels" in problem_of(nested_components(2000))
    assert analyse(nested_types(99)).kind is BinaryKind.COMPONENT
    assert "components and types nest deeper than 100 levels" in problem_of(nested_types(100))
    assert "components and types nest deeper than 100 levels" in problem_of(nested_types(100_000))


def test_module_types_nest_no_deeper_than_anything_else():
    declaration = b"\x60\x00\x00"
    for _ in range(100_000):
        declaration = b"\x50\x01\x01" + declaration
    wasm = COMPONENT + section(7, b"\x01\x42\x01\x00" + declaration)
    assert "components and types nest deeper than 100 levels" in problem_of(wasm)


@pytest.mark.parametrize(
    "wasm",
    [
        COMPONENT + section(7, leb(MAX_PIECES + 1)),
        COMPONENT + section(7, b"\x01\x72" + U32_MAX),
        COMPONENT + section(0, b"") * (MAX_PIECES + 1),
        MODULE + section(0, b"") * (MAX_PIECES + 1),
        MODULE + section(5, U32_MAX),
        COMPONENT + section(1, MODULE + section(0, b"") * (MAX_PIECES // 2)) * 3,
    ],
    ids=["types", "fields", "sections", "sections of a module", "memories", "all together"],
)
def test_more_pieces_than_any_component_has_are_refused(wasm):
    assert f"more than {MAX_PIECES}" in problem_of(wasm)


def test_every_cut_of_a_component_is_refused_or_shorter():
    """Cutting at the end of a section leaves a component; anywhere else it leaves nothing that holds together."""
    wasm = bytes(wat2wasm("(component (core module $m (memory 5)) (core instance (instantiate $m)) (type u8))"))
    whole = [cut for cut in range(8, len(wasm) + 1) if _holds_together(wasm[:cut])]
    assert whole[0] == 8
    assert whole[-1] == len(wasm)
    assert len(whole) == 5  # preamble, module, instance, type, names


def _holds_together(wasm: bytes) -> bool:
    try:
        return analyse(wasm).kind is BinaryKind.COMPONENT
    except MalformedBinary:
        return False
