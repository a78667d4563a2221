"""Memory can be watched: what is in use, the most that was, what was refused, and when it changed."""

from __future__ import annotations

import asyncio
import itertools
import threading

import pytest

from airssys import Host, HostInterface, MemorySample, MemoryUsage
from airssys.errors import GuestTrapped, OutOfMemory
from tests.clock import FakeClock
from tests.guests.hosting import PAGE, Guests


async def test_a_guest_that_only_started_uses_its_minimum(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile", max_bytes=8 * PAGE)
        assert guest.memory == MemoryUsage(
            current_bytes=PAGE, peak_bytes=PAGE, limit_bytes=8 * PAGE, refused=0, last_refused_bytes=None
        )


async def test_growth_is_seen_at_once(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile", max_bytes=8 * PAGE)
        for pages in range(2, 9):
            await guest.call("grow", 1)
            assert guest.memory.current_bytes == guest.memory.peak_bytes == pages * PAGE


async def test_memories_are_counted_together(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "two-memories", max_bytes=20 * PAGE)
        await guest.call("grow-left", 3)
        await guest.call("grow-right", 5)
        assert guest.memory.current_bytes == 10 * PAGE


async def test_every_refusal_is_counted_with_what_it_asked_for(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile", max_bytes=8 * PAGE)
        for pages in (8, 100, 9):
            assert await guest.call("grow", pages) == -1
        assert (guest.memory.refused, guest.memory.last_refused_bytes) == (3, 10 * PAGE)
        assert await guest.call("grow", 7) == 1
        assert guest.memory.refused == 3


async def test_the_guest_s_own_maximum_is_no_refusal(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "two-memories", max_bytes=200 * PAGE)
        assert await guest.call("grow-left", 64) == -1  # the component says: at most 64 pages
        assert guest.memory.refused == 0


async def test_the_history_has_every_change_with_its_time(guests: Guests) -> None:
    clock = FakeClock(100.0)
    async with Host(guests.config(), audit=False, clock=clock) as host:
        guest = await guests.start(host, "hostile", max_bytes=8 * PAGE)
        clock.now = 101.5
        await guest.call("grow", 3)
        clock.now = 107.0
        await guest.call("grow", 100)  # refused: no change of size
        clock.now = 110.25
        await guest.call("grow", 4)
        assert guest.memory_monitor.history == (
            MemorySample(100.0, PAGE),
            MemorySample(101.5, 4 * PAGE),
            MemorySample(110.25, 8 * PAGE),
        )


async def test_a_guest_that_grows_a_thousand_times_does_not_fill_the_host_with_history(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile", max_bytes=1001 * PAGE)
        assert await guest.call("exhaust-quietly") == 1000
        history = guest.memory_monitor.history
        assert [sample.current_bytes for sample in history] == [n * PAGE for n in range(1002 - 256, 1002)]
        assert all(earlier.at_seconds <= later.at_seconds for earlier, later in itertools.pairwise(history))


async def test_a_reset_starts_peak_refusals_and_history_anew(guests: Guests) -> None:
    clock = FakeClock(100.0)
    async with Host(guests.config(), audit=False, clock=clock) as host:
        guest = await guests.start(host, "hostile", max_bytes=8 * PAGE)
        await guest.call("grow", 2)
        await guest.call("grow", 100)
        clock.now = 200.0
        guest.memory_monitor.reset()
        assert guest.memory == MemoryUsage(
            current_bytes=3 * PAGE, peak_bytes=3 * PAGE, limit_bytes=8 * PAGE, refused=0, last_refused_bytes=None
        )
        assert guest.memory_monitor.history == (MemorySample(200.0, 3 * PAGE),)
        assert await guest.call("grow", 6) == -1  # the limit and what is in use are as they were
        assert await guest.call("grow", 5) == 3


async def test_a_reset_during_a_call_does_not_hide_why_the_guest_stops(guests: Guests) -> None:
    interface = HostInterface("interface airssys:test/host@1.0.0 { count: func() -> u64; }")

    @interface.function("count")
    def reset() -> int:
        guest.memory_monitor.reset()
        return 1

    async with guests.host() as host:
        guest = await guests.start(host, "asks-then-exhausts", text=ASKS_THEN_EXHAUSTS, interfaces=[interface])
        for _ in range(3):
            assert await guest.call("grow", 1000) == -1
        with pytest.raises(OutOfMemory):
            await guest.call("ask-then-exhaust")


async def test_memory_can_be_watched_from_another_thread_while_the_guest_runs(guests: Guests) -> None:
    seen: list[MemoryUsage] = []
    async with guests.host() as host:
        guest = await guests.start(host, "hostile", max_bytes=8 * PAGE, timeout_seconds=60)
        stopped = threading.Event()

        def watch() -> None:
            while not (seen and seen[-1].refused):
                seen.append(guest.memory)
            stopped.set()

        watcher = threading.Thread(target=watch)
        watcher.start()
        running = asyncio.create_task(guest.call("exhaust-and-spin"))
        await asyncio.to_thread(stopped.wait)
        assert not running.done()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        watcher.join()
    assert seen[-1] == MemoryUsage(
        current_bytes=8 * PAGE, peak_bytes=8 * PAGE, limit_bytes=8 * PAGE, refused=1, last_refused_bytes=9 * PAGE
    )


async def test_a_dead_guest_uses_nothing_and_its_peak_is_remembered(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile", max_bytes=8 * PAGE)
        await guest.call("grow", 4)
        with pytest.raises(GuestTrapped):
            await guest.call("trap")
        assert (guest.memory.current_bytes, guest.memory.peak_bytes) == (0, 5 * PAGE)
        assert [sample.current_bytes for sample in guest.memory_monitor.history] == [PAGE, 5 * PAGE, 0]


async def test_a_new_instance_is_watched_anew(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile", max_bytes=8 * PAGE)
        with pytest.raises(OutOfMemory):
            await guest.call("exhaust")
        assert await guest.call("pages") == 1
        assert guest.memory == MemoryUsage(
            current_bytes=PAGE, peak_bytes=PAGE, limit_bytes=8 * PAGE, refused=0, last_refused_bytes=None
        )


async def test_a_limit_that_was_raised_is_told(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile", max_bytes=8 * PAGE)
        await guest.set_limits(max_bytes=9 * PAGE)
        assert guest.memory.limit_bytes == 9 * PAGE


async def test_a_stopped_component_still_tells_what_it_used(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile", max_bytes=8 * PAGE)
        await guest.call("grow", 4)
    assert (guest.memory.current_bytes, guest.memory.peak_bytes) == (0, 5 * PAGE)


#: ask-then-exhaust calls the host, then grows until it is refused, and traps.
ASKS_THEN_EXHAUSTS = """(component
  (import "airssys:test/host@1.0.0" (instance $host (export "count" (func (result u64)))))
  (core func $count (canon lower (func $host "count")))
  (core module $main
    (import "host" "count" (func $count (result i64)))
    (memory 1)
    (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
    (func (export "ask-then-exhaust")
      (drop (call $count))
      (loop $more (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
      unreachable))
  (core instance $main (instantiate $main (with "host" (instance (export "count" (func $count))))))
  (func (export "grow") (param "pages" u32) (result s32) (canon lift (core func $main "grow")))
  (func (export "ask-then-exhaust") (canon lift (core func $main "ask-then-exhaust"))))
"""
