"""A component that waits for a host function is not entered again, by whatever way."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from airssys.errors import (
    GuestTrapped,
    ReentrantCall,
)
from tests.guests.asking import ASKS, Answers, asking
from tests.guests.hosting import Guests


async def test_a_host_function_cannot_call_the_component_that_called_it(guests: Guests) -> None:
    async with asking(guests) as (guest, answers):
        answers.answer = lambda: guest.call("asked")
        with pytest.raises(ReentrantCall):
            await guest.call("ask")
        answers.answer = lambda: 4
        assert await guest.call("ask") == 4


async def test_a_host_function_that_waited_first_cannot_either(guests: Guests) -> None:
    async with asking(guests) as (guest, answers):

        async def wait_and_call() -> Any:
            await asyncio.sleep(0.001)
            return await guest.call("asked")

        answers.answer = wait_and_call
        with pytest.raises(ReentrantCall):
            await guest.call("ask")


async def test_a_circle_through_another_component_is_refused_too(guests: Guests) -> None:
    async with guests.host() as host:
        there, back = Answers(), Answers()
        first = await guests.start(host, "asks", name="first", text=ASKS, interfaces=[there.interface])
        second = await guests.start(host, "asks", name="second", text=ASKS, interfaces=[back.interface])
        there.answer = lambda: second.call("ask")
        back.answer = lambda: first.call("asked")
        with pytest.raises(ReentrantCall):
            await first.call("ask")
        back.answer = lambda: 11
        assert await first.call("ask") == 11  # to another component it may, and what it answers comes back


async def test_a_start_function_cannot_call_its_component_through_the_host(guests: Guests) -> None:
    async with asking(guests) as (guest, answers):
        with pytest.raises(GuestTrapped):
            await guest.call("trap")
        answers.answer = lambda: guest.call("asked")
        async with asyncio.timeout(5):
            with pytest.raises(ReentrantCall):
                await guest.call("asked")


async def test_what_a_host_function_began_may_call_the_component_after_it_returned(guests: Guests) -> None:
    async with asking(guests) as (guest, answers):
        begun: list[asyncio.Task[Any]] = []
        returned = asyncio.Event()

        async def later() -> Any:
            await returned.wait()
            return await guest.call("asked")

        def begin() -> int:
            begun.append(asyncio.create_task(later()))
            return 1

        answers.answer = begin
        assert await guest.call("ask") == 1
        returned.set()
        assert await begun[0] == 1
