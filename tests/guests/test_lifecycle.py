"""A component's life: one call at a time in order, ended by failures and stops, and never in somebody else's way."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from airssys import Component, ComponentState, Host, HostInterface
from airssys.engine import live_memories
from airssys.errors import (
    AirssysError,
    ComponentStopped,
    GuestTrapped,
    OperatorError,
    ReentrantCall,
)
from tests.guests import wat
from tests.guests.hosting import PAGE, Guests, run, until

#: Calls the host while it starts, and again in `ask`; `trap` traps.
ASKS = """(component
  (import "airssys:test/host@1.0.0" (instance $host (export "count" (func (result u64)))))
  (core func $count (canon lower (func $host "count")))
  (core module $main
    (import "host" "count" (func $count (result i64)))
    (memory 1)
    (global $asked (mut i32) (i32.const 0))
    (func $start (drop (call $count)))
    (start $start)
    (func (export "ask") (result i64) (call $count))
    (func (export "ask-then-spin") (drop (call $count)) (loop $again (br $again)))
    (func (export "asked") (result i32)
      (global.set $asked (i32.add (global.get $asked) (i32.const 1))) (global.get $asked))
    (func (export "trap") unreachable))
  (core instance $main (instantiate $main (with "host" (instance (export "count" (func $count))))))
  (func (export "ask") (result u64) (canon lift (core func $main "ask")))
  (func (export "ask-then-spin") (canon lift (core func $main "ask-then-spin")))
  (func (export "asked") (result u32) (canon lift (core func $main "asked")))
  (func (export "trap") (canon lift (core func $main "trap"))))
"""


class Answers:
    """Answers `count` of `ASKS`: its start at once, and later calls with whatever the test wants."""

    def __init__(self) -> None:
        self.calls = 0
        self.answer: Callable[[], Any] = lambda: 0
        self.interface = HostInterface(
            "interface airssys:test/host@1.0.0 { count: func() -> u64; }", {"count": self._count}
        )

    async def _count(self) -> int:
        self.calls += 1
        answer = self.answer()
        return int(await answer) if hasattr(answer, "__await__") else int(answer)


@contextlib.asynccontextmanager
async def asking(guests: Guests, **settings: Any) -> AsyncIterator[tuple[Component, Answers]]:
    """A host with one component that asks, and what answers it."""
    answers = Answers()
    async with guests.host(**settings) as host:
        yield await guests.start(host, "asks", text=ASKS, interfaces=[answers.interface]), answers


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
        assert guest.status.state is ComponentState.BUSY
        assert guest.status.waiting == 1
        assert not second.done()
        answer.set_result(9)
        assert (await first, await second) == (9, 1)
        assert guest.status.state is ComponentState.READY


async def test_a_call_after_another_does_not_overtake_those_that_wait(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile")
        order: list[str] = []

        async def called(name: str) -> None:
            await guest.call("spin-for", 2_000_000)
            order.append(name)
            if name == "first":
                await called("the first, again")

        await asyncio.gather(called("first"), called("second"), called("third"))
        assert order == ["first", "second", "third", "the first, again"]


async def test_a_component_is_busy_only_while_it_is_called(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile")
        assert guest.status.state is ComponentState.READY
        with pytest.raises(GuestTrapped):
            await guest.call("trap")
        assert guest.status.state is ComponentState.FAILED
        await guest.call("pages")
        assert guest.status.state is ComponentState.READY
        await guest.stop()
        assert guest.status.state is ComponentState.STOPPED


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
        first.add_done_callback(lambda _: second.cancel())  # the turn is the second's already, but it did not wake up
        answer.set_result(9)
        assert await third == 1
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
        assert live_memories() == 0
        assert await guest.call("count-calls") == 1
        assert await guest.call("pages") == 1
        assert guest.status.restarts == 1


async def test_cancelling_a_guest_that_waits_for_the_host_ends_both(guests: Guests) -> None:
    async with asking(guests) as (guest, answers):
        ended = asyncio.Event()

        async def forever() -> int:
            try:
                return await asyncio.get_running_loop().create_future()
            finally:
                ended.set()

        answers.answer = forever
        task = asyncio.create_task(guest.call("ask"))
        await until(lambda: answers.calls == 2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert ended.is_set()
        assert live_memories() == 0
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
            assert live_memories() == 0
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
            assert live_memories() == 0
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
            assert live_memories() == 0


# ---------------------------------------------------------------- stopping


async def test_a_stopped_component_refuses_every_call(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile")
        await guest.stop()
        with pytest.raises(ComponentStopped):
            await guest.call("pages")
        await guest.stop()
        assert live_memories() == 0
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
        assert live_memories() == 0
        with pytest.raises(ComponentStopped):
            await call


async def test_a_guest_that_waits_for_the_host_is_ended_when_the_grace_time_is_over(guests: Guests) -> None:
    async with asking(guests) as (guest, answers):
        answers.answer = asyncio.get_running_loop().create_future
        call = asyncio.create_task(guest.call("ask"))
        await until(lambda: answers.calls == 2)
        await guest.stop(grace_seconds=0.05)
        assert live_memories() == 0
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
        assert live_memories() == 0
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
        assert live_memories() == 0
        await asyncio.gather(call, return_exceptions=True)


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
        assert live_memories() == 0
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
        assert live_memories() == 0
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
        assert guest.status.state is ComponentState.STOPPED
        assert live_memories() == 0


# ---------------------------------------------------------------- hosts


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
    assert live_memories() == 0
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
    assert live_memories() == 0
    with pytest.raises(ComponentStopped):
        await call


async def test_leaving_a_host_ends_a_start_in_progress(guests: Guests) -> None:
    async with guests.host(stop_grace_seconds=0.05) as host:
        starting = asyncio.create_task(guests.start(host, "start-spins", timeout_seconds=2))
        await until(lambda: live_memories() == 1)
    assert live_memories() == 0
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
    assert live_memories() == 0
    assert not host.components


async def test_leaving_a_host_ends_a_stop_that_is_still_patient(guests: Guests) -> None:
    async with guests.host(stop_grace_seconds=0.05) as host:
        guest = await guests.start(host, "hostile")
        call = asyncio.create_task(guest.call("spin"))
        stop = asyncio.create_task(guest.stop(grace_seconds=5))
        await asyncio.sleep(0.01)
    try:
        assert live_memories() == 0
    finally:
        stop.cancel()
        await asyncio.gather(stop, call, return_exceptions=True)


# ---------------------------------------------------------------- loops, threads, signals


def test_two_event_loops_in_two_threads_each_have_their_own_guests(guests: Guests) -> None:
    ready = threading.Barrier(2)
    outcomes: dict[str, list[int]] = {}

    async def program(name: str) -> None:
        async with guests.host() as host:
            guest = await guests.start(host, "hostile", name=name)
            await asyncio.to_thread(ready.wait)
            spinning = await guests.start(host, "hostile", name=f"{name}-spinning")
            spin = asyncio.create_task(spinning.call("spin"))
            outcomes[name] = [await guest.call("count-calls") for _ in range(300)]
            spin.cancel()
            await asyncio.gather(spin, return_exceptions=True)

    threads = [threading.Thread(target=run, args=[program(name)]) for name in ("left", "right")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == {"left": [*range(1, 301)], "right": [*range(1, 301)]}


def test_event_loops_one_after_another_each_have_their_own_guests(guests: Guests) -> None:
    async def program() -> int:
        async with guests.host() as host:
            guest = await guests.start(host, "hostile")
            await guest.call("spin-for", 3_000_000)
            count: int = await guest.call("count-calls")
            return count

    assert [run(program()) for _ in range(3)] == [1, 1, 1]


async def test_eight_threads_each_get_the_results_of_their_own_calls(guests: Guests) -> None:
    async with guests.host() as host:
        await guests.start(host, "add", max_bytes=16 * PAGE)
        answers: dict[int, list[str]] = {}

        def work(number: int) -> None:
            texts = [f"thread {number}, call {turn} " * (turn + 1) for turn in range(20)]
            answers[number] = [host.from_thread.call("add", "echo-string", text) for text in texts]
            assert answers[number] == texts
            assert host.from_thread.call("add", "add", number, 1) == number + 1

        await asyncio.gather(*[asyncio.to_thread(work, number) for number in range(8)])
        assert sorted(answers) == [*range(8)]


async def test_eight_threads_each_get_the_error_of_their_own_call(guests: Guests) -> None:
    async with guests.host() as host:
        for number in range(8):
            await guests.start(host, "hostile", name=f"g{number}", max_bytes=(number + 2) * PAGE)

        def work(number: int) -> list[str]:
            said = []
            for export, arguments in (("trap", ()), ("exhaust", ()), ("div", (0,)), ("nonsense", ())):
                try:
                    host.from_thread.call(f"g{number}", export, *arguments)
                except AirssysError as error:
                    said.append(f"{error.code} {getattr(error, 'kind', getattr(error, 'limit_bytes', ''))}")
            return said

        outcomes = await asyncio.gather(*[asyncio.to_thread(work, number) for number in range(8)])
        assert [*outcomes] == [
            [
                "guest-trapped unreachable",
                f"out-of-memory {(number + 2) * PAGE}",
                "guest-trapped integer-divide-by-zero",
                "export-not-found ",
            ]
            for number in range(8)
        ]


async def test_a_thread_that_names_no_component_is_told_which_there_are(guests: Guests) -> None:
    async with guests.host() as host:
        await guests.start(host, "hostile")
        with pytest.raises(OperatorError, match=r"no component named nobody.*hostile"):
            await asyncio.to_thread(host.from_thread.call, "nobody", "pages")


async def test_blocking_the_loop_with_a_call_from_its_own_thread_is_refused(guests: Guests) -> None:
    async with guests.host() as host:
        await guests.start(host, "hostile")
        with pytest.raises(OperatorError, match="block the event loop"):
            host.from_thread.call("hostile", "pages")


async def test_a_thread_whose_component_is_stopped_gets_the_error(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile")
        waiting = asyncio.create_task(asyncio.to_thread(host.from_thread.call, "hostile", "spin"))
        await until(lambda: guest.status.state is ComponentState.BUSY)
        await guest.stop(grace_seconds=0)
        with pytest.raises(ComponentStopped):
            await waiting


def test_a_thread_that_calls_after_the_loop_is_gone_gets_an_error(guests: Guests) -> None:
    async def program() -> Any:
        async with guests.host() as host:
            await guests.start(host, "hostile")
            return host.from_thread

    from_thread = run(program())
    with pytest.raises(AirssysError):
        from_thread.call("hostile", "pages")


async def test_a_call_from_another_event_loop_is_refused(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile")
        with pytest.raises(OperatorError, match="another event loop"):
            await asyncio.to_thread(asyncio.run, guest.call("pages"))
        assert await guest.call("count-calls") == 1


async def test_a_call_from_another_event_loop_is_refused_while_the_guest_is_busy(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile")
        spinning = asyncio.create_task(guest.call("spin"))
        await asyncio.sleep(0.01)

        async def impatient() -> None:
            await asyncio.wait_for(guest.call("pages"), 2)

        with pytest.raises(OperatorError, match="another event loop"):
            await asyncio.to_thread(asyncio.run, impatient())
        spinning.cancel()
        await asyncio.gather(spinning, return_exceptions=True)
        assert await guest.call("count-calls") == 1


async def test_a_stop_from_another_event_loop_is_refused(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile")
        with pytest.raises(OperatorError, match="another event loop"):
            await asyncio.to_thread(asyncio.run, guest.stop())
        assert await guest.call("count-calls") == 1


def test_a_signal_handler_that_raises_while_a_guest_runs_here_ends_that_call_only(guests: Guests) -> None:
    versions = itertools.count()

    class Alarm(Exception):
        pass

    def ring(*_: Any) -> None:
        raise Alarm

    async def program() -> None:
        async with guests.host() as host:
            for _ in range(3):
                unknown = wat.text("hostile") + f";; rung {next(versions)}\n"  # so its first slice runs on this thread
                guest = await guests.start(host, "rung", text=unknown)
                signal.setitimer(signal.ITIMER_REAL, 0.0005)
                with pytest.raises(Alarm):
                    await guest.call("spin-for", 2_000_000_000)
                assert await guest.call("count-calls") == 1
                await guest.stop()

    before = signal.signal(signal.SIGALRM, ring)
    try:
        run(program())
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_handlers_of_signals_are_as_they_were_when_the_host_is_left(guests: Guests) -> None:
    def handle(*_: Any) -> None:
        raise AssertionError("nobody sends it")

    async def program() -> None:
        async with guests.host(), guests.host():
            assert signal.getsignal(signal.SIGUSR1) is not handle

    before = signal.signal(signal.SIGUSR1, handle)
    try:
        run(program())
        assert signal.getsignal(signal.SIGUSR1) is handle
    finally:
        signal.signal(signal.SIGUSR1, before)


# ---------------------------------------------------------------- reentrancy


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


async def test_a_host_is_a_value_that_does_nothing_by_itself(guests: Guests) -> None:
    before = threading.active_count()
    hosts = [Host(guests.config()) for _ in range(100)]
    assert all(not host.components for host in hosts)
    assert threading.active_count() == before
