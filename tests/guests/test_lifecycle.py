"""A component is called one at a time and in order; cancelling and stopping end what they should and nothing else."""

from __future__ import annotations

import asyncio
import time

import pytest

from airssys import Component, ComponentState
from airssys.errors import ComponentStopped, DeadlineExceeded, GuestTrapped
from tests.guests import wat
from tests.guests.asking import ASKS, Answers, asking
from tests.guests.hosting import PAGE, Guests, until


def state_of(guest: Component) -> ComponentState:
    return guest.status.state


# ---------------------------------------------------------------- one at a time, in order


async def test_calls_are_served_one_at_a_time_in_order(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile")
        finished: list[int] = []

        async def count(number: int) -> int:
            await guest.call("spin-for", 500_000 * (number % 3))
            value: int = await guest.call("count-calls")
            finished.append(number)
            return value

        assert await asyncio.gather(*[count(number) for number in range(40)]) == [*range(1, 41)]
        assert finished == [*range(40)]


async def test_a_call_that_waits_for_the_host_holds_its_turn(guests: Guests) -> None:
    async with asking(guests) as (guest, answers):
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        answers.answer = lambda: answer
        first = asyncio.create_task(guest.call("ask"))
        second = asyncio.create_task(guest.call("asked"))
        await until(lambda: answers.calls == 2)
        assert state_of(guest) is ComponentState.BUSY
        assert guest.status.waiting == 1
        assert not second.done()
        answer.set_result(9)
        assert (await first, await second) == (9, 1)
        assert state_of(guest) is ComponentState.READY


async def test_a_call_after_another_does_not_overtake_those_that_wait(guests: Guests) -> None:
    async with asking(guests) as (guest, answers):
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        answers.answer = lambda: answer
        order: list[str] = []

        async def called(name: str) -> None:
            await guest.call("ask")
            order.append(name)
            if name == "first":
                await called("the first, again")

        calls = [asyncio.create_task(called(name)) for name in ("first", "second", "third")]
        await until(lambda: guest.status.waiting == 2)
        answer.set_result(1)
        await asyncio.gather(*calls)
        assert order == ["first", "second", "third", "the first, again"]


async def test_a_component_is_busy_only_while_it_is_called(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile")
        assert state_of(guest) is ComponentState.READY
        with pytest.raises(GuestTrapped):
            await guest.call("trap")
        assert state_of(guest) is ComponentState.FAILED
        await guest.call("pages")
        assert state_of(guest) is ComponentState.READY
        await guest.stop()
        assert state_of(guest) is ComponentState.STOPPED


# ---------------------------------------------------------------- cancelling


async def test_cancelling_a_call_that_waits_for_its_turn_ends_nothing(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile")
        await guest.call("count-calls")
        running = asyncio.create_task(guest.call("spin-for", 30_000_000))
        waiting = [asyncio.create_task(guest.call("count-calls")) for _ in range(5)]
        await asyncio.sleep(0)
        for task in (waiting[0], waiting[2], waiting[4]):
            task.cancel()
        await asyncio.sleep(0)
        assert guest.status.waiting == 2
        await running
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
        assert [outcome for outcome in outcomes if isinstance(outcome, int)] == [2, 3]  # the same instance
        assert guest.status.restarts == 0


async def test_a_call_that_is_cancelled_as_its_turn_comes_passes_it_on(guests: Guests) -> None:
    async with asking(guests) as (guest, answers):
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        answers.answer = lambda: answer
        first = asyncio.create_task(guest.call("ask"))
        await until(lambda: answers.calls == 2)
        second, third = [asyncio.create_task(guest.call("asked")) for _ in range(2)]
        await asyncio.sleep(0)
        answer.set_result(9)  # in the next turn of the loop the first ends, and before the second wakes up,
        asyncio.get_running_loop().call_soon(second.cancel)
        assert (await first, await third) == (9, 1)
        assert second.cancelled()


async def test_cancelling_a_guest_that_runs_ends_its_instance_and_the_next_call_works(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile", max_bytes=8 * PAGE)
        await guest.call("grow", 7)
        await guest.call("count-calls")
        task = asyncio.create_task(guest.call("spin"))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert guests.memories() == 0
        assert await guest.call("count-calls") == 1
        assert await guest.call("pages") == 1
        assert guest.status.restarts == 1


async def test_cancelling_a_guest_that_waits_for_the_host_ends_both(guests: Guests) -> None:
    async with asking(guests) as (guest, answers):
        ended = asyncio.Event()

        async def forever() -> int:
            try:
                return int(await asyncio.get_running_loop().create_future())
            finally:
                ended.set()

        answers.answer = forever
        task = asyncio.create_task(guest.call("ask"))
        await until(lambda: answers.calls == 2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert ended.is_set()
        assert guests.memories() == 0
        answers.answer = lambda: 5
        assert await guest.call("ask") == 5


async def test_a_caller_that_waits_only_so_long_is_a_caller_that_cancels(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(guest.call("spin"), 0.05)
        assert await guest.call("count-calls") == 1
        assert isinstance(guest.status.last_failure, asyncio.CancelledError)


async def test_a_call_whose_coroutine_is_closed_ends_at_once(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile")
        for export in ("spin", "spin"):  # the second starts on a worker
            call = guest.call(export)
            call.send(None)
            call.close()
            assert guests.memories() == 0
            assert await guest.call("count-calls") == 1


async def test_cancelling_twice_is_cancelling_once(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile")
        for turns in range(12):
            task = asyncio.create_task(guest.call("spin"))
            await asyncio.sleep(0.003)
            task.cancel()
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert guests.memories() == 0
        assert await guest.call("count-calls") == 1


async def test_cancelling_a_start_leaves_nothing_behind(guests: Guests) -> None:
    async with guests.host() as host:
        project = guests.project("start-spins", text=wat.text("start-spins") + ";; not in the cache\n")
        for patience in (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.4):
            starting = asyncio.create_task(host.start(project))
            await asyncio.sleep(patience)
            starting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await starting
            assert not host.components
            assert guests.memories() == 0


async def test_a_start_that_is_cancelled_as_its_component_is_ready_leaves_nothing_behind(guests: Guests) -> None:
    answers = Answers()
    answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    answers.answer = lambda: answer
    async with guests.host() as host:
        starting = asyncio.create_task(guests.start(host, "asks", text=ASKS, interfaces=[answers.interface]))
        await until(lambda: answers.calls == 1)
        answer.set_result(1)  # in the next turn of the loop the start ends, and before anybody sees it,
        asyncio.get_running_loop().call_soon(starting.cancel)
        with pytest.raises(asyncio.CancelledError):
            await starting
        assert not host.components
        assert guests.memories() == 0


async def test_a_call_that_is_cancelled_as_its_new_instance_is_ready_leaves_nothing_behind(guests: Guests) -> None:
    async with asking(guests) as (guest, answers):
        with pytest.raises(GuestTrapped):
            await guest.call("trap")
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        answers.answer = lambda: answer
        call = asyncio.create_task(guest.call("asked"))
        await until(lambda: answers.calls == 2)
        answer.set_result(1)
        asyncio.get_running_loop().call_soon(call.cancel)
        with pytest.raises(asyncio.CancelledError):
            await call
        assert guests.memories() <= 1  # the new instance may be kept, but it may not be lost
        answers.answer = lambda: 1
        assert await guest.call("asked") == 1
        assert guests.memories() == 1


# ---------------------------------------------------------------- stopping


async def test_a_stopped_component_refuses_every_call(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile")
        await guest.stop()
        with pytest.raises(ComponentStopped):
            await guest.call("pages")
        await guest.stop()
        assert guests.memories() == 0
        assert "hostile" not in host.components


async def test_a_call_that_finishes_within_the_grace_time_is_served(guests: Guests) -> None:
    async with asking(guests) as (guest, answers):
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        answers.answer = lambda: answer
        call = asyncio.create_task(guest.call("ask"))
        await until(lambda: answers.calls == 2)
        stop = asyncio.create_task(guest.stop(grace_seconds=60))
        await asyncio.sleep(0)
        assert not stop.done()
        answer.set_result(3)
        await stop
        assert await call == 3


async def test_calls_that_wait_are_refused_as_soon_as_the_stop_begins(guests: Guests) -> None:
    async with asking(guests) as (guest, answers):
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        answers.answer = lambda: answer
        call = asyncio.create_task(guest.call("ask"))
        await until(lambda: answers.calls == 2)
        waiting = [asyncio.create_task(guest.call("asked")) for _ in range(3)]
        await asyncio.sleep(0)
        stop = asyncio.create_task(guest.stop(grace_seconds=60))
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [ComponentStopped] * 3
        with pytest.raises(ComponentStopped):
            await guest.call("asked")
        assert not stop.done()
        answer.set_result(3)
        await stop
        assert await call == 3


async def test_a_guest_that_spins_is_ended_when_the_grace_time_is_over(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile")
        call = asyncio.create_task(guest.call("spin"))
        await asyncio.sleep(0.01)
        await guest.stop(grace_seconds=0.05)
        assert guests.memories() == 0
        with pytest.raises(ComponentStopped):
            await call


async def test_a_guest_that_waits_for_the_host_is_ended_when_the_grace_time_is_over(guests: Guests) -> None:
    async with asking(guests) as (guest, answers):
        answers.answer = asyncio.get_running_loop().create_future
        call = asyncio.create_task(guest.call("ask"))
        await until(lambda: answers.calls == 2)
        await guest.stop(grace_seconds=0.05)
        assert guests.memories() == 0
        with pytest.raises(ComponentStopped):
            await call


async def test_without_grace_a_stop_ends_the_call_at_once(guests: Guests) -> None:
    async with guests.host(stop_grace_seconds=60.0) as host:
        guest = await guests.start(host, "hostile")
        call = asyncio.create_task(guest.call("spin"))
        await asyncio.sleep(0)
        await guest.stop(grace_seconds=0)
        with pytest.raises(ComponentStopped):
            await call


async def test_a_component_that_is_starting_again_is_ended_when_the_grace_time_is_over(guests: Guests) -> None:
    async with asking(guests) as (guest, answers):
        with pytest.raises(GuestTrapped):
            await guest.call("trap")
        answers.answer = asyncio.get_running_loop().create_future  # the new instance waits in its start function
        call = asyncio.create_task(guest.call("asked"))
        await until(lambda: answers.calls == 2)
        async with asyncio.timeout(5):
            await guest.stop(grace_seconds=0.05)
        assert guests.memories() == 0
        with pytest.raises(ComponentStopped):
            await call


async def test_a_call_that_finishes_at_the_very_end_of_the_grace_time_does_not_hang_the_stop(guests: Guests) -> None:
    async with asking(guests) as (guest, answers):
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        answers.answer = lambda: answer
        call = asyncio.create_task(guest.call("ask"))
        await until(lambda: answers.calls == 2)
        stop = asyncio.create_task(guest.stop(grace_seconds=0.02))
        await asyncio.sleep(0)
        answer.set_result(3)
        time.sleep(0.05)  # noqa: ASYNC251 - in the next turn of the loop, the answer and the end of grace are both due
        async with asyncio.timeout(5):
            await stop
        assert guests.memories() == 0
        await asyncio.gather(call, return_exceptions=True)


async def test_a_stop_whose_grace_time_ends_with_the_deadline_of_the_call_is_a_stop(guests: Guests) -> None:
    async with asking(guests) as (guest, answers):
        answers.answer = asyncio.get_running_loop().create_future
        call = asyncio.create_task(guest.call("ask", timeout=0.03))
        await until(lambda: answers.calls == 2)
        stop = asyncio.create_task(guest.stop(grace_seconds=0.01))
        await asyncio.sleep(0)
        time.sleep(0.06)  # noqa: ASYNC251 - in the next turn of the loop, both are over
        await stop
        assert guests.memories() == 0
        with pytest.raises((ComponentStopped, DeadlineExceeded)):
            await call


async def test_cancelling_a_stop_ends_the_call_at_once(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile")
        call = asyncio.create_task(guest.call("spin"))
        await asyncio.sleep(0.01)
        stop = asyncio.create_task(guest.stop(grace_seconds=60))
        await asyncio.sleep(0)
        stop.cancel()
        with pytest.raises(asyncio.CancelledError):
            await stop
        assert guests.memories() == 0
        with pytest.raises(ComponentStopped):
            await call
        assert not host.components


async def test_cancelling_a_stop_twice_still_stops(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile")
        call = asyncio.create_task(guest.call("spin"))
        await asyncio.sleep(0.01)
        stop = asyncio.create_task(guest.stop(grace_seconds=60))
        await asyncio.sleep(0)
        stop.cancel()
        await asyncio.sleep(0)
        stop.cancel()
        await asyncio.gather(stop, call, return_exceptions=True)
        assert guests.memories() == 0
        assert not host.components


async def test_a_host_function_may_stop_the_component_that_called_it(guests: Guests) -> None:
    async with asking(guests) as (guest, answers):

        async def stop() -> int:
            await guest.stop(grace_seconds=0.05)
            return 1

        answers.answer = stop
        async with asyncio.timeout(5):
            with pytest.raises(ComponentStopped):
                await guest.call("ask")
        assert state_of(guest) is ComponentState.STOPPED
        assert guests.memories() == 0
