"""Leaving a host ends everything that it started; names are unique in it; and hosts do nothing by themselves."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from airssys import Host
from airssys.errors import (
    AirssysError,
    ComponentStopped,
    GuestTrapped,
    OperatorError,
)
from tests.guests.asking import ASKS, Answers
from tests.guests.hosting import Guests, native_things, until


async def test_a_host_that_is_not_entered_starts_nothing(guests: Guests) -> None:
    host = guests.host()
    with pytest.raises(OperatorError, match="not entered"):
        await host.start(guests.project("hostile"))
    with pytest.raises(OperatorError, match="not entered"):
        _ = host.from_thread
    async with host:
        with pytest.raises(OperatorError, match="entered already"):
            await host.__aenter__()
    with pytest.raises(OperatorError, match="not entered"):
        await host.start(guests.project("hostile"))


async def test_a_host_can_be_entered_again_after_it_was_left(guests: Guests) -> None:
    host = guests.host()
    for _ in range(2):
        async with host:
            guest = await guests.start(host, "hostile")
            assert await guest.call("count-calls") == 1


async def test_a_name_is_taken_from_the_start_until_the_stop(guests: Guests) -> None:
    async with guests.host() as host:
        first = await guests.start(host, "hostile")
        with pytest.raises(OperatorError, match="hostile runs in this host already"):
            await guests.start(host, "hostile")
        assert host.components["hostile"] is first
        await first.stop()
        assert await (await guests.start(host, "hostile")).call("count-calls") == 1


async def test_of_two_starts_under_one_name_at_once_one_is_refused(guests: Guests) -> None:
    async with guests.host() as host:
        outcomes = await asyncio.gather(
            *[guests.start(host, guest, name="same") for guest in ("hostile", "add")], return_exceptions=True
        )
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Component", "OperatorError"]


async def test_a_start_that_fails_gives_its_name_back(guests: Guests) -> None:
    async with guests.host() as host:
        for _ in range(2):
            with pytest.raises(GuestTrapped):
                await guests.start(host, "start-traps", name="same")
        assert await (await guests.start(host, "hostile", name="same")).call("count-calls") == 1


async def test_leaving_a_host_ends_a_guest_that_spins(guests: Guests) -> None:
    async with guests.host(stop_grace_seconds=0.05) as host:
        guest = await guests.start(host, "hostile")
        call = asyncio.create_task(guest.call("spin"))
        await asyncio.sleep(0.01)
    assert guests.memories() == 0
    with pytest.raises(ComponentStopped):
        await call


async def test_a_host_that_is_left_by_an_error_does_not_wait_and_passes_it_on(guests: Guests) -> None:
    started = time.monotonic()
    with pytest.raises(LookupError, match="of the program"):
        async with guests.host(stop_grace_seconds=100.0) as host:
            guest = await guests.start(host, "hostile")
            call = asyncio.create_task(guest.call("spin"))
            await asyncio.sleep(0.01)
            raise LookupError("of the program")
    assert time.monotonic() - started < 50
    assert guests.memories() == 0
    with pytest.raises(ComponentStopped):
        await call


async def test_leaving_a_host_ends_a_start_in_progress(guests: Guests) -> None:
    before = native_things()[1]
    async with guests.host(stop_grace_seconds=0.05) as host:
        starting = asyncio.create_task(guests.start(host, "start-spins", timeout_seconds=2))
        await until(lambda: native_things()[1] > before)
    assert native_things()[1] == before
    with pytest.raises((AirssysError, asyncio.CancelledError)):
        await starting
    assert not host.components


async def test_a_start_in_progress_does_not_outlive_its_host(guests: Guests) -> None:
    answers = Answers()
    answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    answers.answer = lambda: answer
    async with guests.host(stop_grace_seconds=0.05) as host:
        starting = asyncio.create_task(guests.start(host, "asks", text=ASKS, interfaces=[answers.interface]))
        await until(lambda: answers.calls == 1)
    if not answer.done():
        answer.set_result(1)
    await asyncio.gather(starting, return_exceptions=True)
    assert guests.memories() == 0
    assert not host.components


async def test_leaving_a_host_ends_a_stop_that_is_still_patient(guests: Guests) -> None:
    async with guests.host(stop_grace_seconds=0.05) as host:
        guest = await guests.start(host, "hostile")
        call = asyncio.create_task(guest.call("spin"))
        stop = asyncio.create_task(guest.stop(grace_seconds=5))
        await asyncio.sleep(0.01)
    try:
        assert guests.memories() == 0
    finally:
        stop.cancel()
        await asyncio.gather(stop, call, return_exceptions=True)


async def test_a_host_is_a_value_that_does_nothing_by_itself(guests: Guests) -> None:
    before = threading.active_count()
    hosts = [Host(guests.config()) for _ in range(100)]
    assert all(not host.components for host in hosts)
    assert threading.active_count() == before
