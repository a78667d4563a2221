"""Random WIT types, as values and as text."""

from __future__ import annotations

from hypothesis import strategies as st

from airssys.engine.wit import (
    Borrow,
    EnumType,
    FlagsType,
    FuncType,
    ListType,
    OptionType,
    Own,
    Primitive,
    RecordType,
    ResourceType,
    ResultType,
    TupleType,
    ValueType,
    VariantType,
)
from airssys.engine.wit._identifiers import KEYWORDS

#: The resources that random types refer to, under the names by which a signature finds them.
RESOURCES = {name: ResourceType(name) for name in ("file", "input-stream", "own", "record")}

_LABELS = st.one_of(
    st.from_regex(r"\A[a-z][0-9a-z]{0,5}(-[0-9a-z]{1,4}){0,2}\Z"),
    st.from_regex(r"\A[A-Z][0-9A-Z]{0,3}(-[0-9a-z]{1,3})?\Z"),
    st.sampled_from(sorted(KEYWORDS)),
)
_RESOURCES = st.sampled_from(sorted(RESOURCES.values(), key=lambda resource: resource.name))
_PRIMITIVES: st.SearchStrategy[Primitive] = st.sampled_from(Primitive)
_LEAVES = st.sampled_from([Primitive, EnumType, FlagsType, Own])
_ANY = st.sampled_from([Primitive, EnumType, Own, ListType, OptionType, TupleType, ResultType, RecordType, VariantType])


@st.composite
def value_types(draw: st.DrawFn, *, depth: int = 3, lends: bool = False) -> ValueType:
    """Any type without a name; `borrow` only where asked for, because a result may not contain it."""
    kind = draw(_ANY if depth else _LEAVES)
    inner = value_types(depth=depth - 1, lends=lends)
    if kind is EnumType:
        return EnumType(None, draw(_distinct_labels()))
    if kind is FlagsType:
        return FlagsType(None, draw(_distinct_labels()))
    if kind is Own:
        return (Borrow if lends and draw(st.booleans()) else Own)(draw(_RESOURCES))
    if kind is ListType:
        return ListType(draw(inner))
    if kind is OptionType:
        return OptionType(draw(inner))
    if kind is TupleType:
        return TupleType(draw(st.lists(inner, min_size=1, max_size=3).map(tuple)))
    if kind is ResultType:
        return ResultType(draw(st.none() | inner), draw(st.none() | inner))
    if kind is RecordType:
        return RecordType(None, draw(_labelled(inner)))
    if kind is VariantType:
        return VariantType(None, draw(_labelled(st.none() | inner)))
    return draw(_PRIMITIVES)


@st.composite
def functions(draw: st.DrawFn) -> FuncType:
    """Any signature of types without names."""
    params = draw(st.just(()) | _labelled(value_types(lends=True)))
    return FuncType(params, draw(st.none() | value_types()))


def _distinct_labels():
    return st.lists(_LABELS, min_size=1, max_size=5, unique_by=str.lower).map(tuple)


def _labelled(values):
    pairs = st.tuples(_LABELS, values)
    return st.lists(pairs, min_size=1, max_size=3, unique_by=lambda pair: pair[0].lower()).map(tuple)
