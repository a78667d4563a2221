"""WIT interfaces as what a WAT component imports: an instance with its types in order, resources first.

Promise: the text has the shape that wit-component gives to real guests. What an interface takes from another one by
`use` is an outer alias of the type that the other imported instance exports, so both mean the same type.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from airssys.engine.wit import (
    Borrow,
    EnumType,
    FlagsType,
    FuncType,
    Interface,
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
    parts_of,
)

NamedType: TypeAlias = RecordType | VariantType | EnumType | FlagsType

#: The component's own name, which outer aliases refer to.
COMPONENT: Final = "$guest"


def unversioned(name: str) -> str:
    """`wasi:io/poll@0.2.0` -> `wasi:io/poll`."""
    return name.partition("@")[0]


class Definers:
    """Which interface defines a type: a record does not tell, but one that is used is the same object everywhere."""

    def __init__(self, interfaces: Iterable[Interface]) -> None:
        self._kept = tuple(interfaces)  # an id is only worth something as long as its object lives
        self._of: dict[int, str] = {}
        for interface in self._kept:
            for kind in interface.types.values():
                if isinstance(kind, NamedType):
                    self._of.setdefault(id(kind), unversioned(interface.name))

    def of(self, kind: NamedType | ResourceType) -> str:
        """The interface, without version."""
        return unversioned(str(kind.interface)) if isinstance(kind, ResourceType) else self._of[id(kind)]

    def needed_by(self, interface: Interface) -> set[str]:
        """The other interfaces whose types this one's types and resources are, without version."""
        kinds = [*interface.resources.values(), *_named(interface.types.values())]
        return {self.of(kind) for kind in kinds} - {unversioned(interface.name)}


def _named(kinds: Iterable[ValueType]) -> Iterator[NamedType]:
    return (kind for kind in kinds if isinstance(kind, NamedType))


def type_id(definer: str, name: str) -> str:
    """What the component calls a type that one of its imported instances exports."""
    return f"${definer}.{name}"


def imported(interface: Interface, functions: Mapping[str, FuncType], definers: Definers, version: str) -> str:
    """The import with all of the interface's types and these functions, and an alias for each type that it defines."""
    own = unversioned(interface.name)
    items: list[str] = []
    aliases: list[str] = []
    for name, resource in interface.resources.items():
        if definers.of(resource) == own:
            items.append(f'(export "{name}" (type ${name} (sub resource)))')
            aliases.append(f'(alias export ${own} "{name}" (type {type_id(own, name)}))')
        else:
            items.append(_used(name, definers.of(resource)))
    for name, kind in interface.types.items():
        if isinstance(kind, NamedType) and definers.of(kind) != own:
            items.append(_used(name, definers.of(kind)))
            continue
        body = _defined(kind) if isinstance(kind, NamedType) and kind.name == name else _wat(kind)
        items.append(f'(type $the-{name} {body}) (export "{name}" (type ${name} (eq $the-{name})))')
        aliases.append(f'(alias export ${own} "{name}" (type {type_id(own, name)}))')
    items += [f'(export "{name}" {_signature(function)})' for name, function in functions.items()]
    inside = "\n    ".join(items)
    return "\n  ".join([f'(import "{own}@{version}" (instance ${own}\n    {inside}))', *aliases])


def _used(name: str, definer: str) -> str:
    """A type of another imported instance, exported again under its name."""
    alias = f"(alias outer {COMPONENT} {type_id(definer, name)} (type $used-{name}))"
    return f'{alias} (export "{name}" (type ${name} (eq $used-{name})))'


def _signature(function: FuncType) -> str:
    params = "".join(f' (param "{name}" {_wat(kind)})' for name, kind in function.params)
    return f"(func{params}{f' (result {_wat(function.result)})' if function.result is not None else ''})"


def _defined(kind: NamedType) -> str:
    """What stands behind the name of a named type."""
    match kind:
        case RecordType(_, fields):
            word, parts = "record", [f'(field "{name}" {_wat(field)})' for name, field in fields]
        case VariantType(_, cases):
            word, parts = "variant", [f'(case "{name}"{_optional(case)})' for name, case in cases]
        case EnumType(_, labels):
            word, parts = "enum", [f'"{label}"' for label in labels]
        case FlagsType(_, labels):
            word, parts = "flags", [f'"{label}"' for label in labels]
    return f"({word} {' '.join(parts)})"


def _wat(kind: ValueType) -> str:
    """A type where it is used."""
    match kind:
        case Primitive():
            return kind.value
        case Own(resource):
            return f"(own ${resource.name})"
        case Borrow(resource):
            return f"(borrow ${resource.name})"
        case ResultType(ok, err):
            return f"(result{_optional(ok)}{f' (error {_wat(err)})' if err is not None else ''})"
        case ListType() | OptionType() | TupleType():
            word = {ListType: "list", OptionType: "option", TupleType: "tuple"}[type(kind)]
            return f"({word}{''.join(map(_optional, parts_of(kind)))})"
    return f"${kind.name}"


def _optional(kind: ValueType | None) -> str:
    return "" if kind is None else f" {_wat(kind)}"
