"""JSON to component-model values and back: every type, and what is said about JSON that does not fit."""

from __future__ import annotations

import dataclasses
import math

import pytest

from airssys.cli._json_values import Mismatch, decode, encode
from airssys.engine import Case, Err, Ok, Some
from airssys.engine.wit import (
    Borrow,
    EnumType,
    FlagsType,
    ListType,
    OptionType,
    Own,
    Primitive,
    RecordType,
    ResourceType,
    ResultType,
    TupleType,
    VariantType,
)

BYTES = ListType(Primitive.U8)
MAYBE = OptionType(Primitive.U32)
ADDRESS = RecordType("address", (("street-name", Primitive.STRING), ("number", MAYBE)))
SHAPE = VariantType("shape", (("none", None), ("circle", Primitive.F64), ("at", ADDRESS), ("maybe", MAYBE)))
COLOUR = EnumType("colour", ("red", "deep-sea"))
RIGHTS = FlagsType("rights", ("read", "write", "execute"))
CELL = ResourceType("cell")


@dataclasses.dataclass
class Address:
    street_name: str
    number: int | None


#: type, JSON, value: each side becomes the other.
BOTH_WAYS = [
    (Primitive.BOOL, True, True),
    (Primitive.U64, 2**64 - 1, 2**64 - 1),
    (Primitive.S8, -128, -128),
    (Primitive.F64, 1.5, 1.5),
    (Primitive.F32, "Infinity", math.inf),
    (Primitive.F64, "-Infinity", -math.inf),
    (Primitive.CHAR, "é", "é"),
    (Primitive.STRING, "", ""),
    (BYTES, "base64:AAH/", b"\x00\x01\xff"),
    (BYTES, "base64:", b""),
    (ListType(Primitive.U16), [1, 2], [1, 2]),
    (ListType(BYTES), ["base64:AQ=="], [b"\x01"]),
    (TupleType((Primitive.U8, Primitive.STRING)), [1, "a"], (1, "a")),
    (SHAPE, "none", Case("none")),
    (SHAPE, {"circle": 2.0}, Case("circle", 2.0)),
    (SHAPE, {"maybe": None}, Case("maybe", None)),
    (COLOUR, "deep-sea", "deep-sea"),
    (RIGHTS, ["read", "execute"], frozenset({"read", "execute"})),
    (RIGHTS, [], frozenset()),
    (MAYBE, None, None),
    (MAYBE, 3, 3),
    (OptionType(MAYBE), None, None),
    (OptionType(MAYBE), {"some": None}, Some(None)),
    (OptionType(MAYBE), {"some": 3}, Some(3)),
    (OptionType(OptionType(MAYBE)), {"some": {"some": None}}, Some(Some(None))),
    (ResultType(Primitive.U8, Primitive.STRING), {"ok": 1}, Ok(1)),
    (ResultType(Primitive.U8, Primitive.STRING), {"err": "no"}, Err("no")),
    (ResultType(None, None), {"ok": None}, Ok(None)),
    (ResultType(None, None), {"err": None}, Err(None)),
]


@pytest.mark.parametrize(("of", "json", "value"), BOTH_WAYS)
def test_json_becomes_a_value(of, json, value):
    assert decode(json, of) == value


@pytest.mark.parametrize(("of", "json", "value"), BOTH_WAYS)
def test_a_value_becomes_json(of, json, value):
    assert encode(value, of) == json


def test_a_number_that_is_none_is_spelled():
    assert encode(math.nan, Primitive.F64) == "NaN"
    assert math.isnan(decode("NaN", Primitive.F64))


def test_a_whole_number_is_a_float_where_one_is_wanted():
    assert decode(1, Primitive.F64) == 1


def test_bytes_can_be_written_as_text_and_as_numbers():
    assert decode("é", BYTES) == "é".encode()
    assert decode([0, 255], BYTES) == b"\x00\xff"
    assert decode([], BYTES) == b""


def test_a_record_is_an_object_with_the_names_of_wit():
    assert decode({"street-name": "Main", "number": 4}, ADDRESS) == {"street-name": "Main", "number": 4}
    assert encode(Address("Main", 4), ADDRESS) == {"street-name": "Main", "number": 4}


def test_an_optional_field_can_be_left_out():
    assert decode({"street-name": "Main"}, ADDRESS) == {"street-name": "Main", "number": None}


def test_no_result_is_null():
    assert encode(None, None) is None


def test_a_handle_is_named():
    assert encode(object(), Own(CELL)) == {"resource": "cell"}


@pytest.mark.parametrize(
    ("of", "json", "problem"),
    [
        (Primitive.BOOL, 1, "expected true or false, got a whole number"),
        (Primitive.U8, True, "expected a whole number (u8), got true or false"),
        (Primitive.U8, 1.0, "expected a whole number (u8), got a number"),
        (Primitive.U8, "1", "expected a whole number (u8), got a text"),
        (Primitive.F64, "1", "expected a number (f64), got a text"),
        (Primitive.F64, False, "expected a number (f64), got true or false"),
        (Primitive.STRING, 1, "expected a text, got a whole number"),
        (Primitive.STRING, None, "expected a text, got null"),
        (ListType(Primitive.U16), {}, "expected a list, got an object"),
        (BYTES, 1, 'expected "base64:...", a text or a list of numbers, got a whole number'),
        (BYTES, [256], "expected whole numbers from 0 to 255 (list<u8>)"),
        (BYTES, [True], "expected whole numbers from 0 to 255 (list<u8>)"),
        (BYTES, "base64:A", "what follows base64: is no base64: "),
        (BYTES, "base64:AQ=!", "what follows base64: is no base64: "),
        (BYTES, "base64:é", "what follows base64: is no base64: "),
        (BYTES, "\ud800", "the text has a lone surrogate"),
        (TupleType((Primitive.U8,)), [], "expected a list of 1, got 0"),
        (ADDRESS, [], "expected an object with street-name, number, got a list"),
        (ADDRESS, {"number": 1}, "the field street-name is missing"),
        (ADDRESS, {"street-name": "x", "no": 1}, "there is no field 'no'; the fields are street-name, number"),
        (SHAPE, "circle", 'the case circle carries a value: write {"circle": value}'),
        (SHAPE, {"none": None}, 'the case none carries no value: write "none"'),
        (SHAPE, "square", "'square' is none of none, circle, at, maybe"),
        (SHAPE, {"square": 1}, "'square' is none of none, circle, at, maybe"),
        (SHAPE, {"none": 1, "circle": 2}, 'expected "case" or {"case": value}'),
        (SHAPE, 3, 'expected "case" or {"case": value}'),
        (COLOUR, "blue", "'blue' is none of red, deep-sea"),
        (COLOUR, 1, "expected one of red, deep-sea, got a whole number"),
        (RIGHTS, "read", "expected a list of read, write, execute, got a text"),
        (RIGHTS, ["reed"], "'reed' is none of read, write, execute"),
        (RIGHTS, [[]], "[] is none of read, write, execute"),
        (OptionType(MAYBE), 3, 'expected null or {"some": value}'),
        (OptionType(MAYBE), {"none": 3}, 'expected null or {"some": value}'),
        (ResultType(None, None), {"ok": 1}, 'ok carries no value: write {"ok": null}'),
        (ResultType(None, None), {"ok": None, "err": None}, 'expected {"ok": value} or {"err": value}'),
        (ResultType(None, None), "ok", 'expected {"ok": value} or {"err": value}'),
        (Borrow(CELL), 1, "a handle to the resource cell cannot be written as JSON"),
    ],
)
def test_json_that_does_not_fit_is_refused(of, json, problem):
    with pytest.raises(Mismatch) as raised:
        decode(json, of)

    assert raised.value.problem.startswith(problem)
    assert raised.value.path == ""


@pytest.mark.parametrize(
    ("of", "json", "path"),
    [
        (ListType(MAYBE), [1, "a"], "[1]"),
        (TupleType((Primitive.U8, ADDRESS)), [1, {"street-name": 2}], "[1].street-name"),
        (SHAPE, {"at": {"street-name": "x", "number": "y"}}, ".at.number"),
        (ResultType(None, ADDRESS), {"err": {"street-name": 1}}, ".err.street-name"),
        (OptionType(MAYBE), {"some": "x"}, ".some"),
    ],
)
def test_the_path_leads_to_the_part_that_does_not_fit(of, json, path):
    with pytest.raises(Mismatch) as raised:
        decode(json, of)

    assert raised.value.path == path


def test_a_message_does_not_list_thousands_of_names():
    of = EnumType(None, tuple(f"case{i}" for i in range(5_000)))

    with pytest.raises(Mismatch) as raised:
        decode("nothing", of)

    assert "case19, ..." in raised.value.problem
    assert "case20" not in raised.value.problem
