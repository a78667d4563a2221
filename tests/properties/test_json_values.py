"""Values of any type survive the way through JSON, and any JSON is either a value or a mismatch."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from airssys.cli._json_values import Mismatch, decode, encode
from airssys.engine import Case, Err, Ok, Some
from airssys.engine.values import record_class
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
    parts_of,
)
from tests.properties.wit_strategies import value_types

_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["NaN", "base64:", "base64:A"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=4) | st.sampled_from(["ok", "err", "some"]), inner, max_size=3)
    ),
    max_leaves=12,
)


def without_handles(of: ValueType) -> bool:
    return not isinstance(of, Own | Borrow) and all(part is None or without_handles(part) for part in parts_of(of))


TYPES = value_types().filter(without_handles)


def values_of(of: ValueType | None) -> st.SearchStrategy[Any]:
    """Any value that `Component.call` may return for the type."""
    match of:
        case None:
            return st.none()
        case Primitive.BOOL:
            return st.booleans()
        case Primitive.F32 | Primitive.F64:
            return st.floats(allow_nan=False)
        case Primitive.STRING:
            return st.text(st.characters(exclude_categories=["Cs"]))
        case Primitive.CHAR:
            return st.characters(exclude_categories=["Cs"])
        case Primitive():
            bits, signed = int(of.value[1:]), of.value[0] == "s"
            low = -(1 << (bits - 1)) if signed else 0
            return st.integers(low, low + (1 << bits) - 1)
        case ListType(Primitive.U8):
            return st.binary(max_size=20)
        case ListType(element):
            return st.lists(values_of(element), max_size=3)
        case OptionType(payload):
            inner = values_of(payload)
            return st.none() | (inner.map(Some) if isinstance(payload, OptionType) else inner)
        case TupleType(elements):
            return st.tuples(*map(values_of, elements))
        case RecordType():
            return st.builds(record_class(of), *[values_of(kind) for _, kind in of.fields])
        case VariantType(_, cases):
            return st.one_of([st.builds(Case, st.just(name), values_of(kind)) for name, kind in cases])
        case EnumType(_, cases):
            return st.sampled_from(cases)
        case FlagsType(_, labels):
            return st.frozensets(st.sampled_from(labels))
        case ResultType(ok, err):
            return values_of(ok).map(Ok) | values_of(err).map(Err)
    raise NotImplementedError(of)


@given(TYPES.flatmap(lambda of: st.tuples(st.just(of), values_of(of))))
def test_a_value_survives_the_way_through_json(typed):
    of, value = typed

    told = encode(value, of)
    again = decode(json.loads(json.dumps(told, allow_nan=False)), of)

    # records come back as mappings, which `Component.call` takes as well: so both sides are compared as JSON
    assert encode_again(again, of) == told


@given(TYPES, _JSON)
def test_any_json_is_a_value_or_a_mismatch(of, told):
    try:
        value = decode(told, of)
    except Mismatch:
        return
    json.dumps(encode_again(value, of), allow_nan=False)


def encode_again(value: Any, of: ValueType) -> Any:
    """`encode`, for values that `decode` made: its records are mappings."""
    return encode(_with_records(value, of), of)


def _with_records(value: Any, of: ValueType | None) -> Any:
    match of:
        case RecordType(_, fields):
            return record_class(of)(*[_with_records(value[name], kind) for name, kind in fields])
        case ListType(Primitive.U8):
            return value
        case ListType(element):
            return [_with_records(item, element) for item in value]
        case TupleType(elements):
            return tuple(_with_records(item, kind) for item, kind in zip(value, elements, strict=True))
        case OptionType(payload) if isinstance(value, Some):
            return Some(_with_records(value.value, payload))
        case OptionType(payload) if value is not None:
            return _with_records(value, payload)
        case VariantType(_, cases):
            return Case(value.name, _with_records(value.value, dict(cases)[value.name]))
        case ResultType(ok, err):
            return Ok(_with_records(value.value, ok)) if isinstance(value, Ok) else Err(_with_records(value.value, err))
        case _:
            return value
