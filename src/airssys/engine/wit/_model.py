"""The types of the component model as plain values.

Promise: every WIT type that airssys understands is one immutable value here; nothing in this file parses, prints or
touches the engine. The type classes take their parts in order, as WIT writes them: `ListType(Primitive.U8)`.

`==` compares everything including the names of named types; `same_type` compares what the canonical ABI sees.
Both `==` and `hash` walk a type as a tree, so keep them to types that `parse_*` made, which are bounded.

Source: component model, "Types" in Explainer.md and WIT.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

MAX_TYPE_DEPTH = 100
"""How deep one type may nest. Measured: wasmtime 50.0.1 refuses 98 nested lists ("type nesting is too deep")."""


class Primitive(Enum):
    """A type without parts; the value is its WIT spelling."""

    BOOL = "bool"
    S8 = "s8"
    U8 = "u8"
    S16 = "s16"
    U16 = "u16"
    S32 = "s32"
    U32 = "u32"
    S64 = "s64"
    U64 = "u64"
    F32 = "f32"
    F64 = "f64"
    CHAR = "char"
    STRING = "string"


@dataclass(frozen=True, slots=True)
class ListType:
    """`list<element>`."""

    element: ValueType


@dataclass(frozen=True, slots=True)
class OptionType:
    """`option<payload>`."""

    payload: ValueType


@dataclass(frozen=True, slots=True)
class TupleType:
    """`tuple<a, b>`; at least one element."""

    elements: tuple[ValueType, ...]


@dataclass(frozen=True, slots=True)
class ResultType:
    """`result<ok, err>`; None is the absence of a payload (`_`)."""

    ok: ValueType | None
    err: ValueType | None


@dataclass(frozen=True, slots=True)
class RecordType:
    """`record name { field: type }`; at least one field. The name is None when the source had none."""

    name: str | None
    fields: tuple[tuple[str, ValueType], ...]


@dataclass(frozen=True, slots=True)
class VariantType:
    """`variant name { case, case(type) }`; at least one case."""

    name: str | None
    cases: tuple[tuple[str, ValueType | None], ...]


@dataclass(frozen=True, slots=True)
class EnumType:
    """`enum name { case }`; at least one case."""

    name: str | None
    cases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FlagsType:
    """`flags name { label }`; 1 to 32 labels."""

    name: str | None
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A resource: an abstract type whose values never leave their owner, only handles to them do.

    Attributes:
        name: as its defining interface calls it.
        interface: the full name of the defining interface; None where the source does not tell.
    """

    name: str
    interface: str | None = None


@dataclass(frozen=True, slots=True)
class Own:
    """A handle that transfers ownership of a resource; WIT spells it as the bare name."""

    resource: ResourceType


@dataclass(frozen=True, slots=True)
class Borrow:
    """`borrow<resource>`: a handle lent for the duration of one call."""

    resource: ResourceType


ValueType: TypeAlias = (
    Primitive
    | ListType
    | OptionType
    | TupleType
    | ResultType
    | RecordType
    | VariantType
    | EnumType
    | FlagsType
    | Own
    | Borrow
)


@dataclass(frozen=True, slots=True)
class FuncType:
    """The signature of a synchronous function; `async func` has no representation here.

    Attributes:
        params: name and type, in order.
        result: None when the function returns nothing.
    """

    params: tuple[tuple[str, ValueType], ...]
    result: ValueType | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """A named set of types and functions that one side answers and the other side calls.

    Attributes:
        name: `namespace:package/interface`, with `@version` when it has one.
        types: every named value type in scope, including aliases and those brought in by `use`.
        resources: every named resource in scope, likewise; the value tells where it was defined.
        functions: free functions by name, and `[constructor]r`, `[method]r.m`, `[static]r.m` of resources.
    """

    name: str
    types: Mapping[str, ValueType]
    resources: Mapping[str, ResourceType]
    functions: Mapping[str, FuncType]


def resources_of(function: FuncType) -> tuple[ResourceType, ...]:
    """The resources that a signature is about, each once."""
    pending: list[ValueType | None] = [*(of for _, of in function.params), function.result]
    seen: set[int] = set()
    found: dict[ResourceType, None] = {}
    while pending:
        of = pending.pop()
        if of is not None and id(of) not in seen:
            seen.add(id(of))
            if isinstance(of, Own | Borrow):
                found[of.resource] = None
            pending.extend(parts_of(of))
    return tuple(found)


def parts_of(value_type: ValueType) -> tuple[ValueType | None, ...]:
    """The types that this type is made of, in order; None where a case or a side of a `result` has no payload."""
    match value_type:
        case ListType():
            return (value_type.element,)
        case OptionType():
            return (value_type.payload,)
        case ResultType():
            return (value_type.ok, value_type.err)
        case TupleType():
            return value_type.elements
        case RecordType():
            return tuple(part for _, part in value_type.fields)
        case VariantType():
            return tuple(part for _, part in value_type.cases)
        case Primitive() | EnumType() | FlagsType() | Own() | Borrow():
            return ()
