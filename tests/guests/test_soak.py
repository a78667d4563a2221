"""Everything at once, in no order that anybody thought of: no crash, no internal error, nothing lost, canaries whole.

What is done is drawn from a seed; when it happens is up to the machine. So a failure may take several runs to come
back, but it is always one: no order of calls, cancellations, deadlines, stops and changes of limits is forbidden.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

from airssys import Component, ComponentState, Host
from airssys.errors import AirssysError, HostError, InternalError
from tests.guests.hosting import PAGE, Guests, native_things, run
from tests.guests.interfaces import host_interface

SECONDS = 1.5
LIMIT = 8 * PAGE
Call = tuple[str, tuple[Any, ...]]
#: Calls that end by themselves, soon.
ENDING: dict[str, tuple[Call, ...]] = {
    "hostile": (
        ("trap", ()),
        ("exhaust", ()),
        ("recurse", (0,)),
        ("load", (2**31,)),
        ("count-calls", ()),
        ("spin-for", (3_000_000,)),
        ("take-exhaust", ("x" * 1000,)),
        ("then-trap", ()),
        ("huge", (10**6,)),
        ("bytes", (100_000,)),
        ("strings", (200, 50)),
        ("fill", (0xEE,)),
    ),
    "host-calls": (
        ("chatty", (2000,)),
        ("nap", (5,)),
        ("naps", (3, 1)),
        ("count-times", (20,)),
        ("take", (10_000,)),
        ("log-and-trap", ()),
        ("divide", (1, 0)),
        ("relay", ("hello",)),
        ("log-huge", (100_000,)),
    ),
}
#: Calls that only a deadline, a cancellation or a stop ends.
ENDLESS: dict[str, tuple[Call, ...]] = {
    "hostile": (("spin", ()), ("exhaust-and-spin", ()), ("take-spin", ("x",)), ("then-spin", ())),
    "host-calls": (("log-and-spin", ()),),
}


class Monkey:
    """Does one thing after another to components of its own until the time is up.

    Attributes:
        outcomes: how the calls ended, by type.
    """

    _numbers = itertools.count()

    def __init__(self, host: Host, projects: dict[str, Path], random: random.Random, end: float) -> None:
        self._host = host
        self._projects = projects
        self._random = random
        self._end = end
        self.outcomes: Counter[str] = Counter()

    async def play(self) -> None:
        while time.monotonic() < self._end:
            name = self._random.choice(list(self._projects))
            interfaces = [host_interface(count=self._count)] if name == "host-calls" else []
            toy = await self._host.start(self._projects[name], name=f"toy-{next(self._numbers)}", interfaces=interfaces)
            for _ in range(self._random.randrange(1, 8)):
                if toy.status.state is not ComponentState.STOPPED:
                    await self._play_with(toy, "hostile" if name == "fuelled" else name)
            await toy.stop(grace_seconds=0.005)

    async def _play_with(self, toy: Component, kind: str) -> None:
        calls = [asyncio.ensure_future(self._call(toy, kind)) for _ in range(self._random.randrange(1, 5))]
        for call in calls:
            if self._random.random() < 0.4:
                await asyncio.sleep(self._random.choice([0, 0, 0.001, 0.004]))
                call.cancel()
        if self._random.random() < 0.2:
            await self._change_limits(toy)
        if self._random.random() < 0.1:
            await toy.stop(grace_seconds=self._random.choice([0, 0.001, 0.02]))
        for outcome in await asyncio.gather(*calls, return_exceptions=True):
            self.outcomes[type(outcome).__name__] += 1
            assert not isinstance(outcome, InternalError | HostError), repr(outcome)

    async def _call(self, toy: Component, kind: str) -> Any:
        if self._random.random() < 0.2:
            export, arguments = self._random.choice(ENDLESS[kind])
            timeouts: tuple[float | None, ...] = (0.001, 0.003, 0.02)
        else:
            export, arguments = self._random.choice(ENDING[kind])
            timeouts = (None, 0, 0.001, 0.003, 0.01, 0.05)
        return await toy.call(export, *arguments, timeout=self._random.choice(timeouts))

    async def _change_limits(self, toy: Component) -> None:
        pages, priority = self._random.randrange(1, 12), self._random.choice(["low", "normal", "high"])
        try:
            await toy.set_limits(max_bytes=pages * PAGE, priority=priority)
        except AirssysError as error:
            self.outcomes[type(error).__name__] += 1

    async def _count(self) -> int:
        luck = self._random.random()
        if luck < 0.3:
            await asyncio.sleep(0)
        if luck < 0.1:
            raise LookupError("of the host")
        return 1


async def soak(guests: Guests, seed: int) -> Counter[str]:
    """A host with neighbours that hold their canaries and monkeys that play with everything else."""
    async with guests.host(stop_grace_seconds=0.01) as host:
        neighbours = [await guests.start(host, "hostile", name=f"neighbour-{n}", max_bytes=LIMIT) for n in range(3)]
        for byte, neighbour in enumerate(neighbours, 0xA0):
            await neighbour.call("grow", 7)
            await neighbour.call("fill", byte)
        projects = {
            "hostile": guests.project("hostile", max_bytes=LIMIT),
            "host-calls": guests.project("host-calls", max_bytes=LIMIT),
            "fuelled": guests.project("hostile", max_bytes=LIMIT, max_fuel=10_000_000),
        }
        end = time.monotonic() + SECONDS
        monkeys = [Monkey(host, projects, random.Random(f"{seed} {n}"), end) for n in range(6)]
        await asyncio.gather(*[monkey.play() for monkey in monkeys])
        for byte, neighbour in enumerate(neighbours, 0xA0):
            assert await neighbour.call("check", byte) == 0
            assert neighbour.status.restarts == 0
        assert sorted(host.components) == ["neighbour-0", "neighbour-1", "neighbour-2"]
        return sum([monkey.outcomes for monkey in monkeys], Counter())


async def test_one_loop_survives_everything_at_once(guests: Guests) -> None:
    outcomes = await soak(guests, 1)
    assert guests.memories() == 0
    assert outcomes.keys() >= {"int", "GuestTrapped", "OutOfMemory", "DeadlineExceeded", "CancelledError"}


def test_three_loops_in_three_threads_survive_everything_at_once(
    tmp_path: Path, cache_folder: Path, guests: Guests
) -> None:
    before = native_things()
    finished: list[int] = []

    def program(seed: int) -> None:
        folder = tmp_path / str(seed)
        folder.mkdir()
        run(soak(Guests(folder, cache_folder), seed))
        finished.append(seed)

    threads = [threading.Thread(target=program, args=[seed]) for seed in (2, 3, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(finished) == [2, 3, 4]
    assert native_things() == before
