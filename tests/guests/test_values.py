"""Promise: every component-model type crosses both ways without loss, and looks in Python as documented."""

from __future__ import annotations

import array
import math
from typing import Any

import pytest

from airssys import Case, ComponentState, Err, Ok, Some
from airssys.errors import GuestReturnedError
from tests.guests import echo
from tests.guests.arrivals import difference, echoed
from tests.guests.hosting import MIB, Guests
from tests.guests.wit_types import Record

HOME = {"street": "Main Street", "number": 5}
NOWHERE = {"street": "", "number": None}
ADA = {"name": "Ada", "age": 36, "tags": ["a", ""], "home": HOME, "former": [NOWHERE, HOME], "id": 2**64 - 1}
BOB = {"name": "", "age": 0, "tags": [], "home": NOWHERE, "former": [], "id": 0}
SHAPES = [
    Case("none"),
    Case("text", "hi"),
    Case("large", 2**64 - 1),
    Case("single", -1.5),
    Case("double", math.inf),
    Case("small", -32768),
    Case("letter", "\U0001f600"),
    Case("person", HOME),
    Case("pair", (0.5, 7)),
]
FLOATS = [0.0, -0.0, 1.5, -1.5, math.inf, -math.inf, math.nan]
TEXTS = ["", "a", "Grüße", "日本語", "\U0001f600\U0010ffff", "a\0b", "é" * 1000, "\u0100" + "x" * 70_000, "\ufeffbom"]
ALL_FLAGS = {
    n: [frozenset(), frozenset({"flag0", f"flag{n - 1}"}), frozenset(flags.labels)] for n, flags in echo.FLAGS.items()
}


def ends(bits: int) -> dict[str, list[Any]]:
    """The extremes of the signed and the unsigned integer of a width."""
    signed = [-(2 ** (bits - 1)), -1, 0, 1, 2 ** (bits - 1) - 1]
    return {f"s{bits}": signed, f"u{bits}": [0, 1, 2**bits - 1]}


NUMBERS = {**ends(8), **ends(16), **ends(32), **ends(64)}
SCALARS: dict[str, list[Any]] = {
    **NUMBERS,
    "bool": [True, False],
    "f32": [*FLOATS, 3.4028234663852886e38, 2.0**-149],
    "f64": [*FLOATS, 1.7976931348623157e308, 5e-324, 0.1],
    "char": ["\0", "a", "ß", "\ud7ff", "\ue000", "\uffff", "\U00010000", "\U0010ffff"],
}
#: Values for every export of the echo guest: all of them must come back as they went in.
VALUES: dict[str, list[Any]] = {
    **{f"echo-{name}": values for name, values in SCALARS.items()},
    **{f"echo-list-{name}": [[], values, values * 50] for name, values in SCALARS.items() if name != "u8"},
    "echo-string": TEXTS,
    "echo-string-utf16": TEXTS,
    "echo-string-latin1": TEXTS,
    "echo-bytes": [b"", b"\0", bytes(range(256)), b"x" * 70_000],
    "echo-list-string": [[], ["", "a"], TEXTS],
    "echo-list-list-u8": [[], [b""], [b"a", b"", bytes(range(256))]],
    "echo-list-list-string": [[], [[]], [["a", ""], [], ["\U0001f600"]]],
    "echo-list-tuple": [[], [(0, 0, ""), (255, 2**64 - 1, "x")]],
    "echo-list-record": [[], [ADA, BOB, ADA]],
    "echo-list-variant": [[], SHAPES],
    "echo-list-enum": [[], ["red", "deep-sea", "red"]],
    "echo-list-flags": [[], [frozenset(), frozenset({"read"}), frozenset({"read", "write", "execute"})]],
    "echo-list-option-u64": [[], [None, 0, 2**64 - 1, None]],
    "echo-list-result": [[], [Ok(7), Err("bad"), Err("")]],
    "echo-option-u32": [None, 0, 2**32 - 1],
    "echo-option-f64": [None, *FLOATS],
    "echo-option-string": [None, "", "text"],
    "echo-option-bytes": [None, b"", b"\xff\0"],
    "echo-option-record": [None, ADA],
    "echo-option-option-u32": [None, Some(None), Some(0), Some(5)],
    "echo-option-option-option-bool": [None, Some(None), Some(Some(None)), Some(Some(False)), Some(Some(True))],
    "echo-tuple": [(0, "", 0.0), (255, "x", -1.5)],
    "echo-tuple-one": [(0,), (2**32 - 1,)],
    "echo-tuple-nested": [((1, 2), ("a", ("blue",)))],
    "echo-record": [ADA, BOB],
    "echo-record-many": [{f"field{i}": i for i in range(17)}],
    "echo-variant": SHAPES,
    "echo-variant-wide": [Case("case0"), Case("case255"), Case("case256"), Case("case299", 2**64 - 1)],
    "echo-enum": ["red", "green", "blue", "deep-sea"],
    "echo-enum-wide": ["level0", "level255", "level256", "level299"],
    "echo-flags": [frozenset(), frozenset({"write"}), frozenset({"read", "write", "execute"})],
    **{f"echo-flags-{n}": values for n, values in ALL_FLAGS.items()},
    "echo-result-top": [Ok(0), Ok(2**32 - 1), Err(""), Err("no")],
    "echo-result-ok": [Ok(5), Err(None)],
    "echo-result-error": [Ok(None), Err("no")],
    "echo-result-empty": [Ok(None), Err(None)],
    "echo-result-record": [Ok(ADA), *[Err(shape) for shape in SHAPES]],
    "echo-result-result": [Ok(Ok(5)), Ok(Err("x")), Err(Ok(None)), Err(Err(2**64 - 1))],
    "echo-result": [(Ok(1), Ok(None), Ok("a"), Err(0.5)), (Err("e"), Err(None), Err(None), Ok(None))],
    "echo-deep": [[], [None, Ok([]), Err([None, ADA]), Ok([("t", None, SHAPES), ("", 4, [])])]],
}
#: Values of the exports with several parameters.
SEVERAL: dict[str, list[tuple[Any, ...]]] = {
    "echo-two-params": [("", b""), ("text", b"\0\xff")],
    "echo-sixteen-params": [tuple(i if i % 2 else i / 2 for i in range(16))],
    "echo-seventeen-params": [tuple(i if i % 2 else -i for i in range(17))],
    "echo-spilled-params": [("t", ADA, SHAPES[8], frozenset({"read"}), ["a", "b"], 255)],
}


def test_the_table_has_every_export_of_the_echo_guest():
    assert {*VALUES, *SEVERAL} == {one.name for one in echo.EXPORTS}


@pytest.mark.parametrize("export", [pytest.param(one, id=one.name) for one in echo.EXPORTS])
async def test_every_type_comes_back_as_it_went_in(guests: Guests, export: echo.Echo):
    sent = SEVERAL[export.name] if export.name in SEVERAL else [(value,) for value in VALUES[export.name]]
    async with guests.host() as host:
        component = await guests.start(host, "echo", max_bytes=4 * MIB)
        for values in sent:
            got = await echoed(component, export, *values)
            whole = values[0] if len(values) == 1 else values
            assert difference(export.result, whole, got) is None


async def test_a_megabyte_of_bytes_and_of_text_comes_back(guests: Guests):
    data = bytes(range(256)) * 4096
    text = "Grüße\U0001f600" * 65_536
    async with guests.host() as host:
        component = await guests.start(host, "echo", max_bytes=16 * MIB)
        assert await component.call("echo-bytes", data) == data
        assert await component.call("echo-string", text) == text
        assert await component.call("echo-string-utf16", text) == text


# ---------------------------------------------------------------- what Python offers in more than one shape


class Number:
    """An integer of another library, as numpy's are."""

    def __init__(self, value: int) -> None:
        self._value = value

    def __index__(self) -> int:
        return self._value


class Person:
    """An object with the fields of a record."""

    name, age, tags, home, former, id = "Eve", 1, ("x",), NOWHERE, (), 3


ACCEPTED = {
    "an object with __index__ is an integer": ("echo-u32", Number(7), 7),
    "an object with __index__ is an integer in a list": ("echo-list-s64", [Number(-7), 8], [-7, 8]),
    "an int is a float": ("echo-f64", 3, 3.0),
    "an int is a float in a list": ("echo-list-f32", [1, 2.5], [1.0, 2.5]),
    "a bytearray is bytes": ("echo-bytes", bytearray(b"ab"), b"ab"),
    "a memoryview is bytes": ("echo-bytes", memoryview(b"abcd")[::2], b"ac"),
    "an array is bytes": ("echo-bytes", array.array("H", [0x4142]), b"BA"),
    "a tuple is a list": ("echo-list-u32", (1, 2), [1, 2]),
    "a range is a list": ("echo-list-u32", range(3), [0, 1, 2]),
    "a generator is a list": ("echo-list-string", (text for text in "ab"), ["a", "b"]),
    "an array is a list of numbers": ("echo-list-u16", array.array("Q", [5]), [5]),
    "a list is a tuple": ("echo-tuple", [1, "a", 0.5], (1, "a", 0.5)),
    "a set is flags": ("echo-flags", {"read"}, frozenset({"read"})),
    "a list is flags": ("echo-flags", ["write", "write"], frozenset({"write"})),
    "a str is a case without payload": ("echo-variant", "none", Case("none")),
    "Some is a plain option": ("echo-option-u32", Some(4), 4),
}


@pytest.mark.parametrize(("export", "sent", "expected"), ACCEPTED.values(), ids=ACCEPTED)
async def test_more_than_one_shape_fits(guests: Guests, export: str, sent: Any, expected: Any):
    async with guests.host() as host:
        got = await (await guests.start(host, "echo")).call(export, sent)
    assert (type(got), got) == (type(expected), expected)


async def test_a_float_comes_back_as_the_nearest_single(guests: Guests):
    async with guests.host() as host:
        assert await (await guests.start(host, "echo")).call("echo-f32", 0.1) == 0.10000000149011612


async def test_a_record_is_a_frozen_dataclass_and_can_be_sent_back(guests: Guests):
    async with guests.host() as host:
        component = await guests.start(host, "echo")
        person = await component.call("echo-record", Person())
        again = await component.call("echo-record", person)
        assert again == person
        assert (person.name, person.tags, person.home.number, person.former) == ("Eve", ["x"], None, [])
        with pytest.raises(AttributeError):
            person.name = "Mallory"


KEBAB = Record("kebab", (("content-type", echo.TEXT), ("class", echo.U8), ("self", echo.U8), ("x-1-y", echo.U8)))


async def test_a_field_can_be_named_as_in_wit_or_as_in_python(guests: Guests):
    text = echo.component([echo.Echo("echo", (KEBAB,))])
    async with guests.host() as host:
        component = await guests.start(host, "kebab", text=text)
        kebab = await component.call("echo", {"content-type": "a", "class": 1, "self": 2, "x-1-y": 3})
        assert kebab == await component.call("echo", {"content_type": "a", "class_": 1, "self": 2, "x_1_y": 3})
        assert (kebab.content_type, kebab.class_, kebab.self, kebab.x_1_y) == ("a", 1, 2, 3)
        assert await component.call("echo", kebab) == kebab


async def test_a_result_at_the_top_returns_or_raises_and_the_instance_lives_on(guests: Guests):
    async with guests.host() as host:
        component = await guests.start(host, "echo")
        assert await component.call("echo-result-top", Ok(7)) == 7
        with pytest.raises(GuestReturnedError) as caught:
            await component.call("echo-result-top", Err("not today"))
        assert caught.value.value == "not today"
        assert (component.status.state, component.status.restarts) == (ComponentState.READY, 0)
