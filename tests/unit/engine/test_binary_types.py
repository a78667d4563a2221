"""The type section: every form is stepped over exactly, so that what follows is read where it is."""

from __future__ import annotations

import pytest

from airssys.engine.binary import MalformedBinary, analyse

COMPONENT = b"\x00asm\x0d\x00\x01\x00"

#: Entries of a type section, by the name of the form in the format's grammar.
FORMS = {
    "primitive": "7f",
    "record": "72 02 01 61 7f 01 62 00",
    "variant": "71 02 01 61 00 00 01 62 01 7d 00",
    "list": "70 7d",
    "list of fixed length": "67 7d 04",
    "tuple": "6f 02 7d 73",
    "flags": "6e 01 01 61",
    "enum": "6d 02 01 61 01 62",
    "option": "6b 7d",
    "result of nothing": "6a 00 00",
    "result of both": "6a 01 7d 01 73",
    "map": "63 73 7d",
    "own": "69 05",
    "borrow": "68 85 01",
    "an index of two bytes": "70 c0 00",
    "function without result": "40 01 01 61 7d 01 00",
    "function with result": "40 00 00 7d",
    "resource": "3f 7f 00",
    "resource with destructor": "3f 7f 01 03",
    "instance": "42 00",
    "instance with an alias of an export": "42 01 02 03 00 00 01 61",
    "instance with an outer alias": "42 01 02 00 10 02 01 00",
    "instance with an export of each kind": "42 06 "
    "04 00 01 61 01 00  04 00 01 62 03 00 00  04 00 01 63 03 01  04 00 01 64 04 00  04 01 01 65 05 00  "
    "04 00 01 66 00 11 00",
    "instance with values": "42 02  04 00 01 61 02 00 00  04 00 01 62 02 01 7d",
    "component with an import": "41 01 03 00 01 61 01 00",
    "a name with attributes": "41 01 03 02 01 61 03  00 01 69  01 02 2e 31  02 01 78  01 00",
    "core function": "42 01 00 60 02 7f 63 70 01 7e",
    "core module": "42 01 00 50 04  00 01 61 01 62 00 00  01 60 00 00  02 10 01 01 00  03 01 63 02 00 01",
    "core module with each kind": "42 01 00 50 04  "
    "00 00 00 01 70 00 01  00 00 00 03 7f 01  00 00 00 04 00 00  00 00 00 01 63 70 01 01 02",
}

ASYNC_FORMS = {
    "stream": "66 00",
    "stream of something": "66 01 7d",
    "future": "65 01 7d",
    "error-context": "64",
    "error-context in a list": "70 64",
    "async function": "43 00 01 00",
}


def section_of(*entries: str) -> bytes:
    content = bytes([len(entries)]) + b"".join(bytes.fromhex(entry) for entry in entries)
    return COMPONENT + bytes([7, len(content)]) + content


@pytest.mark.parametrize("entry", FORMS.values(), ids=list(FORMS))
def test_every_form_ends_where_the_next_begins(entry):
    assert not analyse(section_of(entry, "7f", entry)).uses_async
    with pytest.raises(MalformedBinary):
        analyse(section_of(entry + "7f", entry))


@pytest.mark.parametrize("entry", ASYNC_FORMS.values(), ids=list(ASYNC_FORMS))
def test_every_async_form_is_noticed_and_ends_where_the_next_begins(entry):
    assert analyse(section_of("7f", entry, "7f")).uses_async


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("40 00 01 01", "named results of functions"),
        ("6b 62", "unknown primitive type 0x62"),
        ("6b ff 7e", "unknown primitive type 0x7f"),
        ("6b 80 80 80 80 80 00", "more than 33 bits"),
        ("6a 02", "neither 0 nor 1"),
        ("42 01 05", "unknown declaration 0x5"),
        ("42 01 00 5f", "core type 0x5f is not supported"),
        ("42 01 00 50 01 04", "unknown declaration 0x4 of a core module type"),
        ("42 01 00 50 01 03 00 05", "unknown kind 0x5 of core import or export"),
    ],
)
def test_what_no_form_allows_is_malformed(entry, problem):
    with pytest.raises(MalformedBinary, match=problem):
        analyse(section_of(entry))
