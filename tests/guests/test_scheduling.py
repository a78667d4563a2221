"""Promise: busy guests starve neither the event loop nor each other, and short calls never leave the loop's thread."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from airssys import Component
from airssys.engine import TICK_SECONDS, Call, Instance, runtime
from airssys.errors import DeadlineExceeded
from tests.guests import wat
from tests.guests.hosting import Guests, call, until
from tests.guests.interfaces import host_interface

#: Turns of `spin-for` that take several ticks, and some that take a small part of one.
MANY_TURNS, FEW_TURNS = 20_000_000, 1000


def unheard_of(test: str) -> str:
    """The `hostile` guest as this process has never seen it: nothing is known about the pace of its exports."""
    return f"{wat.text('hostile')};; {test}\n"


async def starts_inline(instance: Instance, export: str, *args: Any) -> bool:
    """Whether short calls of an export are done in their first slice. A tick may end any slice, so a few are tried."""
    for _ in range(20):
        await asyncio.sleep(0)
        outcome = instance.begin(export, args)
        if not isinstance(outcome, Call):
            return True
        await outcome.finish()
    return False


async def exceed(component: Component, seconds: float) -> None:
    with pytest.raises(DeadlineExceeded):
        await component.call("spin", timeout=seconds)


# ---------------------------------------------------------------- the first slice


async def test_a_short_call_is_done_at_once(guests: Guests):
    instance = await guests.instance("hostile", text=unheard_of("short"))
    assert await starts_inline(instance, "spin-for", FEW_TURNS)


async def test_a_long_call_gives_the_loop_back_after_a_tick(guests: Guests):
    instance = await guests.instance("hostile", text=unheard_of("long"))
    await call(instance, "count-calls")
    await asyncio.sleep(0)
    before = time.thread_time()
    outcome = instance.begin("spin-for", (MANY_TURNS,))
    held = time.thread_time() - before
    assert isinstance(outcome, Call)
    assert held < 5 * TICK_SECONDS
    before = time.thread_time()
    await outcome.finish()
    assert time.thread_time() - before < 5 * TICK_SECONDS  # the rest of its slices are not on this thread
    assert instance.cpu.last_call_seconds > 5 * TICK_SECONDS


async def test_a_hundred_spinners_that_start_together_share_one_tick(guests: Guests):
    spinners = [await guests.instance("hostile", text=unheard_of("hundred")) for _ in range(100)]
    await asyncio.sleep(0)
    before = time.thread_time()
    calls = [spinner.begin("spin", (), 0.3) for spinner in spinners]
    held = time.thread_time() - before
    assert held < 20 * TICK_SECONDS  # and not a hundred
    outcomes = await asyncio.gather(*[one.finish() for one in calls], return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {DeadlineExceeded}


async def test_the_inline_budget_is_shared_and_renewed_with_every_turn_of_the_loop(guests: Guests):
    text = unheard_of("turn")
    spinners = [await guests.instance("hostile", text=text) for _ in range(20)]
    probe = await guests.instance("hostile", text=text)
    assert await starts_inline(probe, "count-calls")
    for spinner in spinners:
        spinner.begin("spin", (), 5)
    waiting = probe.begin("count-calls", ())  # in the same turn of the loop
    assert isinstance(waiting, Call)
    for spinner in spinners:
        spinner.close()
    await waiting.finish()
    assert await starts_inline(probe, "count-calls")


async def test_an_export_that_was_slow_starts_on_a_worker_in_every_instance(guests: Guests):
    text = unheard_of("remembered")
    first, second = [await guests.instance("hostile", text=text) for _ in range(2)]
    await call(first, "spin-for", MANY_TURNS)
    await asyncio.sleep(0)
    outcome = second.begin("spin-for", (FEW_TURNS,))
    assert isinstance(outcome, Call)
    await outcome.finish()


async def test_an_export_that_became_quick_starts_inline_again(guests: Guests):
    instance = await guests.instance("hostile", text=unheard_of("quick again"))
    await call(instance, "spin-for", MANY_TURNS)
    await call(instance, "spin-for", FEW_TURNS)
    assert await starts_inline(instance, "spin-for", FEW_TURNS)


async def test_a_slow_export_does_not_slow_down_another_or_another_component(guests: Guests):
    slow = await guests.instance("hostile", text=unheard_of("slow"))
    other = await guests.instance("hostile", text=unheard_of("other"))
    await call(slow, "spin-for", MANY_TURNS)
    assert await starts_inline(slow, "count-calls")
    assert await starts_inline(other, "spin-for", FEW_TURNS)


# ---------------------------------------------------------------- while others are busy


async def test_the_event_loop_stays_free_while_guests_spin(guests: Guests):
    async with guests.host() as host:
        spinners = [await guests.start(host, "hostile", name=f"spinner-{i}") for i in range(4)]
        spinning = [asyncio.create_task(exceed(spinner, 0.6)) for spinner in spinners]
        await asyncio.sleep(0.05)
        cpu, wall = time.thread_time(), time.perf_counter()
        turns = 0
        while not all(task.done() for task in spinning):
            await asyncio.sleep(0.001)
            turns += 1
        cpu, wall = time.thread_time() - cpu, time.perf_counter() - wall
        await asyncio.gather(*spinning)
    assert cpu < 0.3 * wall  # the guests run elsewhere
    assert turns > 20


async def test_a_short_call_is_answered_while_fifty_guests_spin(guests: Guests):
    async with guests.host() as host:
        spinners = [await guests.start(host, "hostile", name=f"spinner-{i}") for i in range(50)]
        quick = await guests.start(host, "add", name="quick")
        spinning = [asyncio.create_task(exceed(spinner, 1.0)) for spinner in spinners]
        await asyncio.sleep(0)
        answers = 0
        while not any(task.done() for task in spinning):
            assert await quick.call("add", answers, 1) == answers + 1
            answers += 1
            await asyncio.sleep(0.001)
        await asyncio.gather(*spinning)
    assert answers > 20


async def test_a_guest_with_some_work_is_not_starved_by_spinners(guests: Guests):
    async with guests.host() as host:
        spinners = [await guests.start(host, "hostile", name=f"spinner-{i}") for i in range(10)]
        worker = await guests.start(host, "hostile", name="worker", timeout_seconds=60)
        spinning = [asyncio.create_task(exceed(spinner, 20)) for spinner in spinners]
        await asyncio.sleep(0.05)
        assert await worker.call("spin-for", MANY_TURNS)
        assert not any(task.done() for task in spinning)
        for task in spinning:
            task.cancel()
        await asyncio.gather(*spinning, return_exceptions=True)
        assert worker.cpu.last_call_seconds > 4 * TICK_SECONDS


async def test_spinners_that_started_together_had_the_same_time(guests: Guests):
    async with guests.host() as host:
        spinners = [await guests.start(host, "hostile", name=f"spinner-{i}") for i in range(6)]
        await asyncio.gather(*[exceed(spinner, 0.8) for spinner in spinners])
        seconds = [spinner.cpu.last_call_seconds for spinner in spinners]
    assert min(seconds) > 0.3 * max(seconds)


async def test_a_call_that_yields_between_host_calls_does_not_hold_the_loop(guests: Guests):
    """Many host calls that finish at once are one slice like any other."""
    turns = 0

    async def count_turns() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    async with guests.host() as host:
        component = await guests.start(host, "host-calls", interfaces=[host_interface()])
        counting = asyncio.create_task(count_turns())
        assert await component.call("count-times", 20_000) == 20_000
        counting.cancel()
    assert turns > 3


async def test_the_heartbeat_sleeps_when_no_guest_runs_and_wakes_for_the_next(guests: Guests):
    async with guests.host() as host:
        component = await guests.start(host, "hostile")
        await exceed(component, 0.05)
        ticker = runtime().ticker
        await until(lambda: ticker.asleep)
        epoch = ticker.epoch
        await asyncio.sleep(20 * TICK_SECONDS)
        assert ticker.epoch == epoch
        await exceed(component, 0.05)
        assert ticker.epoch > epoch
