"""From the interfaces that a text writes to the interfaces that it means.

Promise: interfaces of one text may `use` each other in any order, but not in a circle; what is not in the text is
taken from the interfaces that the caller knows, matched as the engine's linker matches imports.

Source: component model, WIT.md "Item: use".
"""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

from airssys.engine.wit._lexer import Lexer
from airssys.engine.wit._model import Interface, ResourceType
from airssys.engine.wit._names import best_match
from airssys.engine.wit._scope import Named, Scope
from airssys.engine.wit._syntax import FunctionItem, InterfaceSyntax, ResourceItem, TypeItem, UseItem

MAX_USE_DEPTH = 32
"""How long a chain of interfaces that use each other may be in one text. Ours: WASI 0.2 needs 4."""


class InterfaceResolver:
    """Resolves the interfaces of one text."""

    def __init__(self, lexer: Lexer, written: Iterable[InterfaceSyntax], known: Iterable[Interface]) -> None:
        self._lexer = lexer
        self._written: dict[str, InterfaceSyntax] = {}
        self._known = {interface.name: interface for interface in known}
        self._resolved: dict[str, Interface] = {}
        self._open: list[str] = []
        for interface in written:
            if interface.name in self._written:
                raise lexer.error(interface.offset, f"the interface `{interface.name}` is defined twice")
            self._written[interface.name] = interface

    def all_interfaces(self) -> tuple[Interface, ...]:
        """Every interface of the text, in its order."""
        return tuple(self._interface(written.name, written.offset) for written in self._written.values())

    def _interface(self, name: str, offset: int) -> Interface:
        if name in self._resolved:
            return self._resolved[name]
        if name not in self._written:
            match = best_match(name, self._known)
            if match is None:
                raise self._lexer.error(offset, f"no interface `{name}` is known here")
            return self._known[match]
        if name in self._open or len(self._open) >= MAX_USE_DEPTH:
            circle = " -> ".join([*self._open[-4:], name])
            raise self._lexer.error(offset, f"interfaces use each other in a circle or too deeply: {circle}")
        self._open.append(name)
        self._resolved[name] = self._resolve(self._written[name])
        self._open.pop()
        return self._resolved[name]

    def _resolve(self, interface: InterfaceSyntax) -> Interface:
        self._refuse_duplicates(interface)
        known: dict[str, Named] = {}
        for item in interface.items:
            if isinstance(item, ResourceItem):
                known[item.name] = ResourceType(item.name, interface.name)
            elif isinstance(item, UseItem):
                known[item.name] = self._used(item)
        written = {item.name: item.written for item in interface.items if isinstance(item, TypeItem)}
        scope = Scope(self._lexer, known, written)
        meanings = {
            item.name: scope.meaning(item.name, item.offset)
            for item in interface.items
            if not isinstance(item, FunctionItem)
        }
        functions = {
            item.name: scope.function(item.signature) for item in interface.items if isinstance(item, FunctionItem)
        }
        return Interface(
            name=interface.name,
            types=MappingProxyType({k: v for k, v in meanings.items() if not isinstance(v, ResourceType)}),
            resources=MappingProxyType({k: v for k, v in meanings.items() if isinstance(v, ResourceType)}),
            functions=MappingProxyType(functions),
        )

    def _used(self, item: UseItem) -> Named:
        interface = self._interface(item.interface, item.offset)
        found = interface.resources.get(item.original) or interface.types.get(item.original)
        if found is None:
            raise self._lexer.error(item.offset, f"`{interface.name}` has no type or resource `{item.original}`")
        return found

    def _refuse_duplicates(self, interface: InterfaceSyntax) -> None:
        """Source: component model, Explainer.md "Name Uniqueness"."""
        seen: set[str] = set()
        for item in interface.items:
            unique = item.name.lower().removeprefix("[method]").removeprefix("[static]")
            if unique in seen:
                raise self._lexer.error(item.offset, f"`{item.name}` is defined twice in `{interface.name}`")
            seen.add(unique)
