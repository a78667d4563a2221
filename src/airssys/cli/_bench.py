"""`airssys bench`: what the common things cost on this machine, in a few seconds.

Every figure is the median over rounds; a round is long enough for the clock. `benchmarks/` compares with others.
"""

from __future__ import annotations

import asyncio
import platform
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from statistics import median
from time import perf_counter
from typing import Any, Final

from rich.text import Text

from airssys.cli._console import plural, show, show_json
from airssys.cli._machine import cores, engine_version
from airssys.cli._options import JsonFlag
from airssys.cli._probe import LIMIT_BYTES, compile_probe, running_probe
from airssys.cli._progress import Waiting
from airssys.engine import Call, Instance, LinkedComponent, instantiate, link
from airssys.host import Component, HostConfig
from airssys.units import KIB

#: Enough rounds for a median that a hiccup of the machine does not move.
ROUNDS: Final = 15
#: How long all rounds of one figure take together.
SECONDS: Final = 0.6
#: Pages of a linear memory: 64 KiB (core specification).
PAGE_BYTES: Final = 64 * KIB
TEXT: Final = "x" * (64 * KIB)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measurement: what was done, how often in a round, and the median time of doing it once."""

    name: str
    what: str
    times: int
    median_seconds: float


def bench(as_json: JsonFlag = False) -> int:
    """Measure what calls, texts, instances and memory cost on this machine. Takes a few seconds."""
    figures = asyncio.run(_measured())
    if as_json:
        show_json(_as_json(figures))
    else:
        show(_lines(figures))
    return 0


async def _measured() -> Sequence[Figure]:
    with Waiting() as waiting:
        waiting.begin("measuring", ROUNDS)
        async with running_probe(HostConfig()) as probe:
            fresh = _Fresh(link(await compile_probe(HostConfig().compiler())))
            return (
                await _measure("call", "call add(u32, u32) -> u32", lambda times: _add(probe, times)),
                await _measure("echo", "call echo(string) -> string with 64 KiB", lambda times: _echo(probe, times)),
                await _measure("instance", "make an instance and close it", fresh.instances),
                await _measure("growth", "call grow(1): one more page of memory", fresh.growths),
            )


async def _measure(name: str, what: str, work: Callable[[int], Awaitable[float]]) -> Figure:
    """The median time of one piece of work; `work(times)` does it so often and tells how long that took."""
    times = 1
    while (took := await work(times)) < SECONDS / ROUNDS / 2:
        times = max(2 * times, int(times * SECONDS / ROUNDS / max(took, 1e-6) / 2))
    seconds = [await work(times) / times for _ in range(ROUNDS)]
    return Figure(name=name, what=what, times=times, median_seconds=median(seconds))


async def _add(probe: Component, times: int) -> float:
    start = perf_counter()
    for _ in range(times):
        await probe.call("add", 20, 22)
    return perf_counter() - start


async def _echo(probe: Component, times: int) -> float:
    start = perf_counter()
    for _ in range(times):
        await probe.call("echo", TEXT)
    return perf_counter() - start


class _Fresh:
    """Work that needs instances of its own."""

    def __init__(self, linked: LinkedComponent) -> None:
        self._linked = linked

    async def instances(self, times: int) -> float:
        """Make an instance and close it."""
        start = perf_counter()
        for _ in range(times):
            (await instantiate(self._linked, max_memory_bytes=LIMIT_BYTES)).close()
        return perf_counter() - start

    async def growths(self, times: int) -> float:
        """Grow by one page, in as many instances as that takes; making them is not counted."""
        took = 0.0
        while times > 0:
            instance = await instantiate(self._linked, max_memory_bytes=LIMIT_BYTES)
            room = min(times, _room(instance))
            start = perf_counter()
            for _ in range(room):
                await _call(instance, "grow", 1)
            took += perf_counter() - start
            times -= room
            instance.close()
        return took


async def _call(instance: Instance, export: str, *args: int) -> Any:
    outcome = instance.begin(export, args)
    return await outcome.finish() if isinstance(outcome, Call) else outcome


def _room(instance: Instance) -> int:
    """How many pages it can still grow by."""
    usage = instance.limiter.usage
    return (usage.limit_bytes - usage.current_bytes) // PAGE_BYTES


# ---------------------------------------------------------------- telling


def _as_json(figures: Sequence[Figure]) -> dict[str, Any]:
    return {
        **_machine(),
        "figures": [
            {"name": figure.name, "what": figure.what, "median_seconds": figure.median_seconds, "rounds": ROUNDS}
            for figure in figures
        ],
    }


def _machine() -> dict[str, Any]:
    return {
        "airssys": version("airssys"),
        "engine": engine_version(),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": cores(),
    }


def _lines(figures: Sequence[Figure]) -> Iterator[Text]:
    machine = _machine()
    yield Text(
        f"airssys {machine['airssys']}, wasmtime {machine['engine']}, Python {machine['python']}, "
        f"{machine['machine']}, {plural(machine['cores'], 'core')}",
        style="dim",
    )
    width = max(len(figure.what) for figure in figures)
    for figure in figures:
        microseconds = f"{figure.median_seconds * 1e6:10.2f}"
        yield Text(f"{figure.what.ljust(width)}").append(microseconds, style="bold").append(" us")
