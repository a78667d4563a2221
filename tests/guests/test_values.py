"""Promise: every component-model type crosses both ways without loss; what does not fit never reaches the guest."""

from __future__ import annotations

import array
import math
import tracemalloc
from typing import Any

import pytest

from airssys import Case, ComponentState, Err, Ok, Some
from airssys.engine import StoreBounds
from airssys.errors import ArgumentTypeError, ArgumentValueError, ExportNotFound, GuestReturnedError, ResultTooLarge
from tests.guests import echo
from tests.guests.arrivals import difference, echoed
from tests.guests.hosting import MIB, Guests

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
ALL_FLAGS = {n: [frozenset(), frozenset({"flag0", f"flag{n - 1}"}), frozenset(kind.labels)] for n, kind in echo.FLAGS.items()}


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


KEBAB = echo.Record("kebab", (("content-type", echo.TEXT), ("class", echo.U8), ("self", echo.U8), ("x-1-y", echo.U8)))


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


# ---------------------------------------------------------------- what does not fit

TYPE, VALUE = ArgumentTypeError, ArgumentValueError

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
    "a surrogate in text": ("echo-string", "ab\udfff", VALUE, ": the text has a lone surrogate at index 2"),
    "a surrogate deep inside": ("echo-tuple", (1, "\ud83d", 0.0), VALUE, "[1]: the text has a lone surrogate at index 0"),
    "a number too large": ("echo-u8", 256, VALUE, ": 256 is out of range for u8 (0..255)"),
    "a number below zero": ("echo-u64", -1, VALUE, ": -1 is out of range for u64"),
    "a number too small": ("echo-s16", -32769, VALUE, ": -32769 is out of range for s16 (-32768..32767)"),
    "a number too large in a list": ("echo-list-s8", [127, 128], VALUE, "[1]: 128 is out of range for s8"),
    "a gigantic number": ("echo-u32", 10**10_000, VALUE, ": an integer of 33220 bits is out of range for u32"),
    "too large for a single": ("echo-f32", 1e39, VALUE, ": the number is out of range for f32"),
    "too large for a single in a list": ("echo-list-f32", [0.0, 1e39], VALUE, "[1]: the number is out of range for f32"),
    "too large for a double": ("echo-f64", 10**400, VALUE, ": the number is out of range for f64"),
    "a tuple too short": ("echo-tuple", (1, "a"), VALUE, ": expected a tuple of 3 items, got 2"),
    "a tuple too long": ("echo-tuple-one", (1, 2), VALUE, ": expected a tuple of 1 items, got 2"),
    "a number is no tuple": ("echo-tuple-one", 1, TYPE, ": expected tuple of 1, got int"),
    "an item of a tuple": ("echo-tuple-nested", ((1, 2), ("a", ("pink",))), VALUE, "[1][1][0]: 'pink' is no case"),
    "a field is missing": ("echo-record", {**ADA, "home": {"street": "x"}}, VALUE, ".home.number: the field is missing"),
    "a field is unknown": ("echo-record", {**ADA, "shoe-size": 44}, VALUE, ": unknown field shoe-size"),
    "a field does not fit": ("echo-record", {**ADA, "former": [HOME, {**HOME, "number": -1}]}, VALUE, ".former[1].number: -1"),
    "a number is no record": ("echo-record", 5, TYPE, ".name: int is no mapping and has no attribute name"),
    "a case is unknown": ("echo-variant", Case("circle", 1), VALUE, ": 'circle' is no case; known: none, text, "),
    "a payload does not fit": ("echo-variant", Case("pair", (0.5, -1)), VALUE, "(pair)[1]: -1 is out of range"),
    "a payload is missing": ("echo-variant", Case("text"), TYPE, "(text): expected str, got NoneType"),
    "a payload too many": ("echo-variant", Case("none", 1), TYPE, "(none): the case carries no value, got int"),
    "a tuple is no variant": ("echo-variant", ("text", "x"), TYPE, ": expected Case(name, value), got tuple"),
    "an unknown enum label": ("echo-enum", "pink", VALUE, ": 'pink' is no case of colour"),
    "a number is no enum": ("echo-enum", 0, TYPE, ": expected str (enum), got int"),
    "an unknown flag": ("echo-flags", {"read", "fly"}, VALUE, ": 'fly' is no flag; known: read, write, execute"),
    "text is no set of flags": ("echo-flags", "read", TYPE, ": expected a set of str (flags), got str"),
    "a number is no flag": ("echo-flags", {1}, TYPE, ": expected str (a flag), got int"),
    "a plain value is no option of option": ("echo-option-option-u32", 5, TYPE, ": expected None or Some(...)"),
    "a plain value is no nested result": ("echo-list-result", [5], TYPE, "[0]: expected Ok(...) or Err(...) (result), got int"),
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


# ---------------------------------------------------------------- how much a value may take


async def test_a_result_up_to_the_ceiling_arrives_and_one_beyond_it_is_refused(guests: Guests):
    async with guests.host(instance=StoreBounds(value_bytes=MIB)) as host:
        component = await guests.start(host, "hostile", max_bytes=4 * MIB)
        assert len(await component.call("bytes", MIB - 1024)) == MIB - 1024
        with pytest.raises(ResultTooLarge) as caught:
            await component.call("bytes", MIB + 1)
        assert caught.value.limit_bytes == MIB
        assert caught.value.size_bytes > MIB


async def test_an_instance_answers_on_after_a_result_was_too_large(guests: Guests):
    async with guests.host(instance=StoreBounds(value_bytes=MIB)) as host:
        component = await guests.start(host, "hostile", max_bytes=4 * MIB)
        with pytest.raises(ResultTooLarge):
            await component.call("bytes", 2 * MIB)
        assert len(await component.call("bytes", 100)) == 100


@pytest.mark.parametrize(
    ("export", "args"), [("bytes", (3 * MIB,)), ("strings", (200, 60_000)), ("lists", (1000, 1000))]
)
async def test_a_result_beyond_the_ceiling_is_refused_before_it_is_built(
    guests: Guests, export: str, args: tuple[int, ...]
):
    async with guests.host(instance=StoreBounds(value_bytes=64 * 1024)) as host:
        component = await guests.start(host, "hostile", max_bytes=4 * MIB)
        await component.call("bytes", 10)
        tracemalloc.start()
        try:
            with pytest.raises(ResultTooLarge):
                await component.call(export, *args)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 256 * 1024


def long_labels(kind: str) -> str:
    """Returns a list of so many values of a type whose label is 60,000 letters long: one byte each in the guest."""
    first, other = "a" * 60_000, "b"
    types = {
        "enum": f'(enum "{first}" "{other}")',
        "flags": f'(flags "{first}" "{other}")',
        "variant": f'(variant (case "{first}") (case "{other}"))',
    }
    return f"""(component
  (core module $labels
    (memory (export "memory") 1)
    (func (export "many") (param $count i32) (result i32)
      (memory.fill (i32.const 0) (i32.const {int(kind == "flags")}) (i32.const 65528))
      (i32.store (i32.const 65528) (i32.const 0))
      (i32.store (i32.const 65532) (local.get $count))
      (i32.const 65528)))
  (core instance $main (instantiate $labels))
  (type $the-label {types[kind]})
  (export $label "label" (type $the-label))
  (func (export "many") (param "count" u32) (result (list $label))
    (canon lift (core func $main "many") (memory (core memory $main "memory")))))
"""


@pytest.mark.parametrize("kind", ["enum", "flags", "variant"])
async def test_long_labels_cannot_build_more_than_the_ceiling(guests: Guests, kind: str):
    async with guests.host(instance=StoreBounds(value_bytes=MIB)) as host:
        component = await guests.start(host, "labels", text=long_labels(kind))
        await component.call("many", 1)
        tracemalloc.start()
        try:
            await component.call("many", 500)
        except ResultTooLarge:
            pass
        finally:
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
    assert peak < 2 * MIB
