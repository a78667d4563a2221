"""What a WIT text says, before names are resolved; every piece knows where it stands in the text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeSyntax:
    """A type as written.

    Attributes:
        word: the keyword it starts with (`list`, `record`, `u32`, ...); `name` for a reference to another type.
        name: what a reference, `own` or `borrow` refers to.
        labels: of fields, cases or flags.
        parts: the types inside; None for `_` and for cases without a payload.
    """

    offset: int
    word: str
    name: str = ""
    labels: tuple[str, ...] = ()
    parts: tuple[TypeSyntax | None, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeItem:
    """`type`, `record`, `variant`, `enum` or `flags` with a name."""

    offset: int
    name: str
    written: TypeSyntax


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionSyntax:
    """A function signature; `constructs` and `method_of` name the resource of a constructor or a method."""

    offset: int
    params: tuple[tuple[str, TypeSyntax], ...]
    result: TypeSyntax | None
    constructs: str = ""
    method_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionItem:
    """A function under the name that components use: `f`, `[method]r.f`, `[static]r.f`, `[constructor]r`."""

    offset: int
    name: str
    signature: FunctionSyntax


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceItem:
    """The name of a resource; its functions are items of their own."""

    offset: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UseItem:
    """One name brought in from another interface, perhaps under an alias."""

    offset: int
    name: str
    interface: str
    original: str


Item: TypeAlias = TypeItem | FunctionItem | ResourceItem | UseItem


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceSyntax:
    """One interface under its full name."""

    offset: int
    name: str
    items: tuple[Item, ...]
