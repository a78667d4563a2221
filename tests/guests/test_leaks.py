"""Guests that come and go leave nothing behind: no memory, no mapping, no store, no object, however they end.

How it is measured: the same cycles in several rounds. Whatever leaks grows in every round, so the round that grew
least tells; caches and the allocator's own steps fall into one round or another.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from airssys.engine import Call, Instance, LinkedComponent, instantiate, runtime
from airssys.errors import (
    AirssysError,
    ArgumentTypeError,
    ComponentStopped,
    DeadlineExceeded,
    ExportNotFound,
    GuestTrapped,
    OutOfMemory,
)
from tests.guests.hosting import PAGE, Guests, call, native_things, until
from tests.guests.interfaces import host_interface

LIMIT = 8 * PAGE
ROUNDS = 5
#: What the system hands out at once, so that less than this cannot be seen.
GRAIN_BYTES = 16 * 1024

Cycle = Callable[[], Awaitable[None]]


async def leaves_nothing(cycle: Cycle, *, rounds_of: int, bytes_each: float = 4) -> None:
    """Run the cycle `ROUNDS * rounds_of` times or more; at most `bytes_each` may stay of one of them."""
    await several(cycle, rounds_of // 4)  # what is made once is made now
    things, objects, maps = native_things(), engine_objects(), mapping_count()
    allowed = GRAIN_BYTES + bytes_each * rounds_of
    grew: list[int] = []
    while len(grew) < ROUNDS or (min(grew) > allowed and len(grew) < 2 * ROUNDS):
        before = resident_bytes()
        await several(cycle, rounds_of)
        gc.collect()
        grew.append(resident_bytes() - before)
    assert min(grew) <= allowed, f"bytes in each round of {rounds_of}: {grew}"
    assert native_things() == things
    async with asyncio.timeout(10):
        await until(lambda: engine_objects() <= objects)  # a worker may still be about to let go of the last one
    assert mapping_count() <= maps + 40  # a thread's stack and heap, not one for each cycle
    room = runtime().capacity.maps - things[1] * 64
    runtime().capacity.take(room)  # every reserved mapping was given back
    runtime().capacity.give_back(room)


async def several(cycle: Cycle, count: int) -> None:
    for _ in range(count):
        await cycle()


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * 4096


def mapping_count() -> int:
    return len(Path("/proc/self/maps").read_text("ascii").splitlines())


def engine_objects() -> int:
    """Instances and calls that Python still knows."""
    gc.collect()
    return sum(isinstance(thing, Instance | Call | LinkedComponent) for thing in gc.get_objects())


async def test_twenty_thousand_guests_that_grow_and_trap_or_close_leave_nothing_behind(guests: Guests) -> None:
    linked = await guests.linked("hostile")

    async def come_and_go() -> None:
        trapping = await instantiate(linked, max_memory_bytes=LIMIT)
        assert await call(trapping, "grow", 5) == 1
        with contextlib.suppress(GuestTrapped):
            await call(trapping, "trap")
        assert not trapping.alive
        closed = await instantiate(linked, max_memory_bytes=LIMIT)
        assert await call(closed, "grow", 7) == 1
        closed.close()

    await leaves_nothing(come_and_go, rounds_of=2_000)


async def test_guests_that_run_out_of_memory_leave_nothing_behind(guests: Guests) -> None:
    linked = await guests.linked("two-memories")

    async def run_out() -> None:
        instance = await instantiate(linked, max_memory_bytes=LIMIT)
        with contextlib.suppress(OutOfMemory):
            await call(instance, "exhaust")
        assert not instance.alive

    await leaves_nothing(run_out, rounds_of=500)


async def test_guests_that_are_cancelled_while_they_spin_leave_nothing_behind(guests: Guests) -> None:
    linked = await guests.linked("hostile")

    async def cancel() -> None:
        instances = [await instantiate(linked, max_memory_bytes=LIMIT) for _ in range(10)]
        tasks = [asyncio.create_task(call(instance, "spin")) for instance in instances]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert not any(instance.alive for instance in instances)

    await leaves_nothing(cancel, rounds_of=20, bytes_each=40)


async def test_guests_that_miss_their_deadline_leave_nothing_behind(guests: Guests) -> None:
    linked = await guests.linked("hostile")

    async def miss(instance: Instance) -> None:
        with contextlib.suppress(DeadlineExceeded):
            await call(instance, "spin", timeout_seconds=0.001)
        assert not instance.alive

    async def miss_together() -> None:
        await asyncio.gather(*[miss(await instantiate(linked, max_memory_bytes=LIMIT)) for _ in range(10)])

    await leaves_nothing(miss_together, rounds_of=20, bytes_each=40)


async def test_guests_that_are_cancelled_while_they_wait_for_the_host_leave_nothing_behind(guests: Guests) -> None:
    linked = await guests.linked("host-calls", interfaces=[host_interface()])

    async def cancel() -> None:
        instance = await instantiate(linked, max_memory_bytes=LIMIT)
        task = asyncio.create_task(call(instance, "nap", 100_000))
        await asyncio.sleep(0)
        assert instance.store.future  # suspended in the middle of its call
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        assert not instance.alive

    await leaves_nothing(cancel, rounds_of=500, bytes_each=16)


async def test_guests_whose_host_functions_fail_leave_nothing_behind(guests: Guests) -> None:
    linked = await guests.linked("host-calls", interfaces=[host_interface(divide=lambda a, b: a // b)])

    async def fail() -> None:
        instance = await instantiate(linked, max_memory_bytes=LIMIT)
        with contextlib.suppress(ZeroDivisionError):
            await call(instance, "divide", 1, 0)
        assert not instance.alive

    await leaves_nothing(fail, rounds_of=500)


@pytest.mark.parametrize(("guest", "limit"), [("start-traps", LIMIT), ("start-grows", LIMIT), ("huge-minimum", LIMIT)])
async def test_guests_that_cannot_start_leave_nothing_behind(guests: Guests, guest: str, limit: int) -> None:
    linked = await guests.linked(guest)

    async def fail_to_start() -> None:
        with contextlib.suppress(GuestTrapped, OutOfMemory):
            await instantiate(linked, max_memory_bytes=limit)

    await leaves_nothing(fail_to_start, rounds_of=500)


async def test_guests_that_are_cancelled_while_they_start_leave_nothing_behind(guests: Guests) -> None:
    linked = await guests.linked("start-spins")

    async def cancel() -> None:
        starts = [asyncio.ensure_future(instantiate(linked, max_memory_bytes=LIMIT)) for _ in range(10)]
        await asyncio.sleep(0)
        for start in starts:
            start.cancel()
        await asyncio.gather(*starts, return_exceptions=True)

    await leaves_nothing(cancel, rounds_of=20, bytes_each=40)


async def test_values_leave_nothing_behind_in_either_direction(guests: Guests) -> None:
    add = await guests.instance("add", max_bytes=64 * PAGE)
    text, data = "é" * 20_000, bytes(2_000)

    async def echo() -> None:
        assert await call(add, "echo-string", text) == text
        assert await call(add, "echo-bytes", data) == data

    await leaves_nothing(echo, rounds_of=300)


async def test_calls_that_are_refused_before_the_guest_runs_leave_nothing_behind(guests: Guests) -> None:
    hostile = await guests.instance("hostile")
    text = "x" * 100_000

    async def refuse() -> None:
        for export, arguments in (("take-trap", (text, text)), ("take-trap", (7,)), ("nothing-like-that", ())):
            with contextlib.suppress(ArgumentTypeError, ExportNotFound):
                await call(hostile, export, *arguments)

    await leaves_nothing(refuse, rounds_of=500)
    assert hostile.alive


async def test_guests_that_end_while_an_argument_is_placed_leave_nothing_behind(guests: Guests) -> None:
    linked = await guests.linked("hostile")
    text = "x" * 50_000

    async def end() -> None:
        for export in ("take-trap", "take-oob", "take-exhaust", "huge", "bad-utf8"):
            instance = await instantiate(linked, max_memory_bytes=LIMIT)
            arguments = {"huge": (10 * PAGE,), "bad-utf8": ()}.get(export, (text,))
            with contextlib.suppress(AirssysError):
                await call(instance, export, *arguments)
            assert not instance.alive

    await leaves_nothing(end, rounds_of=100, bytes_each=16)


async def test_starting_and_stopping_components_leaves_nothing_behind(guests: Guests) -> None:
    project = guests.project("host-calls")
    interface = host_interface()

    async def start_and_stop() -> None:
        async with guests.host() as host:
            component = await host.start(project, interfaces=[interface])
            await component.call("chatty", 3)

    await leaves_nothing(start_and_stop, rounds_of=150, bytes_each=40)


async def test_components_that_are_stopped_during_a_call_leave_nothing_behind(guests: Guests) -> None:
    async with guests.host() as host:
        project = guests.project("hostile")

        async def stop_during_a_call() -> None:
            component = await host.start(project)
            task = asyncio.create_task(component.call("spin"))
            await asyncio.sleep(0)
            await component.stop(grace_seconds=0)
            with contextlib.suppress(ComponentStopped):
                await task
            assert not host.components

        await leaves_nothing(stop_during_a_call, rounds_of=40, bytes_each=500)
