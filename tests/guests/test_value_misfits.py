"""Promise: an argument that does not fit is refused with its path, and nothing of the guest has run."""

from __future__ import annotations

from typing import Any

import pytest

from airssys import Case, Err, Ok
from airssys.errors import ArgumentTypeError, ArgumentValueError, ExportNotFound
from tests.guests.hosting import Guests

TYPE, VALUE = ArgumentTypeError, ArgumentValueError
HOME = {"street": "Main Street", "number": 5}
NO_NUMBER = {"street": "Main Street", "number": -1}
ADA = {"name": "Ada", "age": 36, "tags": ["a"], "home": HOME, "former": [], "id": 1}

#: What is sent, and the beginning of the complaint after "argument value".
MISFITS: dict[str, tuple[str, Any, type[Exception], str]] = {
    "a boolean is no integer": ("echo-u8", True, TYPE, ": expected int (u8), got bool"),
    "a boolean is no integer in a list": ("echo-list-s32", [1, False], TYPE, "[1]: expected int (s32), got bool"),
    "a boolean is no float": ("echo-f64", True, TYPE, ": expected float (f64), got bool"),
    "a boolean is no float in a list": ("echo-list-f64", [True], TYPE, "[0]: expected float (f64), got bool"),
    "an integer is no boolean": ("echo-bool", 1, TYPE, ": expected bool, got int"),
    "a float is no integer": ("echo-s64", 1.0, TYPE, ": expected int (s64), got float"),
    "a float is no integer in a list": ("echo-list-u64", [0, 1.0], TYPE, "[1]: expected int (u64), got float"),
    "text is no integer": ("echo-u32", "1", TYPE, ": expected int (u32), got str"),
    "None is no integer": ("echo-u32", None, TYPE, ": expected int (u32), got NoneType"),
    "text is no float": ("echo-f32", "1.0", TYPE, ": expected float (f32), got str"),
    "bytes are no text": ("echo-string", b"x", TYPE, ": expected str, got bytes"),
    "text is no bytes": ("echo-bytes", "x", TYPE, ": expected bytes or another buffer (list<u8>), got str"),
    "a list is no bytes": ("echo-bytes", [1], TYPE, ": expected bytes or another buffer (list<u8>), got list"),
    "text is no list": ("echo-list-string", "ab", TYPE, ": expected list, got str"),
    "bytes are no list of numbers": ("echo-list-u32", b"ab", TYPE, ": expected list of u32, got bytes"),
    "a mapping is no list": ("echo-list-u32", {1: 2}, TYPE, ": expected list of u32, got dict"),
    "a set is no list": ("echo-list-string", {"a"}, TYPE, ": expected list, got set"),
    "a number is no list": ("echo-list-bool", 5, TYPE, ": expected list, got int"),
    "an item deep inside": ("echo-list-list-string", [["a"], ["b", 5]], TYPE, "[1][1]: expected str, got int"),
    "a number is no char": ("echo-char", 65, TYPE, ": expected str of length 1 (char), got int"),
    "two letters are no char": ("echo-char", "ab", VALUE, ": a char is a str of length 1, got length 2"),
    "no letter is no char": ("echo-char", "", VALUE, ": a char is a str of length 1, got length 0"),
    "a surrogate is no char": ("echo-char", "\ud800", VALUE, ": U+D800 is a surrogate"),
    "a surrogate in text": ("echo-string", "ab\udfff", VALUE, ": the text has a lone surrogate"),
    "a surrogate deep inside": ("echo-tuple", (1, "\ud83d", 0.0), VALUE, "[1]: the text has a lone surrogate"),
    "a number too large": ("echo-u8", 256, VALUE, ": 256 is out of range for u8 (0..255)"),
    "a number below zero": ("echo-u64", -1, VALUE, ": -1 is out of range for u64"),
    "a number too small": ("echo-s16", -32769, VALUE, ": -32769 is out of range for s16 (-32768..32767)"),
    "a number too large in a list": ("echo-list-s8", [127, 128], VALUE, "[1]: 128 is out of range for s8"),
    "a gigantic number": ("echo-u32", 10**10_000, VALUE, ": an integer of 33220 bits is out of range for u32"),
    "too large for a single": ("echo-f32", 1e39, VALUE, ": the number is out of range for f32"),
    "too large for a single in a list": ("echo-list-f32", [0.0, 1e39], VALUE, "[1]: the number is out of range"),
    "too large for a double": ("echo-f64", 10**400, VALUE, ": the number is out of range for f64"),
    "a tuple too short": ("echo-tuple", (1, "a"), VALUE, ": expected a tuple of 3 items, got 2"),
    "a tuple too long": ("echo-tuple-one", (1, 2), VALUE, ": expected a tuple of 1 items, got 2"),
    "a number is no tuple": ("echo-tuple-one", 1, TYPE, ": expected tuple of 1, got int"),
    "an item of a tuple": ("echo-tuple-nested", ((1, 2), ("a", ("pink",))), VALUE, "[1][1][0]: 'pink' is no case"),
    "a field is missing": ("echo-record", {**ADA, "home": {"street": "x"}}, VALUE, ".home.number: the field is"),
    "a field is unknown": ("echo-record", {**ADA, "shoe-size": 44}, VALUE, ": unknown field shoe-size"),
    "a field does not fit": ("echo-record", {**ADA, "former": [HOME, NO_NUMBER]}, VALUE, ".former[1].number: -1 is"),
    "a number is no record": ("echo-record", 5, TYPE, ".name: int is no mapping and has no attribute name"),
    "a case is unknown": ("echo-variant", Case("circle", 1), VALUE, ": 'circle' is no case; known: none, text, "),
    "a payload does not fit": ("echo-variant", Case("pair", (0.5, -1)), VALUE, "(pair)[1]: -1 is out of range"),
    "a payload is missing": ("echo-variant", Case("text"), TYPE, "(text): expected str, got NoneType"),
    "a payload too many": ("echo-variant", Case("none", 1), TYPE, "(none): the case carries no value, got int"),
    "a tuple is no variant": ("echo-variant", ("text", "x"), TYPE, ": expected Case(name, value), got tuple"),
    "an unknown enum label": ("echo-enum", "pink", VALUE, ": 'pink' is no case of enum"),
    "a number is no enum": ("echo-enum", 0, TYPE, ": expected str (enum), got int"),
    "an unknown flag": ("echo-flags", {"read", "fly"}, VALUE, ": 'fly' is no flag; known: read, write, execute"),
    "text is no set of flags": ("echo-flags", "read", TYPE, ": expected a set of str (flags), got str"),
    "a number is no flag": ("echo-flags", {1}, TYPE, ": expected str (a flag), got int"),
    "a plain value is no option of option": ("echo-option-option-u32", 5, TYPE, ": expected None or Some(...)"),
    "a plain value is no nested result": ("echo-list-result", [5], TYPE, "[0]: expected Ok(...) or Err(...)"),
    "the good side does not fit": ("echo-list-result", [Ok("x")], TYPE, "[0](Ok): expected int (u32), got str"),
    "the bad side does not fit": ("echo-list-result", [Err(5)], TYPE, "[0](Err): expected str, got int"),
    "a side that carries nothing": ("echo-result-empty", Ok(5), TYPE, "(Ok): Ok carries no value, got int"),
}  # fmt: skip


@pytest.mark.parametrize(("export", "sent", "error", "complaint"), MISFITS.values(), ids=MISFITS)
async def test_a_misfit_is_named_with_its_path(
    guests: Guests, export: str, sent: Any, error: type[Exception], complaint: str
):
    async with guests.host() as host:
        component = await guests.start(host, "echo")
        with pytest.raises(error) as caught:
            await component.call(export, sent)
        assert str(caught.value).startswith(f"argument value{complaint}")
        assert component.cpu.calls == 0


#: Counts in every place that the host could run while it passes arguments.
COUNTING = """(component
  (core module $counting
    (memory (export "memory") 1)
    (global $ran (mut i32) (i32.const 0))
    (func $run (global.set $ran (i32.add (global.get $ran) (i32.const 1))))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (call $run) (i32.const 1024))
    (func (export "take") (param i32 i32 i32 i32 i32) (call $run))
    (func (export "ran") (result i32) (global.get $ran)))
  (core instance $main (instantiate $counting))
  (func (export "take") (param "text" string) (param "numbers" (list u32)) (param "small" u8)
    (canon lift (core func $main "take") (memory (core memory $main "memory")) (realloc (core func $main "realloc"))))
  (func (export "ran") (result u32) (canon lift (core func $main "ran"))))
"""


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        ((5, [1], 2), "argument text: "),
        (("text", [1, -1], 2), "argument numbers[1]: "),
        (("text", [1], 256), "argument small: "),
        (("text", [1]), "the function takes 3 arguments (text, numbers, small), got 2"),
        (("text", [1], 2, 3), "the function takes 3 arguments (text, numbers, small), got 4"),
    ],
)
async def test_nothing_of_the_guest_runs_when_an_argument_does_not_fit(
    guests: Guests, args: tuple[Any, ...], complaint: str
):
    async with guests.host() as host:
        component = await guests.start(host, "counting", text=COUNTING)
        await component.call("take", "text", [1], 2)
        before = await component.call("ran")
        with pytest.raises((ArgumentTypeError, ArgumentValueError)) as caught:
            await component.call("take", *args)
        assert str(caught.value).startswith(complaint)
        assert (before, await component.call("ran"), component.status.restarts) == (3, 3, 0)


async def test_what_an_argument_raises_reaches_the_caller_and_the_guest_lives(guests: Guests):
    class Broken:
        def __index__(self) -> int:
            raise ZeroDivisionError("mine")

    async with guests.host() as host:
        component = await guests.start(host, "echo")
        with pytest.raises(ZeroDivisionError, match="mine"):
            await component.call("echo-u32", Broken())
        assert await component.call("echo-u32", 5) == 5
        assert component.status.restarts == 0


async def test_an_unknown_export_is_named_with_those_that_exist(guests: Guests):
    async with guests.host() as host:
        component = await guests.start(host, "add")
        with pytest.raises(ExportNotFound, match=r"no function 'subtract'; it exports nothing, add, echo-string"):
            await component.call("subtract", 1, 2)
        assert await component.call("add", 1, 2) == 3
