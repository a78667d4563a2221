"""Promise: host functions run on the event loop's thread, in the task of whoever called the guest."""

from __future__ import annotations

import asyncio
import threading
from contextvars import ContextVar
from typing import Any

import pytest

from airssys import Component, ComponentState, Host
from airssys.engine import instantiate, live_memories
from airssys.errors import CallsTooDeep, DeadlineExceeded, ReentrantCall
from tests.guests.hosting import PAGE, Guests, call
from tests.guests.interfaces import TURNS, WORKS_FIRST, host_interface, log_interface

who: ContextVar[str] = ContextVar("who", default="nobody")


async def start(guests: Guests, host: Host, name: str = "host-calls", **answers: Any) -> Component:
    return await guests.start(host, "host-calls", name=name, interfaces=[host_interface(**answers)])


async def start_worker(guests: Guests, host: Host, log: Any) -> Component:
    """A guest that is on a worker thread when it calls `log`."""
    return await guests.start(host, "worker", text=WORKS_FIRST, interfaces=[log_interface(log)])


# ---------------------------------------------------------------- where they run


@pytest.mark.parametrize("waits", [False, True], ids=["plain", "async"])
@pytest.mark.parametrize("guest", ["quick", "on a worker"])
async def test_it_is_the_callers_thread_task_and_context(guests: Guests, guest: str, waits: bool):
    seen: list[object] = []

    def look() -> None:
        seen.append((threading.get_ident(), asyncio.current_task(), asyncio.get_running_loop(), who.get()))

    async def look_twice(_message: str) -> None:
        look()
        await asyncio.sleep(0.001)
        look()

    who.set("the caller")
    async with guests.host() as host:
        log = look_twice if waits else lambda _message: look()
        if guest == "quick":
            await (await start(guests, host, log=log)).call("chatty", 3)
        else:
            await (await start_worker(guests, host, log)).call("work", TURNS)
    here = (threading.get_ident(), asyncio.current_task(), asyncio.get_running_loop(), "the caller")
    assert set(seen) == {here}
    assert len(seen) == (3 if guest == "quick" else 1) * (2 if waits else 1)


async def test_every_caller_has_its_own_context(guests: Guests):
    async def relay(text: str) -> str:
        await asyncio.sleep(0.001)
        return f"{text} from {who.get()}"

    async def ask(component: Component, name: str) -> str:
        who.set(name)
        answer: str = await component.call("relay", "hello")
        return answer

    async with guests.host() as host:
        component = await start(guests, host, relay=relay)
        names = [f"caller {i}" for i in range(5)]
        assert await asyncio.gather(*[ask(component, name) for name in names]) == [f"hello from {n}" for n in names]


async def test_a_call_from_another_thread_is_answered_on_the_loops_thread(guests: Guests):
    seen: list[int] = []
    async with guests.host() as host:
        await start(guests, host, log=lambda _message: seen.append(threading.get_ident()))
        await asyncio.to_thread(host.from_thread.call, "host-calls", "chatty", 2)
    assert seen == [threading.get_ident()] * 2


async def test_asyncio_works_inside_a_host_function(guests: Guests):
    async def sleep(_milliseconds: int) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await asyncio.sleep(60)
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.sleep(0))
        await asyncio.wait_for(asyncio.to_thread(lambda: None), 10)
        await asyncio.gather(asyncio.sleep(0), asyncio.sleep(0.001))

    async with guests.host() as host:
        assert await (await start(guests, host, sleep=sleep)).call("naps", 3, 1) == 3


async def test_a_thousand_guests_can_wait_in_host_functions_at_once(guests: Guests):
    arrived, everyone = 0, asyncio.Event()

    async def sleep(_milliseconds: int) -> None:
        nonlocal arrived
        arrived += 1
        if arrived == 1000:
            everyone.set()
        await everyone.wait()

    linked = await guests.linked("host-calls", interfaces=[host_interface(sleep=sleep)])
    instances = [await instantiate(linked, max_memory_bytes=PAGE) for _ in range(1000)]
    await asyncio.gather(*[call(instance, "nap", 1) for instance in instances])
    assert arrived == 1000
    for instance in instances:
        instance.close()


# ---------------------------------------------------------------- how they end


class Naps:
    """A `sleep` that never returns by itself, and says how it ended."""

    def __init__(self) -> None:
        self.endings: list[str] = []
        self.started = asyncio.Event()

    async def sleep(self, _milliseconds: int) -> None:
        self.started.set()
        try:
            await asyncio.sleep(60)
        except BaseException as error:
            self.endings.append(type(error).__name__)
            raise
        finally:
            await asyncio.sleep(0.001)  # tidying up may wait
            self.endings.append("tidied up")


async def test_cancelling_the_caller_cancels_the_host_function_and_waits_for_it(guests: Guests):
    naps = Naps()
    async with guests.host() as host:
        component = await start(guests, host, sleep=naps.sleep)
        memories = live_memories()
        task = asyncio.create_task(component.call("nap", 1))
        await naps.started.wait()
        task.cancel("enough")
        with pytest.raises(asyncio.CancelledError):
            await task
        assert naps.endings == ["CancelledError", "tidied up"]
        assert (component.status.state, live_memories()) == (ComponentState.FAILED, memories - 1)
        assert await component.call("count-times", 2) == 2


async def test_stopping_the_component_cancels_the_host_function(guests: Guests):
    naps = Naps()
    async with guests.host() as host:
        component = await start(guests, host, sleep=naps.sleep)
        task = asyncio.create_task(component.call("nap", 1))
        await naps.started.wait()
        await component.stop(grace_seconds=0.01)
        assert naps.endings == ["CancelledError", "tidied up"]
        await asyncio.gather(task, return_exceptions=True)


async def test_a_host_function_that_ignores_its_cancellation_keeps_its_guest(guests: Guests):
    """As everywhere in asyncio: who catches CancelledError goes on."""
    started = asyncio.Event()

    async def sleep(_milliseconds: int) -> None:
        started.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            return

    async with guests.host() as host:
        component = await start(guests, host, sleep=sleep)
        task = asyncio.create_task(component.call("naps", 1, 1))
        await started.wait()
        task.cancel()
        assert await task == 1
        assert component.status.restarts == 0


class Ended:
    """A `sleep` that counts how often it began and how often it ended."""

    def __init__(self) -> None:
        self.began = self.ended = 0

    async def sleep(self, _milliseconds: int) -> None:
        self.began += 1
        try:
            await asyncio.sleep(60)
        finally:
            self.ended += 1


async def test_a_host_function_is_ended_also_when_the_deadline_passed_before_it_was_awaited(guests: Guests):
    """Again and again: nothing of an ended call stays with the task that made it."""
    waits = Ended()
    async with guests.host() as host:
        component = await start(guests, host, sleep=waits.sleep)
        for _ in range(50):
            with pytest.raises(DeadlineExceeded):
                await component.call("nap", 1, timeout=0)
            assert waits.ended == waits.began
        assert waits.began > 35, "most calls met the host in their first slice"
        assert await component.call("count-times", 1) == 1


async def test_a_host_function_is_ended_also_when_nobody_awaits_its_call(guests: Guests):
    waits = Ended()
    for _ in range(50):
        instance = await guests.instance("host-calls", interfaces=[host_interface(sleep=waits.sleep)])
        unfinished = instance.begin("nap", (1,))
        instance.close()
        assert waits.ended == waits.began
        del unfinished
    assert waits.began > 35, "most calls met the host in their first slice"


# ---------------------------------------------------------------- calling guests from host functions


async def test_a_host_function_that_calls_its_own_guest_is_refused(guests: Guests):
    async with guests.host() as host:
        caught: list[BaseException] = []

        async def relay(_text: str) -> str:
            try:
                await component.call("count-times", 1)
            except ReentrantCall as error:
                caught.append(error)
            return "still here"

        component = await start(guests, host, relay=relay)
        for _ in range(3):
            assert await component.call("relay", "x") == "still here"
        assert [type(error) for error in caught] == [ReentrantCall] * 3
        assert component.status.restarts == 0


@pytest.mark.parametrize("way", ["in a task", "through a thread", "through another guest"])
async def test_no_way_round_ends_in_a_deadlock(guests: Guests, way: str):
    async with guests.host() as host:

        async def relay(_text: str) -> str:
            if way == "in a task":
                await asyncio.create_task(component.call("count-times", 1))
            elif way == "through a thread":
                await asyncio.to_thread(host.from_thread.call, "host-calls", "count-times", 1)
            else:
                await other.call("relay", "x")
            return "unreachable"

        async def back(_text: str) -> str:
            answer: str = await component.call("relay", "x")
            return answer

        component = await start(guests, host, relay=relay)
        other = await start(guests, host, name="other", relay=back)
        with pytest.raises(ReentrantCall):
            async with asyncio.timeout(10):
                await component.call("relay", "x")


async def test_a_host_function_may_call_another_guest(guests: Guests):
    async with guests.host() as host:
        other = await start(guests, host, name="other", relay=lambda text: f"{text}, said the other")

        async def relay(text: str) -> str:
            answer: str = await other.call("relay", text)
            return answer

        component = await start(guests, host, relay=relay)
        assert await component.call("relay", "hello") == "hello, said the other"
        assert (component.cpu.calls, other.cpu.calls) == (1, 1)


async def test_guests_that_call_guests_have_an_end(guests: Guests):
    """Sixty guests, each of whose host functions calls the next: refused, before the stack is used up."""
    async with guests.host() as host:
        depth = 0

        async def relay(text: str) -> str:
            nonlocal depth
            depth += 1
            answer: str = await chain[depth].call("relay", text)
            return answer

        chain = [await start(guests, host, name=f"guest-{i}", relay=relay) for i in range(60)]
        with pytest.raises(CallsTooDeep):
            await chain[0].call("relay", "x")
        assert 8 < depth < 59
        depth = 60 - 8
        with pytest.raises(IndexError):  # the last one asks for the next
            await chain[depth].call("relay", "x")


async def test_work_that_a_host_function_left_behind_may_call_its_guest_afterwards(guests: Guests):
    async with guests.host() as host:
        later: list[asyncio.Task[Any]] = []

        async def call_later() -> Any:
            await asyncio.sleep(0.01)
            return await component.call("count-times", 3)

        component = await start(guests, host, log=lambda _message: later.append(asyncio.create_task(call_later())))
        await component.call("chatty", 1)
        assert await later[0] == 3


#: Calls the host while it is instantiated, and needs two more pages afterwards.
STARTS_IN_TWO_STEPS = """(component
  (import "airssys:test/host@1.0.0" (instance $host (export "count" (func (result u64)))))
  (core func $count (canon lower (func $host "count")))
  (core module $first
    (import "host" "count" (func $count (result i64)))
    (func $start (drop (call $count)))
    (start $start))
  (core module $second (memory 2) (func (export "ready") (result i32) (i32.const 1)))
  (core instance $one (instantiate $first (with "host" (instance (export "count" (func $count))))))
  (core instance $two (instantiate $second))
  (func (export "ready") (result bool) (canon lift (core func $two "ready"))))
"""


async def test_memory_after_a_host_call_is_charged_to_the_right_guest(guests: Guests):
    """The host function of a starting guest calls another guest, which grows: each keeps its own account."""
    other = await guests.instance("hostile")
    assert await call(other, "grow", 1) == 1

    def count() -> int:
        assert other.begin("grow", (3,)) == 2
        return 1

    interface = host_interface(count=count)
    starting = await guests.instance("starting", text=STARTS_IN_TWO_STEPS, interfaces=[interface])
    assert (other.limiter.usage.current_bytes, starting.limiter.usage.current_bytes) == (5 * PAGE, 2 * PAGE)
