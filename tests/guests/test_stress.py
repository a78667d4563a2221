"""Many guests at once: all of them answer, all of them are accounted for, and one too many is refused in time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from airssys import HostInterface
from airssys.engine import Capacity, Instance, instantiate, maps_of, runtime
from airssys.errors import InstanceLimitReached, OutOfMemory
from tests.guests.hosting import MIB, PAGE, Guests, call, until

MANY = 10_000


async def test_a_thousand_guests_that_are_called_at_once_all_answer(guests: Guests) -> None:
    async with guests.host() as host:
        project = guests.project("add", max_bytes=2 * PAGE)
        started = [await host.start(project, name=f"add-{n}") for n in range(1000)]
        assert guests.memories() == 1000
        sums = await asyncio.gather(*[guest.call("add", n, 1) for n, guest in enumerate(started)])
        assert sums == [n + 1 for n in range(1000)]
        texts = await asyncio.gather(*[guest.call("echo-string", f"I am {guest.name}") for guest in started])
        assert texts == [f"I am {guest.name}" for guest in started]
    assert guests.memories() == 0


async def test_a_thousand_guests_that_need_several_slices_at_once_all_finish(guests: Guests) -> None:
    linked = await guests.linked("hostile")
    instances = [await instantiate(linked, max_memory_bytes=PAGE) for _ in range(1000)]
    turns = 1_000_000
    results = await asyncio.gather(*[call(one, "spin-for", turns, timeout_seconds=100) for one in instances])
    assert len(set(results)) == 1
    assert all(instance.cpu.last_call_seconds > 0.0003 for instance in instances)
    close(instances)


async def test_a_thousand_guests_that_run_out_of_memory_at_once_are_all_told(guests: Guests) -> None:
    linked = await guests.linked("hostile")
    limits = [(2 + n % 30) * PAGE for n in range(1000)]
    instances = [await instantiate(linked, max_memory_bytes=limit) for limit in limits]
    outcomes = await asyncio.gather(*[call(one, "exhaust") for one in instances], return_exceptions=True)
    assert [outcome.peak_bytes for outcome in outcomes if isinstance(outcome, OutOfMemory)] == limits
    assert guests.memories() == 0


async def test_ten_thousand_guests_live_at_once_and_then_none(guests: Guests) -> None:
    linked = await guests.linked("hostile")
    before = mapping_count()
    instances = [await instantiate(linked, max_memory_bytes=4 * PAGE) for _ in range(MANY)]
    assert guests.memories() == len(runtime().stores) == MANY
    for number in (0, MANY // 2, MANY - 1):
        assert await call(instances[number], "grow", 3) == 1
        assert await call(instances[number], "fill", number % 251) == 4 * PAGE - 4096
    assert sum([await call(instance, "count-calls") for instance in instances]) == MANY
    for number in (0, MANY // 2, MANY - 1):
        assert await call(instances[number], "check", number % 251) == 0
    close(instances)
    assert guests.memories() == len(runtime().stores) == 0
    assert mapping_count() < before + 100


async def test_a_thousand_guests_in_the_middle_of_a_call_take_no_more_maps_than_were_reserved(guests: Guests) -> None:
    released = asyncio.Event()
    waiting = 0

    async def count() -> int:
        nonlocal waiting
        waiting += 1
        await released.wait()
        return 7

    interface = HostInterface("interface airssys:test/host@1.0.0 { count: func() -> u64; }", {"count": count})
    linked = await guests.linked("counts", text=COUNTS, interfaces=[interface])
    idle = mapping_count()
    instances = [await instantiate(linked, max_memory_bytes=4 * PAGE) for _ in range(1000)]
    calls = [asyncio.create_task(call(instance, "grow-and-count", 3)) for instance in instances]
    await until(lambda: waiting == 1000)
    assert all(instance.limiter.usage.current_bytes == 4 * PAGE for instance in instances)
    used = mapping_count() - idle
    released.set()
    assert await asyncio.gather(*calls) == [7] * 1000
    close(instances)
    assert used <= 1000 * maps_of(1)


async def test_one_guest_too_many_is_refused_before_it_costs_anything(guests: Guests, few: Capacity) -> None:
    async with guests.host() as host:
        project = guests.project("hostile")
        started = [await host.start(project, name=f"guest-{n}") for n in range(2)]
        with pytest.raises(InstanceLimitReached) as caught:
            await host.start(project, name="one-too-many")
        assert str(few.maps) in caught.value.message
        assert "max_map_count" in caught.value.message
        assert guests.memories() == 2
        assert list(host.components) == ["guest-0", "guest-1"]
        assert [await guest.call("count-calls") for guest in started] == [1, 1]


async def test_the_room_of_a_guest_that_ended_is_the_next_one_s(guests: Guests, few: Capacity) -> None:
    linked = await guests.linked("hostile")
    for _ in range(50):
        instances = [await instantiate(linked, max_memory_bytes=MIB) for _ in range(2)]
        with pytest.raises(InstanceLimitReached):
            await instantiate(linked, max_memory_bytes=MIB)
        close(instances)


async def test_a_guest_that_fails_to_start_takes_no_room(guests: Guests, few: Capacity) -> None:
    greedy = await guests.linked("start-grows")
    for _ in range(10):
        with pytest.raises(OutOfMemory):
            await instantiate(greedy, max_memory_bytes=4 * PAGE)
    few.take(few.maps)
    few.give_back(few.maps)


async def test_a_component_of_many_memories_takes_the_room_of_many(guests: Guests, few: Capacity) -> None:
    with pytest.raises(InstanceLimitReached):
        await guests.instance("nested-often", text=NESTED_OFTEN, max_bytes=MIB)
    assert guests.memories() == 0


def test_threads_that_take_room_at_once_never_take_more_than_there_is() -> None:
    capacity = Capacity(1000)
    taken: list[int] = []
    ready = threading.Barrier(8)

    def take() -> None:
        ready.wait()
        for _ in range(500):
            try:
                capacity.take(1)
            except InstanceLimitReached:
                continue
            taken.append(1)

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 1000


def test_this_machine_has_room_for_ten_thousand_guests_and_keeps_some_for_itself() -> None:
    kernel = int(Path("/proc/sys/vm/max_map_count").read_text("ascii"))
    capacity = Capacity.of_this_machine()
    assert capacity.maps < kernel - 1000
    if kernel >= 65_530:
        assert capacity.maps >= MANY * maps_of(1)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> Iterator[Capacity]:
    """Room for two guests with one memory each."""
    capacity = Capacity(2 * maps_of(1))
    with monkeypatch.context() as patched:
        patched.setattr(runtime(), "capacity", capacity)
        yield capacity


def mapping_count() -> int:
    return len(Path("/proc/self/maps").read_text("ascii").splitlines())


def close(instances: list[Instance]) -> None:
    for instance in instances:
        instance.close()


NESTED_OFTEN = """(component
  (core module $m (memory 1))
  (core instance (instantiate $m)) (core instance (instantiate $m)) (core instance (instantiate $m))
  (core instance (instantiate $m)) (core instance (instantiate $m)) (core instance (instantiate $m)))
"""

#: grow-and-count(pages) takes all its memory and asks the host.
COUNTS = """(component
  (import "airssys:test/host@1.0.0" (instance $host (export "count" (func (result u64)))))
  (core func $count (canon lower (func $host "count")))
  (core module $main
    (import "host" "count" (func $count (result i64)))
    (memory 1)
    (func (export "grow-and-count") (param i32) (result i64)
      (drop (memory.grow (local.get 0)))
      (call $count)))
  (core instance $main (instantiate $main (with "host" (instance (export "count" (func $count))))))
  (func (export "grow-and-count") (param "pages" u32) (result u64) (canon lift (core func $main "grow-and-count"))))
"""
