"""From a binary to the facts about it.

Promise: linear time and memory, whatever the bytes are. How often a definition is instantiated is computed once per
definition, from the root down; a component that instantiates another twice, forty levels deep, costs forty steps.
"""

from __future__ import annotations

from dataclasses import replace

from airssys.engine.binary import _component, _module
from airssys.engine.binary._component import Component, ComponentWalker
from airssys.engine.binary._facts import BinaryFacts, BinaryKind
from airssys.engine.binary._module import Module, read_module
from airssys.engine.binary._reader import Budget, Reader

COUNT_CEILING = 2**64
"""Counts stop here: no machine has room for more, and unbounded numbers would cost unbounded time."""

_MAGIC = b"\x00asm"
_LAYER = slice(6, 8)
_COMPONENT_LAYER = b"\x01\x00"


def analyse(wasm: bytes) -> BinaryFacts:
    """What instantiating these bytes once would create.

    Raises:
        MalformedBinary: the bytes start like WebAssembly but do not hold together. Bytes that pass can still be
            invalid; that is for the engine to say.
    """
    if not wasm.startswith(_MAGIC):
        return BinaryFacts(kind=BinaryKind.NOT_WASM)
    reader = Reader(wasm, 0, len(wasm), Budget())
    if wasm[_LAYER] == _COMPONENT_LAYER:
        reader.expect(_component.PREAMBLE, "a component")
        return _component_facts(reader)
    reader.expect(_module.PREAMBLE, "a core module")
    return _facts(BinaryKind.CORE_MODULE, [(read_module(reader), 1)])


def _component_facts(reader: Reader) -> BinaryFacts:
    walker = ComponentWalker()
    walker.component(reader)
    counts, exact = _instantiations(walker.components)
    counted = [(module, counts[id(module)]) for module in walker.modules if id(module) in counts]
    return replace(
        _facts(BinaryKind.COMPONENT, counted),
        exact=exact,
        defines_resources=walker.defines_resources,
        uses_async=walker.types.uses_async,
    )


def _instantiations(components: list[Component]) -> tuple[dict[int, int], bool]:
    """How often each definition (by identity) is instantiated with the last component, and whether that is all."""
    counts = {id(components[-1]): 1}
    exact = True
    for component in reversed(components):
        times = counts.get(id(component), 0)
        if times == 0:
            continue
        for definition in component.instantiated:
            if definition is None:
                exact = False
            else:
                counts[id(definition)] = min(counts.get(id(definition), 0) + times, COUNT_CEILING)
    return counts, exact


def _facts(kind: BinaryKind, counted: list[tuple[Module, int]]) -> BinaryFacts:
    memories = tuple([replace(memory, count=count) for module, count in counted for memory in module.memories])
    return BinaryFacts(
        kind=kind,
        memories=memories,
        tables=tuple([replace(table, count=count) for module, count in counted for table in module.tables]),
        core_instances=sum(count for _, count in counted),
        smallest_limit_bytes=sum(memory.min_pages * memory.page_bytes * memory.count for memory in memories),
    )
