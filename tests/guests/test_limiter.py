"""A guest gets the linear memory that its limit allows, over all its memories together, to the byte; never more."""

from __future__ import annotations

import asyncio

import pytest

from airssys import ResourceLimiter
from airssys.engine import StoreBounds
from airssys.errors import GuestTrapped, LimitRejected, OutOfMemory
from tests.guests import wat
from tests.guests.asking import asking
from tests.guests.hosting import MIB, PAGE, Guests, call, until

REFUSED = -1  # what memory.grow returns then


async def test_a_guest_can_grow_to_exactly_its_limit(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile", max_bytes=16 * PAGE)
        assert await guest.call("grow", 15) == 1
        assert await guest.call("pages") == 16
        assert guest.memory.current_bytes == guest.memory.limit_bytes == 16 * PAGE
        assert guest.memory.refused == 0


async def test_a_guest_cannot_grow_one_page_beyond_its_limit(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile", max_bytes=16 * PAGE)
        assert await guest.call("grow", 16) == REFUSED
        assert await guest.call("pages") == 1
        assert guest.memory.refused == 1


async def test_a_limit_one_byte_short_of_a_page_is_short_of_a_page(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile", max_bytes=16 * PAGE - 1)
        assert await guest.call("grow", 15) == REFUSED
        assert await guest.call("grow", 14) == 1
        assert await guest.call("grow", 1) == REFUSED
        assert guest.memory.current_bytes == 15 * PAGE


async def test_growing_page_by_page_meets_the_same_limit(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile", max_bytes=33 * PAGE + 100)
        assert await guest.call("exhaust-quietly") == 32
        assert await guest.call("pages") == 33
        assert guest.memory.refused == 1


async def test_a_request_for_the_whole_address_space_is_refused_and_told(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile", max_bytes=MIB)
        assert await guest.call("grow", 65_535) == REFUSED
        assert guest.memory.last_refused_bytes == 65_536 * PAGE
        assert guest.memory.current_bytes == PAGE


async def test_two_memories_share_one_limit(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "two-memories", max_bytes=20 * PAGE)
        assert await guest.call("grow-left", 10) == 1
        assert await guest.call("grow-right", 9) == REFUSED
        assert await guest.call("grow-right", 8) == 1
        assert await guest.call("grow-left", 1) == REFUSED
        assert await guest.call("left") + await guest.call("right") == 20
        assert guest.memory.current_bytes == 20 * PAGE


async def test_a_hundred_memories_share_one_limit(guests: Guests) -> None:
    roomy = StoreBounds(memories=100)
    async with guests.host(instance=roomy) as host:
        with pytest.raises(OutOfMemory):
            await guests.start(host, "hundred-memories", max_bytes=100 * PAGE - 1)
        guest = await guests.start(host, "hundred-memories", max_bytes=100 * PAGE)
        assert await guest.call("pages") == 100
        assert guest.memory.current_bytes == 100 * PAGE


async def test_instances_inside_one_component_share_one_limit(guests: Guests) -> None:
    nested = await guests.instance("nested", max_bytes=10 * PAGE)
    assert await call(nested, "left#grow", 8) == 1
    assert await call(nested, "right#grow", 1) == REFUSED
    assert nested.limiter.usage.current_bytes == 10 * PAGE


async def test_growth_while_starting_is_charged_to_the_same_limit(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "start-grows", max_bytes=17 * PAGE)
        assert await guest.call("pages") == 17
        assert guest.memory.current_bytes == 17 * PAGE
        assert guest.memory.refused == 0


async def test_growth_while_starting_is_refused_one_byte_short(guests: Guests) -> None:
    async with guests.host() as host:
        with pytest.raises(OutOfMemory) as caught:
            await guests.start(host, "start-grows", max_bytes=17 * PAGE - 1)
    assert (caught.value.requested_bytes, caught.value.peak_bytes) == (17 * PAGE, 16 * PAGE)


async def test_a_minimum_beyond_the_limit_is_refused_before_the_guest_runs(guests: Guests) -> None:
    limiter = ResourceLimiter(80 * PAGE - 1)
    with pytest.raises(OutOfMemory):
        await guests.instance("huge-minimum", max_bytes=80 * PAGE - 1, limiter=limiter)
    assert limiter.monitor.history == ()  # nothing was even asked for


async def test_a_huge_minimum_starts_at_exactly_its_size(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "huge-minimum", max_bytes=80 * PAGE)
        assert await guest.call("pages") == 80


async def test_guests_that_grow_at_once_each_get_exactly_their_own_limit(guests: Guests) -> None:
    pages = [8, 40, 3, 150, 64, 17, 99, 2]
    async with guests.host() as host:
        started = [await guests.start(host, "hostile", name=f"g{n}", max_bytes=n * PAGE) for n in pages]
        got = await asyncio.gather(*[guest.call("exhaust-quietly") for guest in started])
        assert got == [n - 1 for n in pages]
        assert [guest.memory.current_bytes for guest in started] == [n * PAGE for n in pages]


async def test_guests_that_start_at_once_are_charged_to_their_own_limits(guests: Guests) -> None:
    enough = [17, 18, 25, 17, 100]
    async with guests.host() as host:
        names = [f"g{n}" for n in range(5)]
        starts = [
            guests.start(host, "start-grows", name=name, max_bytes=m * PAGE)
            for name, m in zip(names, enough, strict=True)
        ]
        short = [guests.start(host, "start-grows", name=f"s{n}", max_bytes=(2 + n) * PAGE) for n in range(5)]
        outcomes = await asyncio.gather(
            *[one for pair in zip(starts, short, strict=True) for one in pair], return_exceptions=True
        )
        refused = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        assert [type(error) for error in refused] == [OutOfMemory] * 5
        assert [(error.limit_bytes, error.peak_bytes) for error in refused if isinstance(error, OutOfMemory)] == [
            ((2 + n) * PAGE, (2 + n) * PAGE) for n in range(5)
        ]
        memories = {name: component.memory for name, component in host.components.items()}
        assert {name: memory.current_bytes for name, memory in memories.items()} == dict.fromkeys(names, 17 * PAGE)
        assert {name: memory.limit_bytes for name, memory in memories.items()} == {
            name: m * PAGE for name, m in zip(names, enough, strict=True)
        }


async def test_raising_the_limit_takes_effect_with_the_next_request(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile", max_bytes=4 * PAGE)
        assert await guest.call("grow", 4) == REFUSED
        await guest.set_limits(max_bytes=5 * PAGE)
        assert await guest.call("grow", 4) == 1
        assert await guest.call("grow", 1) == REFUSED
        assert guest.memory.limit_bytes == 5 * PAGE


async def test_raising_the_limit_takes_effect_while_the_guest_runs(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "grow-until", text=GROW_UNTIL, max_bytes=4 * PAGE, timeout_seconds=60)
        waiting = asyncio.create_task(guest.call("grow-until", 32))
        await until(lambda: guest.memory.refused > 100)  # it runs, and is refused again and again
        await guest.set_limits(max_bytes=32 * PAGE)
        assert await waiting == 32
        assert guest.memory.current_bytes == 32 * PAGE


async def test_a_raised_limit_holds_for_the_next_instance_too(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile", max_bytes=4 * PAGE)
        await guest.set_limits(max_bytes=6 * PAGE)
        with pytest.raises(GuestTrapped):
            await guest.call("trap")
        assert await guest.call("exhaust-quietly") == 5
        assert guest.memory.limit_bytes == 6 * PAGE


@pytest.mark.parametrize("limit", [2 * PAGE, 9 * PAGE])
async def test_a_limit_that_changes_while_a_new_instance_starts_holds_for_it(guests: Guests, limit: int) -> None:
    async with asking(guests, max_bytes=4 * PAGE) as (guest, answers):
        with pytest.raises(GuestTrapped):
            await guest.call("trap")
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        answers.answer = lambda: answer  # the new instance waits for it in its start function
        call = asyncio.create_task(guest.call("asked"))
        await until(lambda: answers.calls == 2)
        await guest.set_limits(max_bytes=limit)
        answer.set_result(1)
        assert await call == 1
        assert guest.memory.limit_bytes == guest.status.limits.memory.max_bytes == limit


async def test_a_limit_below_the_memory_in_use_is_refused_with_the_numbers_and_changes_nothing(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile", max_bytes=10 * PAGE, timeout_seconds=7)
        assert await guest.call("grow", 5) == 1
        before = (guest.memory, guest.status.limits)
        with pytest.raises(LimitRejected) as caught:
            await guest.set_limits(max_bytes=6 * PAGE - 1, timeout_seconds=3)
        assert f"({6 * PAGE - 1} bytes)" in caught.value.message
        assert "384 KiB are in use" in caught.value.message
        assert (guest.memory, guest.status.limits) == before
        assert await guest.call("grow", 4) == 6


async def test_a_limit_can_be_lowered_to_the_memory_in_use(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile", max_bytes=10 * PAGE)
        assert await guest.call("grow", 5) == 1
        await guest.set_limits(max_bytes=6 * PAGE)
        assert await guest.call("grow", 1) == REFUSED
        assert await guest.call("pages") == 6


@pytest.mark.parametrize(
    ("name", "text", "bounds", "said"),
    [
        ("memories", wat.memories(5), StoreBounds(memories=4), "memory count"),
        ("tables", wat.tables(5), StoreBounds(tables=4), "table count"),
        ("instances", wat.instances(5), StoreBounds(core_instances=4), "instance count"),
        ("elements", wat.tables(1, 101), StoreBounds(table_elements=100), "101 elements"),
    ],
)
async def test_everything_an_instance_makes_the_host_keep_is_bounded(
    guests: Guests, name: str, text: str, bounds: StoreBounds, said: str
) -> None:
    with pytest.raises(GuestTrapped) as caught:
        await guests.instance(name, text=text, bounds=bounds)
    assert said in caught.value.message
    assert caught.value.kind == "resource-limit"


@pytest.mark.parametrize(
    ("name", "text", "bounds"),
    [
        ("memories", wat.memories(4), StoreBounds(memories=4)),
        ("tables", wat.tables(4), StoreBounds(tables=4)),
        ("instances", wat.instances(4), StoreBounds(core_instances=4)),
        ("elements", wat.tables(1, 100), StoreBounds(table_elements=100)),
    ],
)
async def test_exactly_as_much_as_the_bounds_allow_starts(
    guests: Guests, name: str, text: str, bounds: StoreBounds
) -> None:
    assert (await guests.instance(name, text=text, bounds=bounds)).alive


@pytest.mark.parametrize("name", ["hundred-memories", "big-table", "many-instances"])
async def test_the_bounds_that_are_shipped_refuse_what_is_out_of_all_proportion(guests: Guests, name: str) -> None:
    with pytest.raises(GuestTrapped) as caught:
        await guests.instance(name, max_bytes=64 * MIB)
    assert caught.value.kind == "resource-limit"


async def test_a_table_grows_to_exactly_its_bound(guests: Guests) -> None:
    grower = await guests.instance("table-grower", bounds=StoreBounds(table_elements=500))
    assert await call(grower, "grow", 499) == 1
    assert await call(grower, "grow", 1) == REFUSED
    assert await call(grower, "elements") == 500


#: grow-until(pages) asks for one page until it has so many, however often it is refused.
GROW_UNTIL = """(component
  (core module $grow-until
    (memory 1)
    (func (export "grow-until") (param $pages i32) (result i32)
      (loop $again
        (drop (memory.grow (i32.const 1)))
        (br_if $again (i32.lt_u (memory.size) (local.get $pages))))
      (memory.size)))
  (core instance $main (instantiate $grow-until))
  (func (export "grow-until") (param "pages" u32) (result u32) (canon lift (core func $main "grow-until"))))
"""
