"""Whatever one guest does, its neighbours keep every byte, every result and their share of the CPU."""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest

from airssys import Component, Host, HostInterface
from airssys.engine import Instance, runtime
from airssys.engine._scheduler import Scheduler
from airssys.errors import DeadlineExceeded, FuelExhausted, GuestError, GuestTrapped, OutOfMemory
from tests.guests import wat
from tests.guests.hosting import PAGE, Guests, call

NEIGHBOURS = 6
#: Bytes of each neighbour's memory that are canary: all but the first 4096.
CANARY_BYTES = 5 * PAGE - 4096


class Neighbourhood:
    """Guests of the same component as the villain, each with all its memory full of a byte of its own."""

    def __init__(self, neighbours: list[Component]) -> None:
        self._neighbours = neighbours
        self._calls = itertools.count(1)

    @classmethod
    async def moves_in(cls, guests: Guests, host: Host) -> Neighbourhood:
        neighbours = [
            await guests.start(host, "hostile", name=f"neighbour-{n}", max_bytes=5 * PAGE) for n in range(NEIGHBOURS)
        ]
        for byte, neighbour in enumerate(neighbours, 0xA0):
            assert await neighbour.call("grow", 4) == 1
            assert await neighbour.call("fill", byte) == CANARY_BYTES
        return cls(neighbours)

    async def work(self) -> None:
        """All of them compute something at once, longer than a slice, and get it right."""
        turns = [1_000_000 + n for n in range(NEIGHBOURS)]
        got = await asyncio.gather(
            *[guest.call("spin-for", n) for guest, n in zip(self._neighbours, turns, strict=True)]
        )
        assert got == [SPUN[n] for n in turns]

    async def is_unharmed(self) -> None:
        """Every byte, every counter, every limit is as it was."""
        calls = next(self._calls)
        for byte, neighbour in enumerate(self._neighbours, 0xA0):
            assert await neighbour.call("check", byte) == 0
            assert await neighbour.call("sum") == byte * CANARY_BYTES
            assert await neighbour.call("count-calls") == calls  # the same instance, and its globals
            assert neighbour.memory.current_bytes == neighbour.memory.limit_bytes == 5 * PAGE
            assert neighbour.memory.refused == 0
            assert (neighbour.status.restarts, neighbour.status.last_failure) == (0, None)


def spun(turns: int) -> int:
    """What `spin-for` returns, by its definition in the README of the guests."""
    factor, addend = 1, 0
    square, step = 6364136223846793005, 1442695040888963407
    while turns:
        if turns & 1:
            factor, addend = factor * square % 2**64, (addend * square + step) % 2**64
        square, step = square * square % 2**64, (square + 1) * step % 2**64
        turns >>= 1
    return (factor + addend) % 2**64


SPUN = {turns: spun(turns) for turns in range(1_000_000, 1_000_000 + NEIGHBOURS)}


async def cancelled(call: Awaitable[Any]) -> None:
    """Cancel the call while its guest runs."""
    task = asyncio.ensure_future(call)
    await asyncio.sleep(0.02)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


#: How a guest misbehaves, and the error that its own caller gets; None for a cancelled caller.
VILLAINIES: dict[str, tuple[Callable[[Component], Awaitable[Any]], type[GuestError] | None]] = {
    "traps": (lambda it: it.call("trap"), GuestTrapped),
    "runs-out-of-memory": (lambda it: it.call("exhaust"), OutOfMemory),
    "runs-out-of-memory-in-its-allocator": (lambda it: it.call("take-exhaust", "x" * 100), OutOfMemory),
    "misses-its-deadline": (lambda it: it.call("spin", timeout=0.05), DeadlineExceeded),
    "misses-its-deadline-after-a-refusal": (lambda it: it.call("exhaust-and-spin", timeout=0.05), DeadlineExceeded),
    "misses-its-deadline-in-post-return": (lambda it: it.call("then-spin", timeout=0.05), DeadlineExceeded),
    "is-cancelled": (lambda it: cancelled(it.call("spin")), None),
    "recurses-without-end": (lambda it: it.call("recurse", 0), GuestTrapped),
    "reads-past-its-end": (lambda it: it.call("load", 5 * PAGE), GuestTrapped),
    "reads-far-past-its-end": (lambda it: it.call("load", 2**32 - 4), GuestTrapped),
    "writes-past-its-end": (lambda it: it.call("store", 5 * PAGE - 3, 0xFFFFFFFF), GuestTrapped),
    "fills-past-its-end": (lambda it: it.call("fill-memory", 4096, 2**32 - 4097), GuestTrapped),
    "copies-past-its-end": (lambda it: it.call("copy-memory", 2**31, 0, 65_536), GuestTrapped),
    "returns-what-lies-outside": (lambda it: it.call("huge", 6 * PAGE), GuestTrapped),
    "returns-what-wraps-around": (lambda it: it.call("wrapping"), GuestTrapped),
    "allocates-outside": (lambda it: it.call("take-oob", "\xff" * 70_000), GuestTrapped),
}


@pytest.mark.parametrize("villainy", VILLAINIES)
async def test_neighbours_keep_every_byte_and_every_result_when_one_guest(guests: Guests, villainy: str) -> None:
    act, expected = VILLAINIES[villainy]
    async with guests.host() as host:
        neighbourhood = await Neighbourhood.moves_in(guests, host)
        villain = await guests.start(host, "hostile", name="villain", max_bytes=5 * PAGE)
        assert await villain.call("fill", 0xEE) == PAGE - 4096
        await neighbourhood.is_unharmed()
        outcomes = await asyncio.gather(act(villain), neighbourhood.work(), return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [expected or type(None), type(None)]
        assert isinstance(villain.status.last_failure, expected or asyncio.CancelledError)
        await neighbourhood.is_unharmed()
        assert await villain.call("pages") == 1
        await neighbourhood.is_unharmed()


async def test_neighbours_keep_every_byte_when_one_guest_is_stopped_during_a_call(guests: Guests) -> None:
    async with guests.host() as host:
        neighbourhood = await Neighbourhood.moves_in(guests, host)
        villain = await guests.start(host, "hostile", name="villain")
        spinning = asyncio.create_task(villain.call("spin"))
        await asyncio.sleep(0.02)
        await asyncio.gather(villain.stop(grace_seconds=0), neighbourhood.work())
        await asyncio.gather(spinning, return_exceptions=True)
        await neighbourhood.is_unharmed()


async def test_neighbours_keep_every_byte_when_all_villains_strike_at_once(guests: Guests) -> None:
    async with guests.host() as host:
        neighbourhood = await Neighbourhood.moves_in(guests, host)
        villains = [await guests.start(host, "hostile", name=f"villain-{v}", max_bytes=5 * PAGE) for v in VILLAINIES]
        acts = [act(villain) for villain, (act, _) in zip(villains, VILLAINIES.values(), strict=True)]
        outcomes = await asyncio.gather(*acts, neighbourhood.work(), return_exceptions=True)
        expected = [error or type(None) for _, error in VILLAINIES.values()]
        assert [type(outcome) for outcome in outcomes] == [*expected, type(None)]
        await neighbourhood.is_unharmed()


async def test_memory_of_a_dead_guest_comes_back_as_zeros_to_the_next(guests: Guests) -> None:
    for _ in range(20):
        secretive = await guests.instance("hostile", max_bytes=5 * PAGE)
        await call(secretive, "grow", 4)
        await call(secretive, "fill", 0x5E)
        secretive.close()
        curious = await guests.instance("hostile", max_bytes=5 * PAGE)
        await call(curious, "grow", 4)
        assert await call(curious, "check", 0) == 0
        curious.close()


async def test_instances_of_one_component_share_nothing_but_code(guests: Guests) -> None:
    async with guests.host() as host:
        project = guests.project("hostile", max_bytes=4 * PAGE)
        first, second = [await host.start(project, name=name) for name in ("first", "second")]
        assert first.digest == second.digest
        assert [await first.call("count-calls") for _ in range(5)] == [1, 2, 3, 4, 5]
        await first.call("grow", 3)
        await first.call("fill", 0x77)
        assert await second.call("count-calls") == 1
        assert await second.call("pages") == 1
        assert await second.call("check", 0) == 0
        assert await second.call("grow", 3) == 1  # the whole budget is its own


async def test_guests_with_a_fuel_budget_and_without_live_side_by_side(guests: Guests) -> None:
    async with guests.host() as host:
        plain = await guests.start(host, "hostile", name="plain", max_bytes=4 * PAGE)
        fuelled = await guests.start(host, "hostile", name="fuelled", max_bytes=4 * PAGE, max_fuel=100_000)
        await plain.call("fill", 0x11)
        for _ in range(3):
            outcomes = await asyncio.gather(
                plain.call("spin-for", 1_000_000), fuelled.call("spin-for", 1_000_000), return_exceptions=True
            )
            assert outcomes[0] == SPUN[1_000_000]
            assert isinstance(outcomes[1], FuelExhausted)
            assert await fuelled.call("spin-for", 1000) == spun(1000)
        assert await plain.call("check", 0x11) == 0
        assert plain.status.restarts == 0


async def test_every_caller_gets_the_result_of_its_own_guest(guests: Guests) -> None:
    async with guests.host() as host:
        project = guests.project("add", max_bytes=8 * PAGE)
        started = [await host.start(project, name=f"add-{n}") for n in range(30)]

        async def converse(n: int) -> None:
            for turn in range(10):
                text = f"guest {n}, turn {turn} " * (n * turn + 1)
                assert await started[n].call("echo-string", text) == text
                assert await started[n].call("add", n, turn) == n + turn

        await asyncio.gather(*[converse(n) for n in range(30)])


async def test_a_guest_that_waits_for_the_host_holds_up_nobody(guests: Guests) -> None:
    released = asyncio.Event()
    interface = HostInterface("interface airssys:test/host@1.0.0 { count: func() -> u64; }")

    @interface.function("count")
    async def count() -> int:
        await released.wait()
        return 7

    async with guests.host() as host:
        neighbourhood = await Neighbourhood.moves_in(guests, host)
        starting = asyncio.create_task(guests.start(host, "start-calls-host", interfaces=[interface]))
        await neighbourhood.work()
        await neighbourhood.is_unharmed()
        assert not starting.done()
        released.set()
        assert await (await starting).call("counted") == 7


async def test_hosts_in_one_process_do_not_see_each_other(guests: Guests) -> None:
    async with guests.host() as one, guests.host() as other:
        left = await guests.start(one, "hostile", max_bytes=4 * PAGE)
        right = await guests.start(other, "hostile", max_bytes=8 * PAGE)
        assert one.components["hostile"] is left
        assert other.components["hostile"] is right
        await left.call("count-calls")
        with pytest.raises(OutOfMemory):
            await left.call("exhaust")
        assert await right.call("exhaust-quietly") == 7
        assert await right.call("count-calls") == 1
        await one.components["hostile"].stop()
        assert await right.call("count-calls") == 2


# ---------------------------------------------------------------- the CPU


_versions = itertools.count(1)


def never_seen(name: str) -> str:
    """The guest as one that this process has no experience with: it does not know which of its exports are slow."""
    return f"{wat.text(name)};; version {next(_versions)}\n"


@contextmanager
def workers(width: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """So many worker threads for busy guests, whatever this machine has."""
    scheduler = Scheduler(width)
    with monkeypatch.context() as patched:
        patched.setattr(runtime(), "scheduler", scheduler)
        yield
    scheduler.stop()
    assert scheduler.join(5.0)


@asynccontextmanager
async def spinning(instances: list[Instance], seconds: float | None = None) -> AsyncIterator[None]:
    """All of them spin meanwhile, and for at least so long; ends them."""
    tasks = [asyncio.create_task(call(instance, "spin", timeout_seconds=120)) for instance in instances]
    try:
        yield
        if seconds is not None:
            await asyncio.sleep(seconds)
        assert not any(task.done() for task in tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_equals_get_equal_shares_of_the_cpu(guests: Guests, monkeypatch: pytest.MonkeyPatch) -> None:
    with workers(2, monkeypatch):
        instances = [await guests.instance("hostile") for _ in range(8)]
        async with spinning(instances, seconds=0.6):
            pass
    used = [instance.cpu.total_seconds for instance in instances]
    assert min(used) > 0.02
    assert max(used) < 1.5 * min(used)


async def test_a_guest_of_high_priority_gets_four_times_as_much_as_one_of_low(
    guests: Guests, monkeypatch: pytest.MonkeyPatch
) -> None:
    with workers(1, monkeypatch):
        low = await guests.instance("hostile", priority="low")
        normal = await guests.instance("hostile", priority="normal")
        high = await guests.instance("hostile", priority="high")
        async with spinning([low, normal, high], seconds=1.0):
            pass
    used = [instance.cpu.total_seconds for instance in (low, normal, high)]
    assert sum(used) > 0.3
    assert used[1] / used[0] == pytest.approx(2, rel=0.25)
    assert used[2] / used[0] == pytest.approx(4, rel=0.25)


async def test_a_guest_that_rested_does_not_get_more_than_its_share_afterwards(
    guests: Guests, monkeypatch: pytest.MonkeyPatch
) -> None:
    with workers(1, monkeypatch):
        rested, busy = [await guests.instance("hostile") for _ in range(2)]
        await call(busy, "spin-for", 150_000_000, timeout_seconds=60)
        had_before = busy.cpu.total_seconds
        async with spinning([rested, busy], seconds=1.5 * had_before):
            pass
    assert had_before > 0.05
    assert rested.cpu.total_seconds < 1.5 * (busy.cpu.total_seconds - had_before)


async def test_a_hundred_spinners_do_not_starve_a_small_guest(guests: Guests) -> None:
    spinners = [await guests.instance("hostile") for _ in range(100)]
    small = await guests.instance("add")
    async with spinning(spinners):
        await asyncio.sleep(0.05)
        took = []
        for n in range(50):
            started = time.perf_counter()
            assert await call(small, "add", n, 1) == n + 1
            took.append(time.perf_counter() - started)
            await asyncio.sleep(0)
    assert statistics.median(took) < 0.005


async def test_a_hundred_spinners_do_not_starve_a_guest_that_needs_several_slices(guests: Guests) -> None:
    spinners = [await guests.instance("hostile") for _ in range(100)]
    worker = await guests.instance("hostile")
    async with spinning(spinners):
        assert await call(worker, "spin-for", 1_000_000, timeout_seconds=20) == SPUN[1_000_000]


async def test_the_event_loop_turns_while_thirty_guests_spin(guests: Guests) -> None:
    instances = [await guests.instance("hostile") for _ in range(30)]
    async with spinning(instances):
        lags = []
        for _ in range(100):
            started = time.perf_counter()
            await asyncio.sleep(0.001)
            lags.append(time.perf_counter() - started - 0.001)
    assert statistics.median(lags) < 0.01  # a tick each would be sixty milliseconds


async def test_a_hundred_guests_that_spin_while_starting_do_not_cost_the_loop_a_tick_each(guests: Guests) -> None:
    text = never_seen("start-spins")
    await guests.compiled("start-spins", text=text)
    starts = [asyncio.create_task(guests.instance("start-spins", text=text, timeout_seconds=60)) for _ in range(100)]
    try:
        pause = await longest_pause(0.3)
        assert len(runtime().stores) == 100
        assert not any(start.done() for start in starts)
    finally:
        for start in starts:
            start.cancel()
        await asyncio.gather(*starts, return_exceptions=True)
    assert pause < 0.1


async def longest_pause(seconds: float) -> float:
    """The longest time between two turns of the loop while so many seconds pass."""
    longest, last = 0.0, time.perf_counter()
    end = last + seconds
    while last < end:
        await asyncio.sleep(0)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    return longest


async def test_an_end_of_one_guest_s_call_does_not_end_another_s(guests: Guests) -> None:
    instances = [await guests.instance("hostile") for _ in range(10)]
    tasks = [asyncio.create_task(call(one, "spin-for", 20_000_000, timeout_seconds=60)) for one in instances]
    await asyncio.sleep(0.02)
    for task in tasks[::2]:
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes[::2])
    assert [*outcomes[1::2]] == [spun(20_000_000)] * 5
    assert [instance.alive for instance in instances] == [False, True] * 5
