"""Promise: a guest waits for many things at once, and costs no thread while it does; what it no longer waits for,
nobody watches."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

import pytest

from airssys import ComponentState
from airssys.errors import ComponentStopped, DeadlineExceeded, GuestTrapped
from airssys.interfaces.wasi import WasiSetup, _clocks
from tests.clock import WallClock
from tests.guests import wasi_remote
from tests.guests.hosting import Guests, until
from tests.guests.wasi.programs import Pipe, Remote, readers, start

SECOND: Final = 10**9
MILLISECOND: Final = 10**6
LAST_INSTANT: Final = 2**64 - 1
SLEEPY: Final = ("wasi:io/poll", "wasi:clocks/monotonic-clock")


async def timer(remote: Remote, ns: int) -> Any:
    return await remote("monotonic-clock-subscribe-duration", ns)


# ---------------------------------------------------------------- which are ready


async def test_a_poll_of_nothing_is_misuse(guests: Guests):
    async with guests.host() as host:
        remote = await start(guests, host)
        with pytest.raises(GuestTrapped, match="empty list") as trapped:
            await remote("poll-poll", [])
        assert trapped.value.kind == "misuse"


async def test_a_poll_tells_all_that_are_ready_by_their_places_in_the_list(guests: Guests):
    with Pipe() as empty:
        async with guests.host() as host:
            remote = await start(guests, host, wasi=WasiSetup(stdin=empty.reader))
            stdin = await remote("input-stream-subscribe", await remote("stdin-get-stdin"))
            output = await remote("output-stream-subscribe", await remote("stdout-get-stdout"))
            late, now = await timer(remote, 3600 * SECOND), await timer(remote, 0)
            assert await remote("poll-poll", [late, now, stdin, output, now]) == [1, 3, 4]
            empty.write(b"x")
            assert await remote("poll-poll", [late, now, stdin, output]) == [1, 2, 3]
            assert [await remote("pollable-ready", each) for each in (late, now, stdin)] == [False, True, True]


async def test_a_poll_waits_for_the_first_of_many(guests: Guests):
    with Pipe() as pipe:
        async with guests.host() as host:
            remote = await start(guests, host, wasi=WasiSetup(stdin=pipe.reader))
            stream = await remote("stdin-get-stdin")
            pollables = [await timer(remote, 3600 * SECOND) for _ in range(20)]
            pollables += [await remote("input-stream-subscribe", stream) for _ in range(20)]
            before = readers()
            polling = asyncio.create_task(remote("poll-poll", pollables))
            await until(lambda: readers() > before)
            assert not polling.done()
            pipe.write(b"x")
            assert await polling == list(range(20, 40))
            assert readers() == before


async def test_standard_input_that_ends_is_ready(guests: Guests):
    with Pipe() as pipe:
        async with guests.host() as host:
            remote = await start(guests, host, wasi=WasiSetup(stdin=pipe.reader))
            pollable = await remote("input-stream-subscribe", await remote("stdin-get-stdin"))
            assert not await remote("pollable-ready", pollable)
            pipe.end()
            await remote("pollable-block", pollable)


@pytest.mark.parametrize("kind", ["bytes", "nothing", "file"])
async def test_standard_input_that_is_there_is_ready(guests: Guests, kind: str):
    file = os.open(__file__, os.O_RDONLY)
    stdin = {"bytes": b"", "nothing": None, "file": file}[kind]
    async with guests.host() as host:
        remote = await start(guests, host, wasi=WasiSetup(stdin=stdin))
        pollable = await remote("input-stream-subscribe", await remote("stdin-get-stdin"))
        assert await remote("pollable-ready", pollable)
        assert await remote("poll-poll", [pollable]) == [0]
    os.close(file)


async def test_ten_thousand_entries_are_polled_at_once(guests: Guests):
    with Pipe() as pipe:
        async with guests.host() as host:
            remote = await start(guests, host, wasi=WasiSetup(stdin=pipe.reader))
            pollable = await remote("input-stream-subscribe", await remote("stdin-get-stdin"))
            before = readers()
            polling = asyncio.create_task(remote("poll-many", pollable, 10_000))
            await until(lambda: readers() > before)
            pipe.write(b"x")
            assert await polling == list(range(10_000))


async def test_pollables_outlive_the_stream_that_they_are_of(guests: Guests):
    with Pipe() as pipe:
        async with guests.host() as host:
            remote = await start(guests, host, wasi=WasiSetup(stdin=pipe.reader))
            stream = await remote("stdin-get-stdin")
            pollable = await remote("input-stream-subscribe", stream)
            await remote("drop-input-stream", stream)
            pipe.write(b"x")
            await remote("pollable-block", pollable)


@pytest.mark.parametrize("export", ["poll-poll", "pollable-ready", "pollable-block"])
async def test_a_pollable_that_was_dropped_is_no_handle(guests: Guests, export: str):
    async with guests.host() as host:
        remote = await start(guests, host)
        pollable = await timer(remote, 0)
        await remote("drop-pollable", pollable)
        with pytest.raises(GuestTrapped) as trapped:
            await remote(export, [pollable] if export == "poll-poll" else pollable)
        assert trapped.value.kind == "bad-handle"


# ---------------------------------------------------------------- timers


async def test_a_timer_is_ready_from_its_time_on_and_not_before(guests: Guests):
    clock = WallClock(now=1000.0)
    async with guests.host(authority={"clock": clock}) as host:
        remote = await start(guests, host)
        timers = [
            await timer(remote, SECOND),
            await remote("monotonic-clock-subscribe-instant", 1001 * SECOND),
            await remote("monotonic-clock-subscribe-instant", 1001 * SECOND + 1),
        ]
        for now, ready in ((1000.0, []), (1000.999, []), (1001.0, [0, 1]), (1002.0, [0, 1, 2])):
            clock.now = now
            assert [index for index, each in enumerate(timers) if await remote("pollable-ready", each)] == ready


async def test_a_sleeping_guest_wakes_when_its_clock_says_so(guests: Guests):
    """However often the loop's own timer goes off meanwhile."""
    clock = WallClock(now=1000.0)
    async with guests.host(authority={"clock": clock}) as host:
        other = await guests.start(host, "add")
        remote = await start(guests, host)
        sleeping = asyncio.create_task(remote("pollable-block", await timer(remote, MILLISECOND)))
        for _ in range(100):
            await other.call("add", 1, 2)
            await asyncio.sleep(0.0002)
        assert not sleeping.done()
        clock.now += 0.001
        await sleeping


async def test_a_clock_that_jumps_is_looked_at_now_and_then(guests: Guests, monkeypatch: pytest.MonkeyPatch):
    """The loop's own clock knows nothing of it; here, now and then is a millisecond."""
    monkeypatch.setattr(_clocks, "_MAX_TIMER_SECONDS", 0.001)
    clock = WallClock()
    async with guests.host(authority={"clock": clock}) as host:
        remote = await start(guests, host)
        sleeping = asyncio.create_task(remote("pollable-block", await timer(remote, 20 * SECOND)))
        await until(lambda: remote.component.status.state is ComponentState.BUSY)
        clock.now += 20
        await sleeping


@pytest.mark.parametrize("instant", [0, 1, 999 * SECOND, 1000 * SECOND])
async def test_an_instant_that_has_passed_is_ready_at_once(guests: Guests, instant: int):
    async with guests.host(authority={"clock": WallClock(now=1000.0)}) as host:
        remote = await start(guests, host)
        pollable = await remote("monotonic-clock-subscribe-instant", instant)
        assert await remote("poll-poll", [pollable]) == [0]


@pytest.mark.parametrize("subscribe", ["monotonic-clock-subscribe-instant", "monotonic-clock-subscribe-duration"])
@pytest.mark.parametrize("when", [LAST_INSTANT, LAST_INSTANT - 1000 * SECOND, 2**63])
async def test_a_time_that_never_comes_is_waited_for_until_the_deadline(guests: Guests, subscribe: str, when: int):
    async with guests.host(authority={"clock": WallClock(now=1000.0)}) as host:
        remote = await start(guests, host)
        pollable = await remote(subscribe, when)
        assert not await remote("pollable-ready", pollable)
        with pytest.raises(DeadlineExceeded):
            await remote("pollable-block", pollable, timeout=0.05)


async def test_a_real_second_is_no_shorter_than_a_guests(guests: Guests):
    async with guests.host() as host:
        remote = await start(guests, host)
        before = await remote("monotonic-clock-now")
        await remote("pollable-block", await timer(remote, 20 * MILLISECOND))
        assert await remote("monotonic-clock-now") - before >= 20 * MILLISECOND


# ---------------------------------------------------------------- what waiting costs, and how it ends


async def test_two_hundred_guests_sleep_at_once_without_a_thread_for_any_and_all_wake(guests: Guests):
    clock = WallClock()
    async with guests.host(authority={"clock": clock}) as host:
        project = guests.project("remote", text=wasi_remote.component(SLEEPY))
        remotes = [Remote(await host.start(project, name=f"sleeper-{number}")) for number in range(200)]
        pollables = [await timer(remote, SECOND // 20) for remote in remotes]
        before = threading.active_count()
        sleeping = [
            asyncio.create_task(remote("pollable-block", pollable))
            for remote, pollable in zip(remotes, pollables, strict=True)
        ]
        await until(lambda: all(remote.component.status.state is ComponentState.BUSY for remote in remotes))
        assert threading.active_count() < before + 10, "the engine and the loop have a few of their own"
        assert not any(each.done() for each in sleeping)
        clock.now += 1
        await asyncio.gather(*sleeping)


async def ended_by_deadline(remote: Remote, polling: Callable[..., Coroutine[Any, Any, Any]]) -> None:
    with pytest.raises(DeadlineExceeded):
        await polling(timeout=0.1)


async def ended_by_its_caller(remote: Remote, polling: Callable[..., Coroutine[Any, Any, Any]]) -> None:
    before = readers()
    task = asyncio.create_task(polling())
    await until(lambda: readers() > before)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def ended_by_a_stop(remote: Remote, polling: Callable[..., Coroutine[Any, Any, Any]]) -> None:
    before = readers()
    task = asyncio.create_task(polling())
    await until(lambda: readers() > before)
    await remote.component.stop(grace_seconds=0)
    with pytest.raises(ComponentStopped):
        await task


@pytest.mark.parametrize("end", [ended_by_deadline, ended_by_its_caller, ended_by_a_stop])
@pytest.mark.parametrize("export", ["poll-poll", "pollable-block", "input-stream-blocking-read"])
async def test_a_wait_that_is_ended_leaves_no_watcher_behind(
    guests: Guests, export: str, end: Callable[..., Awaitable[None]]
):
    with Pipe() as pipe:
        async with guests.host() as host:
            remote = await start(guests, host, wasi=WasiSetup(stdin=pipe.reader))
            stream = await remote("stdin-get-stdin")
            pollable = await remote("input-stream-subscribe", stream)
            arguments = {
                "poll-poll": ([pollable],),
                "pollable-block": (pollable,),
                "input-stream-blocking-read": (stream, 1),
            }[export]
            before = readers(), files()
            await end(remote, lambda **options: remote(export, *arguments, **options))
            assert (readers(), files()) == before


def files() -> int:
    return len(os.listdir("/proc/self/fd"))
