"""Event loops, threads and signals: whoever calls from wherever gets the result of its own call, or a clear refusal."""

from __future__ import annotations

import asyncio
import itertools
import signal
import threading
from typing import Any

import pytest

from airssys import Component, ComponentState
from airssys.errors import (
    AirssysError,
    ComponentStopped,
    OperatorError,
)
from tests.guests import wat
from tests.guests.hosting import PAGE, Guests, run, until


def state_of(guest: Component) -> ComponentState:
    return guest.status.state


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
        await until(lambda: state_of(guest) is ComponentState.BUSY)
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
