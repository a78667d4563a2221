"""What an instance costs to make and to throw away, and how long one has to wait for it."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from time import perf_counter
from typing import Final

from airssys.engine import LinkedComponent, instantiate
from benchmarks import ours, peers
from benchmarks.effort import Effort
from benchmarks.figure import Figure, Target, compared
from benchmarks.peers import BINDING, EXTISM
from benchmarks.rounds import Side, take_turns

_CREATE: Final = (
    "A component with one memory of one page, compiled and linked before. Ours: `instantiate` (budget, store, limits, "
    "epochs, a memory of our own, the fiber that starts it) and `close`. The binding: `Store`, `Linker.instantiate`, "
    "`Store.close`, with nothing limited. Extism: `Plugin` from a `CompiledPlugin`, and its release, which makes two "
    "memories: the plugin's and its kernel's."
)
_LATENCY: Final = (
    "Every `await instantiate(...)` of the same component timed by itself, one after the other. The aim was to stay "
    "far below 10 ms."
)


async def instances(effort: Effort) -> Sequence[Figure]:
    """Instances come and go."""
    component = await ours.linked("add")
    rounds = await take_turns({"ours": _ours(component), BINDING: _binding(), EXTISM: _plugin()}, effort)
    waits = sorted(await _waits(component, effort.instances))
    return [
        compared(
            "create and close an instance", _CREATE, rounds, "ours", BINDING, target=Target(text="at most 2", bound=2)
        ),
        compared(
            "create and close an instance",
            _CREATE,
            rounds,
            "ours",
            EXTISM,
            target=Target(text="at most 1/3", bound=1 / 3),
        ),
        Figure(name="instantiation, median", how=_LATENCY, unit="us", ours=statistics.median(waits) * 1e6),
        Figure(
            name="instantiation, 99th percentile",
            how=_LATENCY,
            unit="us",
            ours=waits[len(waits) * 99 // 100] * 1e6,
            target=Target(text="at most 1 ms", bound=1000, of="ours"),
        ),
    ]


def _ours(component: LinkedComponent) -> Side:
    async def side(times: int) -> float:
        started = perf_counter()
        for _ in range(times):
            instance = await instantiate(component, max_memory_bytes=ours.MEMORY_BYTES)
            instance.close()
        return perf_counter() - started

    return side


def _binding() -> Side:
    binding = peers.Binding("add")
    component, linker = binding.component, binding.linker

    async def side(times: int) -> float:
        started = perf_counter()
        for _ in range(times):
            store = binding.store()
            linker.instantiate(store, component)
            store.close()
        return perf_counter() - started

    return side


def _plugin() -> Side:
    compiled = peers.compiled_plugin()

    async def side(times: int) -> float:
        started = perf_counter()
        for _ in range(times):
            with peers.plugin(compiled):
                pass
        return perf_counter() - started

    return side


async def _waits(component: LinkedComponent, count: int) -> list[float]:
    waits = []
    for _ in range(count):
        started = perf_counter()
        instance = await instantiate(component, max_memory_bytes=ours.MEMORY_BYTES)
        waits.append(perf_counter() - started)
        instance.close()
    return waits
