"""What busy guests leave to everybody else: the event loop's lateness, and how many cores they really use."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter, process_time
from typing import Final

from airssys.engine import TICK_SECONDS
from benchmarks import ours, peers
from benchmarks.effort import Effort
from benchmarks.figure import Figure, Target, compared
from benchmarks.lateness import lateness, percentile
from benchmarks.peers import BINDING
from benchmarks.rounds import Rounds, take_turns

_TICK_MS: Final = TICK_SECONDS * 1000
_SPINNERS: Final = 4
#: Turns of the spinner's loop in one call: about 0.2 s.
_TURNS: Final = 150_000_000
_LAG: Final = (
    "A timer every 2 ms on the event loop, while four components of the same host call an export that never returns: "
    "how late each beat is. A beat that comes late makes the next ones late, too, and all of them count. The peer is "
    "the same loop with no guest at all; asyncio's own timers are up to 1 ms late."
)
_CORES: Final = (
    "Two components of one host compute in one call of about 0.2 s each, at the same time: CPU time of the process by "
    "wall time. The peer is two threads that do the same with the binding, which knows no slices; it shows what the "
    "machine had to give while this ran."
)


async def fairness(effort: Effort) -> Sequence[Figure]:
    """Lateness and cores."""
    idle = await lateness(effort.seconds / 2)
    busy = await _busy_lateness(effort.seconds)
    ours_cores, their_cores, rounds = await _cores(effort)
    two_ticks = Target(text=f"at most {2 * _TICK_MS:g} ms", bound=2 * _TICK_MS, of="ours")
    return [
        _lag("median", 50, busy, idle, None),
        _lag("99th percentile", 99, busy, idle, two_ticks),
        _lag("worst", 100, busy, idle, None),
        Figure(
            name="cores used by two spinners",
            how=_CORES,
            unit="cores",
            ours=ours_cores,
            peer=f"{BINDING}, two threads",
            theirs=their_cores,
            ratio=ours_cores / their_cores,
            target=Target(text="at least 1.8", bound=1.8, of="ours", at_least=True),
        ),
        compared("time that two spinners take", _CORES, rounds, "ours", BINDING, unit="ms"),
    ]


def _lag(name: str, percent: int, busy: list[float], idle: list[float], target: Target | None) -> Figure:
    mine, theirs = percentile(busy, percent), percentile(idle, percent)
    return Figure(
        name=f"event-loop lag, {name}",
        how=_LAG,
        unit="ms",
        ours=mine * 1e3,
        peer="no guests",
        theirs=theirs * 1e3,
        ratio=mine / theirs,
        target=target,
    )


async def _busy_lateness(seconds: float) -> list[float]:
    async with ours.host() as host:
        manifest = ours.manifest("hostile")
        guests = [await host.start(manifest, name=f"spinner-{number}") for number in range(_SPINNERS)]
        spinning = [asyncio.create_task(guest.call("spin")) for guest in guests]
        await asyncio.sleep(0.2)  # everybody is at work by then
        late = await lateness(seconds)
        for task in spinning:
            task.cancel()
        await asyncio.gather(*spinning, return_exceptions=True)
        return late


async def _cores(effort: Effort) -> tuple[float, float, Rounds]:
    """Cores of ours, cores of the two threads, and the times of both."""
    used: dict[str, list[float]] = {"ours": [], BINDING: []}
    binding = peers.Binding("hostile")
    functions = [binding.function("spin-for") for _ in range(2)]
    with ThreadPoolExecutor(2) as threads:
        async with ours.host() as host:
            manifest = ours.manifest("hostile")
            guests = [await host.start(manifest, name=f"spinner-{number}") for number in range(2)]

            async def side_ours(_times: int) -> float:
                started, cpu = perf_counter(), process_time()
                await asyncio.gather(*[guest.call("spin-for", _TURNS) for guest in guests])
                return _note(used["ours"], started, cpu)

            async def side_threads(_times: int) -> float:
                loop = asyncio.get_running_loop()
                started, cpu = perf_counter(), process_time()
                await asyncio.gather(
                    *[loop.run_in_executor(threads, function, store, _TURNS) for function, store in functions]
                )
                return _note(used[BINDING], started, cpu)

            rounds = await take_turns({"ours": side_ours, BINDING: side_threads}, effort, times={"ours": 1, BINDING: 1})
    return statistics.median(used["ours"]), statistics.median(used[BINDING]), rounds


def _note(cores: list[float], started: float, cpu: float) -> float:
    wall = perf_counter() - started
    cores.append((process_time() - cpu) / wall)
    return wall
