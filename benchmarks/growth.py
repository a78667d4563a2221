"""What memory costs when it grows, and what a component costs before it runs: compiling, and loading from the cache."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Final

from wasmtime.component import Component

from airssys.engine import CodeCache, Compiler, instantiate
from benchmarks import guests, ours, peers
from benchmarks.effort import Effort
from benchmarks.figure import Figure, compared
from benchmarks.peers import BINDING
from benchmarks.rounds import Side, take_turns

#: Pages that the guest grows by, one at a time, within its limit.
_PAGES: Final = 60
_GUEST: Final = "hostile"
_GROW: Final = (
    "A new instance grows its memory by 60 pages, one at a time, in one call; the time of the call is divided by 60. "
    "Ours asks the instance's budget, charges it, and records a sample; the binding has no limit to ask."
)
_COMPILE: Final = (
    "A component of 16 KB of WAT with some fifty functions. Compiled: ours starts a bounded worker process, which "
    "assembles, checks and compiles, and writes what it made to the cache; the binding compiles in the process itself, "
    "unbounded. Loaded: ours reads the file, checks that it is authentic, and hands it to the engine; the binding's "
    "`Component.deserialize` believes any file."
)


async def growth(effort: Effort) -> Sequence[Figure]:
    """One page more."""
    rounds = await take_turns({"ours": await _grow(), BINDING: _binding_grow()}, effort)
    return [compared("memory.grow by one page", _GROW, rounds, "ours", BINDING)]


async def compiling(effort: Effort) -> Sequence[Figure]:
    """Before the first instance."""
    source = guests.path(_GUEST).read_bytes()
    binding = peers.Binding(_GUEST)
    artifact = binding.component.serialize()
    with tempfile.TemporaryDirectory() as folder:
        warm = CodeCache(Path(folder, "warm"))
        await Compiler(cache=warm).compile(source)

        async def compiled(times: int) -> float:
            started = perf_counter()
            for number in range(times):
                with tempfile.TemporaryDirectory(dir=folder) as empty:
                    await Compiler(cache=CodeCache(Path(empty, str(number)))).compile(source)
            return perf_counter() - started

        async def loaded(times: int) -> float:
            started = perf_counter()
            for _ in range(times):
                await Compiler(cache=warm).compile(source)
            return perf_counter() - started

        cold = await take_turns({"ours": compiled, BINDING: _compile(binding, source.decode())}, effort)
        cached = await take_turns({"ours": loaded, BINDING: _deserialize(binding, artifact)}, effort)
    return [
        compared("compile a component", _COMPILE, cold, "ours", BINDING, unit="ms"),
        compared("load a compiled component", _COMPILE, cached, "ours", BINDING),
    ]


def _compile(binding: peers.Binding, source: str) -> Side:
    async def side(times: int) -> float:
        started = perf_counter()
        for _ in range(times):
            Component(binding.engine, source)
        return perf_counter() - started

    return side


def _deserialize(binding: peers.Binding, artifact: bytes | bytearray) -> Side:
    async def side(times: int) -> float:
        started = perf_counter()
        for _ in range(times):
            Component.deserialize(binding.engine, artifact)
        return perf_counter() - started

    return side


async def _grow() -> Side:
    linked = await ours.linked("grower")

    async def side(times: int) -> float:
        taken = 0.0
        for _ in range(max(1, times // _PAGES)):
            instance = await instantiate(linked, max_memory_bytes=ours.MEMORY_BYTES)
            started = perf_counter()
            await ours.call(instance, "grow", _PAGES)
            taken += perf_counter() - started
            instance.close()
        return taken * times / (max(1, times // _PAGES) * _PAGES)

    return side


def _binding_grow() -> Side:
    binding = peers.Binding("grower")

    async def side(times: int) -> float:
        taken = 0.0
        for _ in range(max(1, times // _PAGES)):
            function, store = binding.function("grow")
            started = perf_counter()
            function(store, _PAGES)
            taken += perf_counter() - started
            store.close()
        return taken * times / (max(1, times // _PAGES) * _PAGES)

    return side
