"""A component's sections: what it defines, and what instantiating it instantiates in turn.

Promise: definitions, aliases and exports of modules, components and instances are followed wherever the binary alone
decides what they are; what an import or an argument decides is `None`. Components only refer to what stands before
them, so one pass in file order resolves everything.

Source: component model, Binary.md, "Instance Definitions", "Alias Definitions", "Canonical Definitions" and "Import
and Export Definitions".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from airssys.engine.binary._module import PREAMBLE as MODULE_PREAMBLE
from airssys.engine.binary._module import Module, read_module
from airssys.engine.binary._reader import MAX_DEPTH, Reader
from airssys.engine.binary._types import Sort, TypeWalker, read_sort

PREAMBLE = b"\x00asm\x0d\x00\x01\x00"

_MODULE, _COMPONENT, _INSTANCE = Sort(0x00, 0x11), Sort(0x04, 0x00), Sort(0x05, 0x00)
_LIFT, _LOWER, _RESOURCE_NEW, _RESOURCE_DROP, _RESOURCE_REP = range(5)
_OPTIONS_WITH_INDEX = frozenset({0x03, 0x04, 0x05})
"""memory, realloc, post-return; below are string encodings, above is async."""

_SKIPPED_SECTIONS = frozenset({0, 3, 9, 12})
"""Custom, core types, start and values: none of them creates a memory or an instance."""


@dataclass(frozen=True, slots=True)
class Instance:
    """A component instance, as far as it matters: what its exports are."""

    exports: Mapping[bytes, Entity]


@dataclass(frozen=True, slots=True, eq=False)
class Component:
    """One component definition.

    Attributes:
        spaces: the index spaces of modules, components and instances.
        exports: its exports of these sorts.
        instantiated: one entry for every core module and component that one instance of it instantiates.
    """

    spaces: Mapping[Sort, list[Entity]] = field(default_factory=lambda: {_MODULE: [], _COMPONENT: [], _INSTANCE: []})
    exports: dict[bytes, Entity] = field(default_factory=dict)
    instantiated: list[Entity] = field(default_factory=list)


Entity: TypeAlias = Module | Component | Instance | None


class ComponentWalker:
    """Walks a component and everything nested in it.

    Attributes:
        components: every component definition, each after those that it can instantiate.
        modules: every core module definition.
    """

    def __init__(self) -> None:
        self.components: list[Component] = []
        self.modules: list[Module] = []
        self.types = TypeWalker()
        self.defines_resources = False
        self._scopes: list[Component] = []

    def component(self, reader: Reader) -> Component:
        """The component whose preamble was just read."""
        if len(self._scopes) >= MAX_DEPTH:
            raise reader.malformed(f"components nest deeper than {MAX_DEPTH} levels")
        self._scopes.append(Component())
        while not reader.at_end:
            self._section(*reader.section())
        self.components.append(self._scopes.pop())
        return self.components[-1]

    def _section(self, section_id: int, content: Reader) -> None:
        if section_id == 1:
            content.expect(MODULE_PREAMBLE, "a core module")
            self.modules.append(read_module(content))
            self._define(_MODULE, self.modules[-1])
        elif section_id == 4:
            content.expect(PREAMBLE, "a component")
            self._define(_COMPONENT, self.component(content))
        elif section_id == 8:
            self._canonical_functions(content)
        elif section_id in _ENTRIES:
            for _ in range(content.count()):
                _ENTRIES[section_id](self, content)
            content.finish()
        elif section_id not in _SKIPPED_SECTIONS:
            raise content.malformed(f"unknown section {section_id}")

    def _define(self, sort: Sort, entity: Entity) -> None:
        """The entity takes the next index of its sort, if it is a sort that matters here."""
        space = self._scopes[-1].spaces.get(sort)
        if space is not None:
            space.append(entity)

    def _at(self, reader: Reader, scope: Component, sort: Sort, index: int) -> Entity:
        """What stands at an index; None for sorts that do not matter here."""
        space = scope.spaces.get(sort)
        if space is None:
            return None
        if index >= len(space):
            raise reader.malformed(f"index {index} refers to something that is not defined before it")
        return space[index]

    def _core_instance(self, reader: Reader) -> None:
        if not _is_list_of_exports(reader):
            component = self._scopes[-1]
            component.instantiated.append(self._at(reader, component, _MODULE, reader.u32()))
        for _ in range(reader.count()):
            reader.name()
            reader.byte()
            reader.u32()

    def _instance(self, reader: Reader) -> None:
        component = self._scopes[-1]
        if _is_list_of_exports(reader):
            exports = {}
            for _ in range(reader.count()):
                name = self.types.extern_name(reader)
                exports[name] = self._at(reader, component, read_sort(reader), reader.u32())
            self._define(_INSTANCE, Instance(exports))
            return
        instantiated = self._at(reader, component, _COMPONENT, reader.u32())
        component.instantiated.append(instantiated)
        for _ in range(reader.count()):
            reader.name()
            read_sort(reader)
            reader.u32()
        self._define(_INSTANCE, Instance(instantiated.exports) if isinstance(instantiated, Component) else None)

    def _alias(self, reader: Reader) -> None:
        sort, target = read_sort(reader), reader.byte()
        entity: Entity = None
        if target == 0x00:
            instance = self._at(reader, self._scopes[-1], _INSTANCE, reader.u32())
            name = reader.name()
            entity = instance.exports.get(name) if isinstance(instance, Instance) else None
        elif target == 0x01:
            reader.u32()
            reader.name()
        elif target == 0x02:
            levels = reader.u32()
            if levels >= len(self._scopes):
                raise reader.malformed(f"an alias points {levels} levels out of {len(self._scopes)}")
            entity = self._at(reader, self._scopes[-1 - levels], sort, reader.u32())
        else:
            raise reader.malformed(f"unknown target {target:#x} of an alias")
        self._define(sort, entity)

    def _type(self, reader: Reader) -> None:
        self.types.type_definition(reader, len(self._scopes))

    def _import(self, reader: Reader) -> None:
        self.types.extern_name(reader)
        self._define(self.types.extern_type(reader), None)

    def _export(self, reader: Reader) -> None:
        name = self.types.extern_name(reader)
        sort = read_sort(reader)
        entity = self._at(reader, self._scopes[-1], sort, reader.u32())
        if reader.flag():
            self.types.extern_type(reader)
        self._scopes[-1].exports[name] = entity
        self._define(sort, entity)

    def _canonical_functions(self, reader: Reader) -> None:
        """Whatever is not one of the five synchronous built-ins is async; nothing behind it needs to be understood."""
        for _ in range(reader.count()):
            if not self._is_synchronous(reader):
                self.types.uses_async = True
                return
        reader.finish()

    def _is_synchronous(self, reader: Reader) -> bool:
        form = reader.byte()
        if form in (_LIFT, _LOWER):
            reader.byte()
            reader.u32()
            options = [_is_synchronous_option(reader) for _ in range(reader.count())]
            if all(options) and form == _LIFT:
                reader.u32()
            return all(options)
        self.defines_resources |= form == _RESOURCE_NEW
        if form not in (_RESOURCE_NEW, _RESOURCE_DROP, _RESOURCE_REP):
            return False
        reader.u32()
        return True


def _is_synchronous_option(reader: Reader) -> bool:
    option = reader.byte()
    if option in _OPTIONS_WITH_INDEX:
        reader.u32()
    return option <= max(_OPTIONS_WITH_INDEX)


def _is_list_of_exports(reader: Reader) -> bool:
    form = reader.byte()
    if form > 0x01:
        raise reader.malformed(f"unknown form {form:#x} of instance")
    return form == 0x01


_ENTRIES: Mapping[int, Callable[[ComponentWalker, Reader], None]] = MappingProxyType(
    {
        2: ComponentWalker._core_instance,
        5: ComponentWalker._instance,
        6: ComponentWalker._alias,
        7: ComponentWalker._type,
        10: ComponentWalker._import,
        11: ComponentWalker._export,
    }
)
