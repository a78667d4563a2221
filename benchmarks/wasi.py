"""What WASI costs: a command from start to end, the clock, random numbers, and guests that sleep."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from threading import Event, Thread
from time import perf_counter
from typing import Any, Final

from airssys import Component, Host
from benchmarks import ours, peers
from benchmarks.effort import Effort
from benchmarks.figure import Figure, Target, compared
from benchmarks.footprint import growth_kib, threads
from benchmarks.peers import WASI
from benchmarks.rounds import take_turns

_HELLO: Final = "wasi-hello"
_CLOCKS: Final = "wasi-clocks"
#: Within the deadline of a call; nobody waits for its end.
_LONG_NS: Final = 250 * 10**9
#: Calls of the clock that outlive a guest's first slice: when as many guests as there are cores make them at once, the
#: host has all the threads that it ever has.
_BUSY: Final = 2000
#: How often each does its thing in one turn: some 40 ms of ours. What is fitted to a turn by its first, slow call would
#: stay within a guest's first slice.
_CALLS_A_TURN: Final = {"ours": 4000, WASI: 200_000}
_COMMANDS_A_TURN: Final = {"ours": 50, WASI: 500}
_COMMAND: Final = (
    "A command that prints one line, compiled and linked before. Ours: `Component.run()` in a host that keeps its "
    "audit log in a file: a new instance, the line in the component's log, the end of the instance, and a record of "
    "either. wasmtime's: `WasiConfig` and `Store`, `Linker.instantiate`, the call of `run`, and `Store.close`; the "
    "line goes to `/dev/null`, and nothing is limited."
)
_CALLS: Final = (
    "One call of a guest that calls `now` of the monotonic clock, or `get-random-u64`, four thousand times, or 200,000 "
    "times in wasmtime's WASI; the time is divided by their number. The guest outlives its first slice and goes to a "
    "worker, so nearly all of them are the host calls of a busy guest. wasmtime's WASI answers in machine code, on the "
    "thread that called the guest."
)
_SLEEP: Final = (
    "How much the process grows while components are started in one host, 1,000 of them in a full run, and sleep, all "
    "at once: `subscribe-duration` and `pollable.block`. Resident memory plus page tables, divided by their number: "
    "all that a component of a host takes, and what its sleep adds, which is shown alone as well. The guest has one "
    "page of memory and touches none of it. Threads are those of the whole process: how many more there are when all "
    "of them sleep than before the first one did. wasmtime's WASI waits where it was called, so each of its guests "
    "needs a thread; it has half as many guests."
)


async def wasi(effort: Effort) -> Sequence[Figure]:
    """Those that sleep come first: in memory that others have freed they would look smaller."""
    with tempfile.TemporaryDirectory() as state:
        async with ours.host(Path(state)) as host:
            asleep = await _sleeping(host, effort)
        async with ours.host(Path(state)) as host:
            return [await _command(host, effort), *await _calls(host, effort), *asleep]


async def _command(host: Host, effort: Effort) -> Figure:
    component, native = await host.start(ours.manifest(_HELLO)), peers.Wasi(_HELLO).command()

    async def run(times: int) -> float:
        started = perf_counter()
        for _ in range(times):
            if await component.run():
                raise RuntimeError("the command failed")
        return perf_counter() - started

    async def run_native(times: int) -> float:
        started = perf_counter()
        for _ in range(times):
            native()
        return perf_counter() - started

    rounds = await take_turns({"ours": run, WASI: run_native}, effort, times=_COMMANDS_A_TURN)
    target = Target(text="at most 3", bound=3)
    return compared("command that prints a line", _COMMAND, rounds, "ours", WASI, target=target)


async def _calls(host: Host, effort: Effort) -> Sequence[Figure]:
    component, native = await host.start(ours.manifest(_CLOCKS)), peers.Wasi(_CLOCKS)
    target = Target(text="at most 15 us", bound=15, of="ours")
    figures = []
    for name, export in (("clock now", "now"), ("random u64", "random")):
        sides = {"ours": ours.repeated(component, export), WASI: peers.repeated(native, export)}
        rounds = await take_turns(sides, effort, times=_CALLS_A_TURN)
        figures.append(compared(name, _CALLS, rounds, "ours", WASI, target=target))
    return figures


# ---------------------------------------------------------------- guests that sleep


async def _sleeping(host: Host, effort: Effort) -> Sequence[Figure]:
    count = effort.instances // 2
    components: list[Component] = []
    asleep: list[asyncio.Task[Any]] = []

    async def start() -> None:
        components.append(await host.start(ours.manifest(_CLOCKS), name=f"sleeper-{len(components)}"))

    async def sleep() -> None:
        asleep.append(asyncio.create_task(components[len(asleep)].call("sleep", _LONG_NS)))
        await asyncio.sleep(0)

    there = await growth_kib(start, count)
    await asyncio.gather(*[each.call("now", _BUSY) for each in components[: 2 * (os.cpu_count() or 1)]])
    before = threads()
    alone = await growth_kib(sleep, count)
    more = (threads() - before) / count
    if any(task.done() for task in asleep):
        raise RuntimeError("not all of them sleep")
    native_kib, native_more = await _sleeping_natively(count // 2, effort.seconds)
    for task in asleep:
        task.cancel()
    await asyncio.gather(*asleep, return_exceptions=True)
    small, none = Target(text="at most 40 KiB", bound=40, of="ours"), Target(text="none", bound=0, of="ours")
    return [
        _against("guest asleep", "KiB", there + alone, native_kib, small),
        Figure(name="guest asleep, its sleep alone", how=_SLEEP, unit="KiB", ours=alone),
        _against("guest asleep, its threads", "threads", more, native_more, none),
    ]


def _against(name: str, unit: str, own: float, theirs: float, target: Target) -> Figure:
    return Figure(
        name=name, how=_SLEEP, unit=unit, ours=own, peer=WASI, theirs=theirs, ratio=own / theirs, target=target
    )


async def _sleeping_natively(count: int, seconds: float) -> tuple[float, float]:
    """KiB and threads of one guest; all of them wake up after so many seconds."""
    native = peers.Wasi(_CLOCKS)
    asleep: list[Thread] = []

    async def sleep() -> None:
        function, store = native.function("sleep")
        begun = Event()

        def run() -> None:
            begun.set()
            function(store, round(seconds * 1e9))

        asleep.append(Thread(target=run))
        asleep[-1].start()
        begun.wait()

    before = threads()
    kib = await growth_kib(sleep, count)
    more = (threads() - before) / count
    if not all(thread.is_alive() for thread in asleep):
        raise RuntimeError("not all of them sleep")
    for thread in asleep:
        thread.join()
    return kib, more
