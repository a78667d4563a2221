"""Component-model types as Python values: how WIT and WAT write them, and where the canonical ABI puts them.

Promise: `flat`, `size`, `alignment` and `store` follow the Canonical ABI explainer of the component model (sections
"Flattening", "Alignment", "Element Size", "Storing"), written here a second time and independently of the engine, so
that an echo guest made from them meets the engine's own reading of the same rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

#: Scalars: name -> (core type, bytes in memory, the instruction that stores it).
SCALARS = {
    "bool": ("i32", 1, "i32.store8"),
    "s8": ("i32", 1, "i32.store8"),
    "u8": ("i32", 1, "i32.store8"),
    "s16": ("i32", 2, "i32.store16"),
    "u16": ("i32", 2, "i32.store16"),
    "s32": ("i32", 4, "i32.store"),
    "u32": ("i32", 4, "i32.store"),
    "s64": ("i64", 8, "i64.store"),
    "u64": ("i64", 8, "i64.store"),
    "f32": ("f32", 4, "f32.store"),
    "f64": ("f64", 8, "f64.store"),
    "char": ("i32", 4, "i32.store"),
}


@dataclass(frozen=True, slots=True)
class Scalar:
    """A type that one core value carries; the name is a key of `SCALARS`."""

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


# ---------------------------------------------------------------- layout


def flat(kind: Type) -> list[str]:
    """The core types that carry one value when it is passed without memory."""
    cases = payloads(kind)
    if cases is not None:
        joined: list[str] = []
        for case in cases:
            for index, core in enumerate(flat(case) if case else []):
                if index < len(joined):
                    joined[index] = _join(joined[index], core)
                else:
                    joined.append(core)
        return ["i32", *joined]
    match kind:
        case Scalar(name):
            return [SCALARS[name][0]]
        case String() | List():
            return ["i32", "i32"]
        case Flags():
            return ["i32"]
    return [core for part in parts(kind) for core in flat(part)]


def _join(one: str, other: str) -> str:
    """The core type that can carry either of two."""
    if one == other:
        return one
    return "i32" if {one, other} == {"i32", "f32"} else "i64"


def alignment(kind: Type) -> int:
    """What the address of a value in memory is a multiple of."""
    match kind:
        case Scalar(name):
            return SCALARS[name][1]
        case String() | List():
            return 4
        case Flags(_, labels):
            return _flags_size(labels)
    own = _discriminant_size(cases) if (cases := payloads(kind)) is not None else 1
    return max([own, *map(alignment, parts(kind))])


def size(kind: Type) -> int:
    """Bytes of one value in memory, padding included."""
    match kind:
        case Scalar(name):
            return SCALARS[name][1]
        case String() | List():
            return 8
        case Flags(_, labels):
            return _flags_size(labels)
    if (cases := payloads(kind)) is not None:
        end = _payload_offset(kind) + max([0, *(size(case) for case in cases if case)])
    else:
        *_, end = _offsets(parts(kind))
    return _aligned(end, alignment(kind))


def _flags_size(labels: Sequence[str]) -> int:
    return 1 if len(labels) <= 8 else 2 if len(labels) <= 16 else 4


def _discriminant_size(cases: Sequence[object]) -> int:
    return 1 if len(cases) <= 256 else 2


def _payload_offset(kind: Type) -> int:
    return _aligned(_discriminant_size(payloads(kind) or ()), max([1, *map(alignment, parts(kind))]))


def _offsets(fields: Sequence[Type]) -> Iterator[int]:
    """Where each field starts, and where the last one ends."""
    end = 0
    for field in fields:
        start = _aligned(end, alignment(field))
        yield start
        end = start + size(field)
    yield end


def _aligned(offset: int, alignment: int) -> int:
    return -(-offset // alignment) * alignment


# ---------------------------------------------------------------- from flat values to memory


def store(kind: Type, values: Sequence[tuple[int, str]], offset: int = 0) -> list[str]:
    """WAT that writes a value to `$to` plus the offset; `values` are the locals that carry it and their core types."""
    cases = payloads(kind)
    if cases is not None:
        instruction = "i32.store8" if _discriminant_size(cases) == 1 else "i32.store16"
        code = [_store_one(instruction, values[0], "i32", offset)]
        for index, case in enumerate(cases):
            if case is not None:
                inner = " ".join(store(case, values[1:], offset + _payload_offset(kind)))
                code.append(f"(if (i32.eq {_unjoined(values[0], 'i32')} (i32.const {index})) (then {inner}))")
        return code
    match kind:
        case Scalar(name):
            core, _, instruction = SCALARS[name]
            return [_store_one(instruction, values[0], core, offset)]
        case String() | List():
            return [_store_one("i32.store", value, "i32", offset + 4 * i) for i, value in enumerate(values[:2])]
        case Flags(_, labels):
            instruction = {1: "i32.store8", 2: "i32.store16", 4: "i32.store"}[_flags_size(labels)]
            return [_store_one(instruction, values[0], "i32", offset)]
    code, used = [], 0
    for part, start in zip(parts(kind), _offsets(parts(kind)), strict=False):
        code += store(part, values[used:], offset + start)
        used += len(flat(part))
    return code


#: How to get the wanted core type out of the joined one that carries it: (carried, wanted) -> instructions.
_UNJOIN = {
    ("i32", "f32"): "(f32.reinterpret_i32 {})",
    ("i64", "i32"): "(i32.wrap_i64 {})",
    ("i64", "f32"): "(f32.reinterpret_i32 (i32.wrap_i64 {}))",
    ("i64", "f64"): "(f64.reinterpret_i64 {})",
}


def _unjoined(value: tuple[int, str], wanted: str) -> str:
    local, carried = value
    got = f"(local.get {local})"
    return got if carried == wanted else _UNJOIN[carried, wanted].format(got)


def _store_one(instruction: str, value: tuple[int, str], wanted: str, offset: int) -> str:
    return f"({instruction} offset={offset} (local.get $to) {_unjoined(value, wanted)})"
