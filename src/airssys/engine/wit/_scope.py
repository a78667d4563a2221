"""The names that one interface, or one signature, can refer to, and what they mean.

Promise: names may be used before they are defined, as WIT allows; a type that refers to itself, nests too deep or
has too many parts is a `WitSyntaxError` at the place where it is written.

Source: component model, WIT.md "Name resolution" and "Item: resource"; Binary.md on `borrow` in results.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from airssys.engine.wit._bounds import TypeBounds, lends
from airssys.engine.wit._grammar_types import PRIMITIVES
from airssys.engine.wit._lexer import Lexer
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
    ResourceType,
    ResultType,
    TupleType,
    ValueType,
    VariantType,
)
from airssys.engine.wit._syntax import FunctionSyntax, TypeSyntax

Named: TypeAlias = ValueType | ResourceType


class Scope:
    """Resolves names on demand and remembers them.

    Args:
        known: names that have a meaning already: resources, and what `use` brought in.
        written: names whose meaning is still to be worked out.
    """

    def __init__(self, lexer: Lexer, known: Mapping[str, Named], written: Mapping[str, TypeSyntax]) -> None:
        self._lexer = lexer
        self._known = dict(known)
        self._written = written
        self._open: set[str] = set()
        self._bounds = TypeBounds()

    def meaning(self, name: str, offset: int, depth: int = 0) -> Named:
        """The type or resource of that name."""
        known = self._known.get(name)
        if known is not None:
            return known
        self._check_depth(offset, depth)
        written = self._written.get(name)
        if written is None:
            raise self._lexer.error(offset, f"`{name}` is not defined here")
        if name in self._open:
            raise self._lexer.error(offset, f"`{name}` refers to itself; types of values are finite")
        self._open.add(name)
        if written.word == "name":
            found = self.meaning(written.name, written.offset, depth + 1)
        else:
            found = self._value_type(written, depth + 1)
            self._check_bounds(offset, found)
        self._open.remove(name)
        self._known[name] = found
        return found

    def function(self, written: FunctionSyntax) -> FuncType:
        """The signature; methods get their `self`, constructors their result."""
        params = [(label, self._value_type(syntax, 0)) for label, syntax in written.params]
        result = None if written.result is None else self._value_type(written.result, 0)
        if written.method_of:
            if any(label.lower() == "self" for label, _ in params):
                raise self._lexer.error(written.offset, "a method has a parameter `self` already")
            params.insert(0, ("self", Borrow(self._resource(written.method_of, written.offset))))
        if written.constructs:
            result = self._constructed(written, result)
        self._check_bounds(written.offset, *(part for _, part in params), *(() if result is None else (result,)))
        if result is not None and lends(result):
            raise self._lexer.error(written.offset, "a result cannot contain a `borrow`; it would outlive the call")
        return FuncType(tuple(params), result)

    def _constructed(self, written: FunctionSyntax, result: ValueType | None) -> ValueType:
        own = Own(self._resource(written.constructs, written.offset))
        if result is None or (isinstance(result, ResultType) and result.ok == own):
            return own if result is None else result
        raise self._lexer.error(
            written.offset, f"a constructor returns nothing or `result<{written.constructs}, ...>`, nothing else"
        )

    def _check_depth(self, offset: int, depth: int) -> None:
        if depth > MAX_TYPE_DEPTH:
            raise self._lexer.error(offset, f"this type nests deeper than {MAX_TYPE_DEPTH} levels")

    def _check_bounds(self, offset: int, *found: Named) -> None:
        problem = self._bounds.problem(*(part for part in found if not isinstance(part, ResourceType)))
        if problem is not None:
            raise self._lexer.error(offset, problem)

    def _resource(self, name: str, offset: int) -> ResourceType:
        found = self.meaning(name, offset)
        if not isinstance(found, ResourceType):
            raise self._lexer.error(offset, f"`{name}` is not a resource; only resources are owned or lent")
        return found

    def _value_type(self, syntax: TypeSyntax, depth: int) -> ValueType:
        """One frame for every level, so that the deepest type fits into what a caller has left of the stack."""
        self._check_depth(syntax.offset, depth)
        if syntax.word == "name":
            found = self.meaning(syntax.name, syntax.offset, depth)
            return Own(found) if isinstance(found, ResourceType) else found
        if syntax.word == "own":
            return Own(self._resource(syntax.name, syntax.offset))
        if syntax.word == "borrow":
            return Borrow(self._resource(syntax.name, syntax.offset))
        if syntax.word in PRIMITIVES:
            return Primitive(syntax.word)
        parts: list[ValueType | None] = []
        for part in syntax.parts:
            parts.append(None if part is None else self._value_type(part, depth + 1))
        return _built(syntax, parts)


def _built(syntax: TypeSyntax, parts: list[ValueType | None]) -> ValueType:
    name = syntax.name or None
    present = [part for part in parts if part is not None]
    match syntax.word:
        case "enum":
            return EnumType(name, syntax.labels)
        case "flags":
            return FlagsType(name, syntax.labels)
        case "list":
            return ListType(present[0])
        case "option":
            return OptionType(present[0])
        case "tuple":
            return TupleType(tuple(present))
        case "record":
            return RecordType(name, tuple(zip(syntax.labels, present, strict=True)))
        case "result":
            return ResultType(parts[0], parts[1])
    return VariantType(name, tuple(zip(syntax.labels, parts, strict=True)))
