"""Promise: `max_fuel` is an exact and repeatable budget of every call, and costs those that declare none nothing."""

from __future__ import annotations

import asyncio

import pytest

from airssys import Component
from airssys.errors import DeadlineExceeded, FuelExhausted, LimitRejected
from tests.guests.hosting import Guests
from tests.guests.interfaces import host_interface

LEAST = 1000  # the least budget that may be declared
MOST = 100_000_000_000


async def enough(component: Component, fuel: int, export: str, *args: int) -> bool:
    """Whether so much fuel is enough for a call."""
    await component.set_limits(max_fuel=fuel)
    exhausted = None
    try:
        await component.call(export, *args)
    except FuelExhausted as error:
        exhausted = error.max_fuel
    assert exhausted in (None, fuel)
    return exhausted is None


async def boundary(component: Component, export: str, *args: int) -> int:
    """The least fuel that is enough for a call, by bisection."""
    low, high = LEAST, 2_000_000
    assert not await enough(component, low, export, *args)
    assert await enough(component, high, export, *args)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if await enough(component, middle, export, *args) else (middle, high)
    return high


async def test_the_boundary_is_exact_and_the_same_every_time(guests: Guests):
    async with guests.host() as host:
        component = await guests.start(host, "hostile", max_fuel=LEAST)
        least = await boundary(component, "spin-for", 1000)
        for _ in range(5):
            assert await enough(component, least, "spin-for", 1000)
            assert not await enough(component, least - 1, "spin-for", 1000)
    async with guests.host() as host:
        assert await boundary(await guests.start(host, "hostile", max_fuel=LEAST), "spin-for", 1000) == least


async def test_every_turn_of_a_loop_costs_the_same(guests: Guests):
    async with guests.host() as host:
        component = await guests.start(host, "hostile", max_fuel=LEAST)
        first, second, third = [await boundary(component, "spin-for", turns) for turns in (1000, 2000, 3000)]
    assert second - first == third - second > 0


async def test_interruptions_do_not_change_the_boundary(guests: Guests):
    """A call of many slices, next to a busy neighbour, uses what the same call uses alone."""
    turns = 5_000_000
    async with guests.host() as host:
        component = await guests.start(host, "hostile", max_fuel=LEAST)
        one, two = await boundary(component, "spin-for", 1000), await boundary(component, "spin-for", 2000)
        least = one + (turns - 1000) // 1000 * (two - one)
        neighbour = await guests.start(host, "hostile", name="neighbour")
        busy = asyncio.create_task(neighbour.call("spin", timeout=30))
        assert await enough(component, least, "spin-for", turns)
        assert component.cpu.last_call_seconds > 0.004
        assert not await enough(component, least - 1, "spin-for", turns)
        busy.cancel()
        with pytest.raises(asyncio.CancelledError):
            await busy


async def test_the_error_names_the_budget_and_the_place(guests: Guests):
    async with guests.host() as host:
        component = await guests.start(host, "hostile", max_fuel=12_345)
        with pytest.raises(FuelExhausted, match="12345 units of fuel") as caught:
            await component.call("spin")
        assert (caught.value.max_fuel, caught.value.code) == (12_345, "fuel-exhausted")
        assert "spin" in caught.value.backtrace[0]
        assert await component.call("count-calls") == 1
        assert component.status.restarts == 1


async def test_every_call_has_a_fresh_budget(guests: Guests):
    async with guests.host() as host:
        component = await guests.start(host, "hostile", max_fuel=LEAST)
        least = await boundary(component, "spin-for", 1000)
        await component.set_limits(max_fuel=least)
        await component.call("count-calls")
        before = component.status.restarts
        for _ in range(50):
            await component.call("spin-for", 1000)
        assert component.status.restarts == before
        await component.set_limits(max_fuel=least - 1)
        for _ in range(10):
            await component.call("count-calls")
        with pytest.raises(FuelExhausted):  # what the calls before left over is gone
            await component.call("spin-for", 1000)


@pytest.mark.parametrize("export", ["take-spin", "then-spin"])
async def test_the_budget_covers_allocator_and_post_return(guests: Guests, export: str):
    async with guests.host() as host:
        component = await guests.start(host, "hostile", max_fuel=100_000)
        with pytest.raises(FuelExhausted):
            await component.call(export, *(["text"] if export == "take-spin" else []))


async def test_a_start_function_has_a_budget_too(guests: Guests):
    async with guests.host() as host:
        with pytest.raises(FuelExhausted):
            await guests.start(host, "start-spins", max_fuel=100_000)
        assert host.components == {}


async def test_time_in_host_functions_uses_no_fuel(guests: Guests):
    async with guests.host() as host:
        component = await guests.start(host, "host-calls", interfaces=[host_interface()], max_fuel=LEAST)
        least = await boundary(component, "naps", 100, 0)
        assert await enough(component, least, "naps", 100, 1)
        assert not await enough(component, least - 1, "naps", 100, 1)


async def test_whatever_is_over_first_ends_the_call(guests: Guests):
    async with guests.host() as host:
        component = await guests.start(host, "hostile", max_fuel=MOST)
        with pytest.raises(DeadlineExceeded):
            await component.call("spin", timeout=0.1)


async def test_a_component_without_a_budget_has_none(guests: Guests):
    async with guests.host() as host:
        budgeted = await guests.start(host, "hostile", max_fuel=LEAST)
        plain = await guests.start(host, "hostile", name="plain")
        expected = await plain.call("spin-for", 3_000_000)
        with pytest.raises(FuelExhausted):
            await budgeted.call("spin-for", 3_000_000)
        assert await plain.call("spin-for", 3_000_000) == expected


async def test_a_budget_cannot_be_given_to_a_component_that_was_started_without(guests: Guests):
    async with guests.host() as host:
        component = await guests.start(host, "hostile")
        with pytest.raises(LimitRejected, match="cannot be set while it lives"):
            await component.set_limits(max_fuel=LEAST)
        assert await component.call("spin-for", 100_000)
