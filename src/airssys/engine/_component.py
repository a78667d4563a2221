"""A compiled component: what it is, what it offers and needs, and its machine code. Shared by all its instances."""

from __future__ import annotations

import ctypes
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from wasmtime import Engine, WasmtimeError
from wasmtime.component import Component

from airssys.engine import _native as native
from airssys.engine import wit
from airssys.engine._types import ComponentShape, shape_of
from airssys.engine.binary import BinaryFacts
from airssys.errors import CompileError, EngineFailed

#: Separates interface and function in the name of an export or import.
SEPARATOR: Final = "#"


@dataclass(frozen=True, slots=True)
class ImportNeed:
    """One function that a component imports.

    Attributes:
        interface: the interface as the component names it; empty for a function outside of any.
        function: its name.
        signature: printable WIT.
    """

    interface: str
    function: str
    signature: str


class CompiledComponent:
    """Made by `Compiler`.

    Attributes:
        digest: SHA-256 of the source file, hexadecimal.
        facts: what instantiating it creates.
        memory_count: linear memories of one instance.
        size_bytes: of the binary component.
        consumes_fuel: compiled with an instruction budget.
    """

    def __init__(
        self, *, digest: str, facts: BinaryFacts, size_bytes: int, consumes_fuel: bool, engine: Engine, artifact: bytes
    ) -> None:
        self.digest = digest
        self.facts = facts
        self.memory_count = sum(memory.count for memory in facts.memories)
        self.size_bytes = size_bytes
        self.consumes_fuel = consumes_fuel
        self._engine = engine
        try:
            self._component = Component.deserialize(engine, artifact)
        except WasmtimeError as error:
            raise EngineFailed(f"the engine does not accept its own machine code: {error}") from None
        self.engine_pointer = native.pointer_to(engine)
        self.pointer = native.pointer_to(self._component)
        self._indices: dict[str, int] = {}
        self._parents: dict[str, int] = {}
        weakref.finalize(self, _delete_indices, self._indices, self._parents)

    @cached_property
    def shape(self) -> ComponentShape:
        """Its types.

        Raises:
            CompileError: they are too large, or of a kind that is not supported.
        """
        try:
            return shape_of(self._component, self._engine)
        except TypeError as error:  # the binding knows no such type
            raise CompileError(f"the component uses a type that is not supported: {error}") from None

    @cached_property
    def exports(self) -> dict[str, wit.FuncType]:
        """Every function that can be called: `name`, or `interface#name` for one inside an interface."""
        functions = dict(self.shape.export_functions)
        for interface, shape in self.shape.exports.items():
            functions.update({f"{interface}{SEPARATOR}{name}": of for name, of in shape.functions.items()})
        return functions

    @cached_property
    def signatures(self) -> dict[str, str]:
        """`exports`, printed."""
        return {name: wit.print_function(of) for name, of in self.exports.items()}

    def needs(self) -> Iterator[ImportNeed]:
        """Every function that it imports, in its own order."""
        for name, of in self.shape.import_functions.items():
            yield ImportNeed("", name, wit.print_function(of))
        for interface, shape in self.shape.imports.items():
            for name, of in shape.functions.items():
                yield ImportNeed(interface, name, wit.print_function(of))

    def export_index(self, name: str) -> int:
        """The engine's handle to an export; kept for the life of the component."""
        index = self._indices.get(name)
        if index is None:
            interface, found, function = name.rpartition(SEPARATOR)
            parent = self._parent(interface) if found else 0
            index = self._indices[name] = self._index(parent, function)
        return index

    def _parent(self, interface: str) -> int:
        index = self._parents.get(interface)
        if index is None:
            index = self._parents[interface] = self._index(0, interface)
        return index

    def _index(self, parent: int, name: str) -> int:
        data = name.encode()
        buffer = ctypes.create_string_buffer(data, len(data))
        index = native.component_export_index(self.pointer, parent, ctypes.addressof(buffer), len(data))
        if not index:
            raise EngineFailed(f"the engine does not find the export {name}")
        return int(index)

    def __repr__(self) -> str:
        return f"<CompiledComponent {self.digest[:12]} {len(self.exports)} exports>"


def _delete_indices(*indices: dict[str, int]) -> None:
    for known in indices:
        for index in known.values():
            native.component_export_index_delete(index)
        known.clear()
