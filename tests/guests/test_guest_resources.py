"""Promise: a resource of a guest is a handle that is good for its own instance, until it is closed or given back."""

from __future__ import annotations

import pytest

from airssys import GuestResource
from airssys.errors import ArgumentTypeError, ArgumentValueError, GuestTrapped
from tests.guests.hosting import Guests

COUNTERS = "airssys:test/counters@1.0.0#"


async def test_a_resource_of_the_guest_is_a_handle(guests: Guests):
    async with guests.host() as host:
        component = await guests.start(host, "resources-export")
        one = await component.call(COUNTERS + "[constructor]counter", 3)
        other = await component.call(COUNTERS + "[constructor]counter", 100)
        assert isinstance(one, GuestResource)
        assert await component.call(COUNTERS + "[method]counter.increment", one, 4) == 7
        assert await component.call(COUNTERS + "[static]counter.sum", one, other) == 107
        assert await component.call(COUNTERS + "consume", one) == 7
        assert (one.closed, other.closed) == (True, False)
        assert await component.call(COUNTERS + "dropped") == 1
        with pytest.raises(ArgumentValueError, match="argument counter: the handle to counter is closed"):
            await component.call(COUNTERS + "consume", one)
        other.close()
        other.close()
        with pytest.raises(ArgumentValueError, match="closed"):
            await component.call(COUNTERS + "[method]counter.increment", other, 1)


@pytest.mark.parametrize("wrong", [5, None, "counter", object()])
async def test_only_a_handle_is_a_resource_of_the_guest(guests: Guests, wrong: object):
    async with guests.host() as host:
        component = await guests.start(host, "resources-export")
        with pytest.raises(ArgumentTypeError, match=r"argument counter: expected a GuestResource \(counter\)"):
            await component.call(COUNTERS + "consume", wrong)


@pytest.mark.parametrize("function", ["[method]counter.increment", "consume"])
async def test_a_handle_is_good_for_its_own_instance_only(guests: Guests, function: str):
    more = (1,) if "increment" in function else ()
    async with guests.host() as host:
        component = await guests.start(host, "resources-export")
        other = await guests.start(host, "resources-export", name="other")
        foreign = await component.call(COUNTERS + "[constructor]counter", 5)
        with pytest.raises(ArgumentValueError, match=r"argument (self|counter): "):
            await other.call(COUNTERS + function, foreign, *more)
        assert (other.status.restarts, foreign.closed) == (0, False)
        assert await component.call(COUNTERS + function, foreign, *more) == 5 + sum(more)


async def test_a_handle_ends_with_its_instance(guests: Guests):
    async with guests.host() as host:
        component = await guests.start(host, "resources-export")
        survivor = await component.call(COUNTERS + "[constructor]counter", 5)
        traps = await component.call(COUNTERS + "[constructor]counter", 1_000_001)
        with pytest.raises(GuestTrapped):
            await component.call(COUNTERS + "consume", traps)
        mine = await component.call(COUNTERS + "[constructor]counter", 50)
        with pytest.raises(ArgumentValueError, match="argument counter: "):
            await component.call(COUNTERS + "consume", survivor)
        assert await component.call(COUNTERS + "consume", mine) == 50
        assert component.status.restarts == 1
        survivor.close()


async def test_the_number_of_guest_resources_is_bounded_by_the_engine(guests: Guests):
    async with guests.host() as host:
        component = await guests.start(host, "resources-export")
        with pytest.raises(GuestTrapped, match="handle limit exceeded") as caught:
            await component.call("airssys:test/counters@1.0.0#leak", 2**32 - 1)
    assert caught.value.kind == "resource-limit"
