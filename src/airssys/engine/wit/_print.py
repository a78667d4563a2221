"""WIT types and signatures as text for people.

Promise: the text of a type that was parsed here parses back to the same type; the text of a hostile type is at most
`max_length` characters long and takes time in proportion to that. Types without a name are spelled out in place
(`record { a: u32 }`), which `parse_function` reads as well; named ones are printed as their name, unless the caller
wants them spelled out too: that is how a host's type is put beside a component's, which has no names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from airssys.engine.wit._identifiers import escaped
from airssys.engine.wit._model import (
    MAX_TYPE_DEPTH,
    Borrow,
    EnumType,
    FlagsType,
    FuncType,
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

MAX_PRINTED_LENGTH = 4096
"""Ours: the longest signature in WASI 0.2 with every type spelled out has 1,588 characters."""

ELLIPSIS = "…"
"""Ends a text that was cut, and stands for what nests deeper than any engine accepts. Never part of a WIT text."""

_T = TypeVar("_T")


def print_type(value_type: ValueType, *, spell_out: bool = False, max_length: int = MAX_PRINTED_LENGTH) -> str:
    """The type as WIT, e.g. `list<tuple<string, u32>>`."""
    return _joined(_Printer(spell_out).value_type(value_type, 0), max_length)


def print_function(function: FuncType, *, spell_out: bool = False, max_length: int = MAX_PRINTED_LENGTH) -> str:
    """The signature as WIT, e.g. `func(name: string) -> result<u32, string>`."""
    return _joined(_Printer(spell_out).function(function), max_length)


def _joined(pieces: Iterator[str], max_length: int) -> str:
    kept: list[str] = []
    length = 0
    for piece in pieces:
        kept.append(piece)
        length += len(piece)
        if length > max_length:
            return "".join(kept)[: max_length - len(ELLIPSIS)] + ELLIPSIS
    return "".join(kept)


class _Printer:
    """Yields the text in pieces, so that nobody pays for what is cut off."""

    def __init__(self, spell_out: bool) -> None:
        self._spell_out = spell_out

    def function(self, function: FuncType) -> Iterator[str]:
        yield "func("
        yield from _separated(function.params, self._labelled, 0)
        yield ")"
        if function.result is not None:
            yield " -> "
            yield from self.value_type(function.result, 0)

    def value_type(self, value_type: ValueType | None, depth: int) -> Iterator[str]:
        if depth > MAX_TYPE_DEPTH:
            yield ELLIPSIS
            return
        match value_type:
            case None:
                yield "_"
            case Primitive():
                yield value_type.value
            case Own():
                yield escaped(value_type.resource.name)
            case Borrow():
                yield f"borrow<{escaped(value_type.resource.name)}>"
            case RecordType(name=name) | VariantType(name=name) | EnumType(name=name) | FlagsType(name=name):
                if name is None or self._spell_out:
                    yield from self._body(value_type, depth + 1)
                else:
                    yield escaped(name)
            case _:
                yield from self._angled(value_type, depth + 1)

    def _angled(self, value_type: ListType | OptionType | TupleType | ResultType, depth: int) -> Iterator[str]:
        parts = parts_of(value_type)
        match value_type:
            case ListType():
                yield "list"
            case OptionType():
                yield "option"
            case TupleType():
                yield "tuple"
            case ResultType():
                yield "result"
                parts = parts if value_type.err is not None else parts[:1] if value_type.ok is not None else ()
        if parts:
            yield "<"
            yield from _separated(parts, self.value_type, depth)
            yield ">"

    def _body(self, value_type: RecordType | VariantType | EnumType | FlagsType, depth: int) -> Iterator[str]:
        match value_type:
            case RecordType():
                yield "record { "
                yield from _separated(value_type.fields, self._labelled, depth)
            case VariantType():
                yield "variant { "
                yield from _separated(value_type.cases, self._case, depth)
            case EnumType():
                yield "enum { "
                yield from _separated(value_type.cases, _label, depth)
            case FlagsType():
                yield "flags { "
                yield from _separated(value_type.labels, _label, depth)
        yield " }"

    def _labelled(self, labelled: tuple[str, ValueType], depth: int) -> Iterator[str]:
        label, value_type = labelled
        yield f"{escaped(label)}: "
        yield from self.value_type(value_type, depth)

    def _case(self, case: tuple[str, ValueType | None], depth: int) -> Iterator[str]:
        label, payload = case
        yield escaped(label)
        if payload is not None:
            yield "("
            yield from self.value_type(payload, depth)
            yield ")"


def _label(label: str, _depth: int) -> Iterator[str]:
    yield escaped(label)


def _separated(items: Iterable[_T], printed: Callable[[_T, int], Iterator[str]], depth: int) -> Iterator[str]:
    for position, item in enumerate(items):
        if position:
            yield ", "
        yield from printed(item, depth)
