"""Promise: CPU time is charged to the guest that used it, and shared by priority."""

from __future__ import annotations

import asyncio
import contextlib
import time
from pathlib import Path

import pytest

from airssys.errors import DeadlineExceeded, GuestTrapped
from tests.guests.apart import run_apart
from tests.guests.hosting import Guests
from tests.guests.interfaces import host_interface

#: How much a slice on the event loop's thread, which is measured by wall clock, may be off on a busy machine.
SLICE = 0.05
#: Turns of `spin-for` that take a machine of today some tenths of a second.
LONG = 200_000_000

#: Works while it is instantiated.
START_WORKS = """(component
  (core module $worker
    (func $start (local $turns i64)
      (local.set $turns (i64.const 100000000))
      (loop $again
        (local.set $turns (i64.sub (local.get $turns) (i64.const 1)))
        (br_if $again (i64.ne (local.get $turns) (i64.const 0)))))
    (start $start)
    (func $ready (export "ready") (result i32) (i32.const 1)))
  (core instance $main (instantiate $worker))
  (func (export "ready") (result bool) (canon lift (core func $main "ready"))))
"""


def burn(seconds: float) -> None:
    """Use CPU time of this thread."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


async def test_what_is_charged_is_what_the_process_used(guests: Guests):
    async with guests.host() as host:
        component = await guests.start(host, "hostile")
        await component.call("spin-for", 1)
        before = time.process_time()
        await component.call("spin-for", LONG)
        used = time.process_time() - before
    charged = component.cpu.last_call_seconds
    assert used > 0.02, "the call is too short to be measured"
    assert 0.75 * used < charged < 1.2 * used + SLICE


async def test_twice_the_work_is_twice_the_time(guests: Guests):
    async with guests.host() as host:
        component = await guests.start(host, "hostile")
        seconds = []
        for turns in (LONG, 2 * LONG):
            await component.call("spin-for", turns)
            seconds.append(component.cpu.last_call_seconds)
    assert seconds[1] / seconds[0] == pytest.approx(2, rel=0.3)


async def test_the_total_is_the_sum_of_all_calls_also_of_failed_ones(guests: Guests):
    async with guests.host() as host:
        component = await guests.start(host, "hostile")
        total = component.cpu.total_seconds
        for export in ("pages", "trap", "count-calls", "spin", "count-calls"):
            with contextlib.suppress(GuestTrapped, DeadlineExceeded):
                await component.call(export, timeout=0.1 if export == "spin" else None)
            total += component.cpu.last_call_seconds
        assert component.cpu.calls == 5
        assert total > 0.01
        assert total <= component.cpu.total_seconds < total + 2 * SLICE  # and two instantiations
        assert component.status.restarts == 2


async def test_a_call_that_a_deadline_ended_is_charged_in_full(guests: Guests):
    async with guests.host() as host:
        component = await guests.start(host, "hostile")
        before = time.process_time()
        with pytest.raises(DeadlineExceeded):
            await component.call("spin", timeout=0.4)
        used = time.process_time() - before
    assert 0.6 * used < component.cpu.last_call_seconds < 1.2 * used + SLICE


async def test_starting_is_charged_but_is_no_call(guests: Guests):
    async with guests.host() as host:
        before = time.process_time()
        component = await guests.start(host, "worker", text=START_WORKS)
        used = time.process_time() - before
    assert 0.01 < component.cpu.total_seconds < used + SLICE
    assert (component.cpu.calls, component.cpu.last_call_seconds) == (0, 0)


async def test_a_neighbours_work_is_not_charged(guests: Guests):
    async with guests.host() as host:
        busy = await guests.start(host, "hostile", name="busy")
        idle = await guests.start(host, "hostile", name="idle")
        work = asyncio.create_task(busy.call("spin-for", LONG))
        for _ in range(50):
            await idle.call("count-calls")
            await asyncio.sleep(0.001)
        await work
        assert idle.cpu.total_seconds < 0.25 * busy.cpu.total_seconds
        assert (idle.cpu.calls, busy.cpu.calls) == (50, 1)


# ---------------------------------------------------------------- host functions


async def test_sleeping_in_a_host_function_is_not_charged(guests: Guests):
    async with guests.host() as host:
        component = await guests.start(host, "host-calls", interfaces=[host_interface()])
        await component.call("nap", 500)
        assert component.cpu.last_call_seconds < 0.25


@pytest.mark.parametrize("times", [1, 4])
async def test_work_of_a_host_function_is_not_charged(guests: Guests, times: int):
    """The first call meets the guest in its first slice, the others meet it on a worker."""
    async with guests.host() as host:
        interface = host_interface(log=lambda _message: burn(0.4 / times))
        component = await guests.start(host, "host-calls", interfaces=[interface])
        await component.call("chatty", times)
        assert component.cpu.last_call_seconds < 0.4 / times / 2


async def test_work_of_a_coroutine_is_not_charged(guests: Guests):
    async def work(_milliseconds: int) -> None:
        burn(0.3)
        await asyncio.sleep(0)
        burn(0.3)

    async with guests.host() as host:
        component = await guests.start(host, "host-calls", interfaces=[host_interface(sleep=work)])
        await component.call("nap", 1)
        assert component.cpu.last_call_seconds < 0.15


# ---------------------------------------------------------------- shares


def test_priorities_share_one_core_by_their_weights(cache_folder: Path):
    """Four to two to one, while all want the only core there is; a priority may change between calls."""
    said = run_apart(
        """
        import os
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        both = await linked("hostile")

        async def spin(at_first, then):
            instance = await instantiate(both, max_memory_bytes=1 << 20, cpu=CpuConfig(priority=at_first))
            instance.set_cpu(CpuConfig(priority=then))
            try:
                await call(instance, "spin", timeout_seconds=2)
            except DeadlineExceeded:
                return instance.cpu.total_seconds

        pairs = [("high", "high"), ("normal", "normal"), ("low", "low"), ("low", "high")]
        print(*await asyncio.gather(*[spin(*pair) for pair in pairs]))
        """,
        cache_folder,
    )
    high, normal, low, raised = map(float, said.split())
    assert high / low == pytest.approx(4, rel=0.25)
    assert normal / low == pytest.approx(2, rel=0.25)
    assert raised / high == pytest.approx(1, rel=0.25)


async def test_limits_that_were_changed_live_are_shown(guests: Guests):
    async with guests.host() as host:
        component = await guests.start(host, "hostile", priority="low")
        limits = await component.set_limits(priority="high")
        assert (limits.cpu.priority.value, component.status.limits) == ("high", limits)
