"""Random component-model types, and random values of any type."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import partial
from typing import Any

from hypothesis import strategies as st

from airssys import Case, Err, Ok, Some
from tests.guests.abi import SCALARS
from tests.guests.wit_types import Enum, Flags, List, Option, Record, Result, Scalar, String, Tuple, Type, Variant

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_KEBAB = st.from_regex(r"\A[a-z][0-9a-z]{0,4}(-[0-9a-z]{1,3}){0,2}\Z")
_LABELS = _KEBAB | st.sampled_from(["class", "self", "none", "X-ray"])


@st.composite
def types(draw: st.DrawFn, *, most: int = 6) -> list[Type]:
    """A few types without resources, not too deep; no two of their named types have the same name."""
    numbers = map(str, itertools.count())
    one: st.SearchStrategy[Type] = st.recursive(_choices(), _compounds, max_leaves=8)
    return [_named(kind, numbers) for kind in draw(st.lists(one, min_size=1, max_size=most))]


def _choices() -> st.SearchStrategy[Type]:
    """Types without payloads."""
    return st.one_of(
        st.sampled_from([*map(Scalar, SCALARS), String(), List(Scalar("u8"))]),
        _labels(12).map(lambda labels: Enum("", labels)),
        _labels(32).map(lambda labels: Flags("", labels)),
    )


def _compounds(inner: st.SearchStrategy[Type]) -> st.SearchStrategy[Type]:
    maybe = st.none() | inner
    return st.one_of(
        inner.map(List),
        inner.map(Option),
        st.lists(inner, min_size=1, max_size=4).map(lambda items: Tuple(tuple(items))),
        st.builds(Result, maybe, maybe),
        _labelled(inner).map(lambda fields: Record("", fields)),
        _labelled(maybe).map(lambda cases: Variant("", cases)),
    )


def _labels(most: int) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(_LABELS, min_size=1, max_size=most, unique_by=str.lower).map(tuple)


def _labelled(values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[tuple[str, Any], ...]]:
    pairs = st.tuples(_LABELS, values)
    return st.lists(pairs, min_size=1, max_size=4, unique_by=lambda pair: pair[0].lower()).map(tuple)


def _named(kind: Type, numbers: Iterator[str]) -> Type:
    """The same type with a name for every record, variant, enum and flags in it."""
    match kind:
        case List(element):
            return List(_named(element, numbers))
        case Option(some):
            return Option(_named(some, numbers))
        case Tuple(items):
            return Tuple(tuple(_named(item, numbers) for item in items))
        case Result(ok, error):
            return Result(ok and _named(ok, numbers), error and _named(error, numbers))
        case Record(_, fields):
            return Record(f"record{next(numbers)}", tuple((label, _named(of, numbers)) for label, of in fields))
        case Variant(_, cases):
            parts = tuple((label, of and _named(of, numbers)) for label, of in cases)
            return Variant(f"variant{next(numbers)}", parts)
        case Enum(_, labels):
            return Enum(f"enum{next(numbers)}", labels)
        case Flags(_, labels):
            return Flags(f"flags{next(numbers)}", labels)
    return kind


def values(kind: Type | None) -> st.SearchStrategy[Any]:
    """Any Python value of a type; None where a case carries nothing."""
    match kind:
        case None:
            return st.none()
        case Scalar(name):
            return _scalar(name)
        case String():
            return _TEXTS
        case List(element) if element == Scalar("u8"):
            return st.binary(max_size=20)
        case List(element):
            return st.lists(values(element), max_size=4)
        case Option(some):
            payload = values(some)
            return st.none() | (payload.map(Some) if isinstance(some, Option) else payload)
        case Tuple(items):
            return st.tuples(*map(values, items))
        case Result(ok, error):
            return values(ok).map(Ok) | values(error).map(Err)
        case Record(_, fields):
            return st.fixed_dictionaries({label: values(of) for label, of in fields})
        case Variant(_, cases):
            return st.one_of([values(of).map(partial(Case, label)) for label, of in cases])
        case Enum(_, labels):
            return st.sampled_from(labels)
        case Flags(_, labels):
            return st.frozensets(st.sampled_from(labels))


def _scalar(name: str) -> st.SearchStrategy[Any]:
    if name == "bool":
        return st.booleans()
    if name == "char":
        return st.characters(exclude_categories=["Cs"])
    if name in ("f32", "f64"):
        return st.floats(width=32 if name == "f32" else 64)
    bits = int(name[1:])
    low, high = (0, 2**bits - 1) if name[0] == "u" else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    return st.integers(low, high) | st.sampled_from([low, high])
