"""JSON to component-model values and back.

Promise: whatever JSON is, `decode` returns a value of the right shape or raises `Mismatch` with the path to the part
that does not fit; and `decode(encode(value, of), of)` is the value again, except for handles to resources, which exist
on one side only. Ranges of numbers are the engine's to check.

    bool, numbers, string, char    as JSON has them; "NaN", "Infinity", "-Infinity" where JSON has no number
    list, tuple                    a list
    list<u8>                       "base64:..."; also read from any other text (its UTF-8) and from a list of numbers
    record                         an object; optional fields may be left out
    variant                        "case", or {"case": value}
    enum                           "case"
    flags                          a list of labels
    option                         null or the value; {"some": value} where the value is an option itself
    result                         {"ok": value} or {"err": value}
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import itertools
import math
from collections.abc import Callable, Iterable
from typing import Any, Final

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
    ResultType,
    TupleType,
    ValueType,
    VariantType,
)

#: Marks text that stands for bytes.
BASE64: Final = "base64:"
#: Numbers that JSON does not have, spelled as in Protocol Buffers' JSON mapping.
NOT_FINITE: Final = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
#: Most names that one message lists.
MAX_LISTED: Final = 20

_FLOATS: Final = (Primitive.F32, Primitive.F64)
_TEXTS: Final = (Primitive.STRING, Primitive.CHAR)
_JSON_TYPES: Final[dict[type, str]] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    list: "a list",
    dict: "an object",
    type(None): "null",
}


class Mismatch(Exception):
    """JSON that does not fit the type. `path` leads to the part that does not, outermost first."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.path = ""


# ---------------------------------------------------------------- from JSON


def decode(json: Any, of: ValueType) -> Any:
    """The value of type `of` that this JSON stands for, as `Component.call` takes it.

    >>> decode({"ok": [1, 2]}, ResultType(ListType(Primitive.U8), None))
    Ok(value=b'\\x01\\x02')
    """
    match of:
        case Primitive():
            return _primitive(json, of)
        case ListType(Primitive.U8):
            return _bytes(json)
        case ListType(element):
            return [_inside(f"[{i}]", item, element) for i, item in enumerate(_expect(json, list, "a list"))]
        case OptionType():
            return _option(json, of)
        case TupleType(elements):
            return _tuple(json, elements)
        case RecordType():
            return _record(json, of)
        case VariantType():
            return _variant(json, of)
        case EnumType(_, cases):
            return _one_of(_expect(json, str, "one of " + _listed(cases)), cases)
        case FlagsType(_, labels):
            return frozenset(_one_of(label, labels) for label in _expect(json, list, "a list of " + _listed(labels)))
        case ResultType():
            return _result(json, of)
        case Own(resource) | Borrow(resource):
            raise Mismatch(f"a handle to the resource {resource.name} cannot be written as JSON; call it from Python")


def _primitive(json: Any, of: Primitive) -> Any:
    if of is Primitive.BOOL:
        return _expect(json, bool, "true or false")
    if of in _TEXTS:
        return _expect(json, str, "a text" if of is Primitive.STRING else "a text of one character")
    if of in _FLOATS:
        if isinstance(json, str) and json in NOT_FINITE:
            return NOT_FINITE[json]
        return _expect(json, (int, float), f"a number ({of.value})")
    return _expect(json, int, f"a whole number ({of.value})")


def _expect(json: Any, kinds: type | tuple[type, ...], expected: str) -> Any:
    if not isinstance(json, kinds) or (isinstance(json, bool) and kinds is not bool):
        raise _wrong(json, expected)
    return json


def _wrong(json: Any, expected: str) -> Mismatch:
    return Mismatch(f"expected {expected}, got {_JSON_TYPES.get(type(json), type(json).__name__)}")


def _inside(step: str, json: Any, of: ValueType) -> Any:
    try:
        return decode(json, of)
    except Mismatch as mismatch:
        mismatch.path = step + mismatch.path
        raise


def _bytes(json: Any) -> bytes:
    if isinstance(json, str):
        return _bytes_of_text(json)
    numbers = _expect(json, list, f'"{BASE64}...", a text or a list of numbers')
    if not all(type(number) is int and 0 <= number <= 255 for number in numbers):
        raise Mismatch("expected whole numbers from 0 to 255 (list<u8>)")
    return bytes(numbers)


def _bytes_of_text(text: str) -> bytes:
    try:
        if text.startswith(BASE64):
            return base64.b64decode(text.removeprefix(BASE64).encode(), validate=True)
        return text.encode()
    except UnicodeEncodeError:
        raise Mismatch("the text has a lone surrogate, which UTF-8 cannot carry") from None
    except binascii.Error as error:
        raise Mismatch(f"what follows {BASE64} is no base64: {error}") from None


def _option(json: Any, of: OptionType) -> Any:
    if json is None:
        return None
    if not isinstance(of.payload, OptionType):
        return decode(json, of.payload)
    if not isinstance(json, dict) or list(json) != ["some"]:
        raise Mismatch('expected null or {"some": value} (an option of an option)')
    return Some(_inside(".some", json["some"], of.payload))


def _tuple(json: Any, elements: tuple[ValueType, ...]) -> tuple[Any, ...]:
    items = _expect(json, list, f"a list of {len(elements)}")
    if len(items) != len(elements):
        raise Mismatch(f"expected a list of {len(elements)}, got {len(items)}")
    return tuple(_inside(f"[{i}]", item, of) for i, (item, of) in enumerate(zip(items, elements, strict=True)))


def _record(json: Any, of: RecordType) -> dict[str, Any]:
    names = [name for name, _ in of.fields]
    given = _expect(json, dict, "an object with " + _listed(names))
    unknown = [name for name in given if name not in names]
    if unknown:
        raise Mismatch(f"there is no field {unknown[0]!r}; the fields are {_listed(names)}")
    missing = [name for name, kind in of.fields if name not in given and not isinstance(kind, OptionType)]
    if missing:
        raise Mismatch(f"the field {missing[0]} is missing")
    return {name: _inside(f".{name}", given.get(name), kind) for name, kind in of.fields}


def _variant(json: Any, of: VariantType) -> Case:
    cases = dict(of.cases)
    if isinstance(json, str):
        if cases[_one_of(json, cases)] is not None:
            raise Mismatch(f'the case {json} carries a value: write {{"{json}": value}}')
        return Case(json)
    if not isinstance(json, dict) or len(json) != 1:
        raise _wrong(json, f'"case" or {{"case": value}}, the case being one of {_listed(cases)}')
    [(name, value)] = json.items()
    payload = cases[_one_of(name, cases)]
    if payload is None:
        raise Mismatch(f'the case {name} carries no value: write "{name}"')
    return Case(name, _inside(f".{name}", value, payload))


def _one_of(name: Any, known: Iterable[str]) -> str:
    if not isinstance(name, str) or name not in known:
        raise Mismatch(f"{name!r} is none of {_listed(known)}")
    return name


def _listed(names: Iterable[str]) -> str:
    """Names for a message; a guest may have thousands of them."""
    shown = list(itertools.islice(names, MAX_LISTED + 1))
    return ", ".join(shown[:MAX_LISTED]) + (", ..." if len(shown) > MAX_LISTED else "")


def _result(json: Any, of: ResultType) -> Ok[Any] | Err[Any]:
    if not isinstance(json, dict) or list(json) not in (["ok"], ["err"]):
        raise Mismatch('expected {"ok": value} or {"err": value}')
    [(side, value)] = json.items()
    payload = of.ok if side == "ok" else of.err
    if payload is None and value is not None:
        raise Mismatch(f'{side} carries no value: write {{"{side}": null}}')
    content = None if payload is None else _inside(f".{side}", value, payload)
    return Ok(content) if side == "ok" else Err(content)


# ---------------------------------------------------------------- to JSON


def encode(value: Any, of: ValueType | None) -> Any:
    """The JSON that stands for a value that `Component.call` returned; `of` is None where nothing is carried.

    >>> encode(b"\\x01\\x02", ListType(Primitive.U8))
    'base64:AQI='
    """
    match of:
        case None:
            return None
        case Primitive() | EnumType():
            return value if not isinstance(value, float) or math.isfinite(value) else _spelled(value)
        case ListType(Primitive.U8):
            return BASE64 + base64.b64encode(value).decode("ascii")
        case ListType(element):
            return [encode(item, element) for item in value]
        case FlagsType(_, labels):
            return [label for label in labels if label in value]
        case TupleType(elements):
            return [encode(item, kind) for item, kind in zip(value, elements, strict=True)]
        case RecordType(_, fields):
            return dict(zip((name for name, _ in fields), _field_values(value, fields), strict=True))
        case VariantType(_, cases):
            payload = dict(cases)[value.name]
            return value.name if payload is None else {value.name: encode(value.value, payload)}
        case OptionType(payload):
            return None if value is None else _present(value, payload)
        case ResultType():
            good = isinstance(value, Ok)
            return {"ok" if good else "err": encode(value.value, of.ok if good else of.err)}
        case Own(resource) | Borrow(resource):
            return {"resource": resource.name}


def _spelled(number: float) -> str:
    if math.isnan(number):
        return "NaN"
    return "Infinity" if number > 0 else "-Infinity"


def _field_values(record: Any, fields: tuple[tuple[str, ValueType], ...]) -> list[Any]:
    """Records come as dataclasses with one field per WIT field, in order."""
    attributes: Callable[[Any], tuple[dataclasses.Field[Any], ...]] = dataclasses.fields
    values = [getattr(record, attribute.name) for attribute in attributes(record)]
    return [encode(value, kind) for value, (_, kind) in zip(values, fields, strict=True)]


def _present(value: Any, payload: ValueType) -> Any:
    return {"some": encode(value.value, payload)} if isinstance(payload, OptionType) else encode(value, payload)
