"""Component-model types as Python values, and how WIT and WAT write them. `abi` knows where they go in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Scalar:
    """A type that one core value carries; the name is a key of `abi.SCALARS`."""

    name: str


@dataclass(frozen=True, slots=True)
class String:
    """A `string`."""


@dataclass(frozen=True, slots=True)
class List:
    """`list<element>`."""

    element: Type


@dataclass(frozen=True, slots=True)
class Option:
    """`option<some>`."""

    some: Type


@dataclass(frozen=True, slots=True)
class Result:
    """`result<ok, error>`; `None` where a side has no payload."""

    ok: Type | None = None
    error: Type | None = None


@dataclass(frozen=True, slots=True)
class Tuple:
    """`tuple<items...>`."""

    items: tuple[Type, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """`record name { fields }`."""

    name: str
    fields: tuple[tuple[str, Type], ...]


@dataclass(frozen=True, slots=True)
class Variant:
    """`variant name { cases }`; `None` where a case has no payload."""

    name: str
    cases: tuple[tuple[str, Type | None], ...]


@dataclass(frozen=True, slots=True)
class Enum:
    """`enum name { labels }`."""

    name: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flags:
    """`flags name { labels }`; at most 32."""

    name: str
    labels: tuple[str, ...]


Named: TypeAlias = Record | Variant | Enum | Flags
Type: TypeAlias = Scalar | String | List | Option | Result | Tuple | Named


def payloads(kind: Type) -> tuple[Type | None, ...] | None:
    """The payload of each case, for the types that are variants underneath; `None` for all others."""
    match kind:
        case Option(some):
            return (None, some)
        case Result(ok, error):
            return (ok, error)
        case Enum(_, labels):
            return (None,) * len(labels)
        case Variant(_, cases):
            return tuple(payload for _, payload in cases)
    return None


def parts(kind: Type) -> tuple[Type, ...]:
    """The types that this one is directly made of."""
    match kind:
        case List(element):
            return (element,)
        case Tuple(items):
            return items
        case Record(_, fields):
            return tuple(field for _, field in fields)
    return tuple(payload for payload in payloads(kind) or () if payload is not None)


# ---------------------------------------------------------------- text


def wit(kind: Type | None) -> str:
    """The type as WIT writes it where it is used; named types by their name."""
    match kind:
        case None:
            return "_"
        case String():
            return "string"
        case Scalar(name) | Record(name, _) | Variant(name, _) | Enum(name, _) | Flags(name, _):
            return name
        case List(element):
            return f"list<{wit(element)}>"
        case Option(some):
            return f"option<{wit(some)}>"
        case Tuple(items):
            return f"tuple<{', '.join(map(wit, items))}>"
        case Result(None, None):
            return "result"
        case Result(ok, None):
            return f"result<{wit(ok)}>"
        case Result(ok, error):
            return f"result<{wit(ok)}, {wit(error)}>"


def wat(kind: Type) -> str:
    """The type as WAT writes it where it is used; named types as `$name`."""
    match kind:
        case String():
            return "string"
        case Scalar(name):
            return name
        case Record(name, _) | Variant(name, _) | Enum(name, _) | Flags(name, _):
            return f"${name}"
        case List(element):
            return f"(list {wat(element)})"
        case Option(some):
            return f"(option {wat(some)})"
        case Tuple(items):
            return f"(tuple {' '.join(map(wat, items))})"
        case Result(ok, error):
            return f"(result{f' {wat(ok)}' if ok else ''}{f' (error {wat(error)})' if error else ''})"


def declaration(named: Named) -> str:
    """The WAT that defines a named type and exports it, which gives it its name."""
    match named:
        case Record(name, fields):
            body = "record " + " ".join(f'(field "{label}" {wat(field)})' for label, field in fields)
        case Variant(name, cases):
            body = "variant " + " ".join(f'(case "{label}"{f" {wat(case)}" if case else ""})' for label, case in cases)
        case Enum(name, labels):
            body = "enum " + " ".join(f'"{label}"' for label in labels)
        case Flags(name, labels):
            body = "flags " + " ".join(f'"{label}"' for label in labels)
    return f'(type $the-{name} ({body})) (export ${name} "{name}" (type $the-{name}))'


def named_types(kind: Type) -> Iterator[Named]:
    """Every named type that this one needs, what it is made of first; may repeat."""
    for part in parts(kind):
        yield from named_types(part)
    if isinstance(kind, Named):
        yield kind
