"""Promise: a call ends by its deadline, wherever the guest or its host functions spend the time."""

from __future__ import annotations

import asyncio
import math
import time
from typing import Any

import pytest

from airssys import Component, ComponentState
from airssys.errors import DeadlineExceeded
from tests.guests.hosting import MIB, Guests
from tests.guests.interfaces import host_interface

#: The deadline of most calls here, and how late its end may come on a busy machine.
SECONDS = 0.2
LATENESS = 3.0

#: Overwrites 16 MiB again and again, in pieces that the engine does not interrupt.
FILLER = """(component
  (core module $filler
    (memory 256)
    (func (export "fill") (loop $again
      (memory.fill (i32.const 0) (i32.const 1) (i32.const 16777216))
      (br $again))))
  (core instance $main (instantiate $filler))
  (func (export "fill") (canon lift (core func $main "fill"))))
"""


class Doing:
    """The host functions of `host-calls`, and what became of them."""

    def __init__(self) -> None:
        self.calls = 0
        self.endings: list[str] = []
        self.interface = host_interface(log=self.log, sleep=self.sleep)

    def log(self, _message: str) -> None:
        """Blocks the thread: what a plain host function must not do."""
        self.calls += 1
        time.sleep(0.15)

    async def sleep(self, milliseconds: int) -> None:
        self.calls += 1
        try:
            await asyncio.sleep(milliseconds / 1000)
            self.endings.append("slept")
        except BaseException as error:
            self.endings.append(type(error).__name__)
            raise


async def exceed(component: Component, export: str, *args: Any, timeout: float = SECONDS) -> DeadlineExceeded:
    """Call, and see that the deadline ends it, in time."""
    started = time.perf_counter()
    with pytest.raises(DeadlineExceeded) as caught:
        async with asyncio.timeout(10):
            await component.call(export, *args, timeout=timeout)
    elapsed = time.perf_counter() - started
    assert timeout - 0.01 <= elapsed < timeout + LATENESS
    return caught.value


@pytest.mark.parametrize(
    ("export", "args"),
    [
        pytest.param("spin", (), id="in a loop"),
        pytest.param("exhaust-and-spin", (), id="after it was refused memory"),
        pytest.param("take-spin", ("text",), id="in its allocator"),
        pytest.param("then-spin", (), id="in post-return"),
    ],
)
async def test_a_guest_that_never_returns_is_ended(guests: Guests, export: str, args: tuple[Any, ...]):
    async with guests.host() as host:
        component = await guests.start(host, "hostile")
        await component.call("count-calls")
        error = await exceed(component, export, *args)
        assert (error.timeout_seconds, error.code) == (SECONDS, "deadline-exceeded")
        assert component.status.state is ComponentState.FAILED
        assert await component.call("count-calls") == 1
        assert component.status.restarts == 1


async def test_a_destructor_of_the_guest_that_never_returns_is_ended(guests: Guests):
    async with guests.host() as host:
        component = await guests.start(host, "resources-export")
        counters = "airssys:test/counters@1.0.0#"
        counter = await component.call(counters + "[constructor]counter", 1_000_002)
        await exceed(component, counters + "consume", counter)


async def test_a_guest_that_works_in_large_pieces_is_ended(guests: Guests):
    async with guests.host() as host:
        component = await guests.start(host, "filler", text=FILLER, max_bytes=16 * MIB)
        await exceed(component, "fill")


async def test_a_start_function_that_never_returns_is_ended(guests: Guests):
    started = time.perf_counter()
    async with guests.host() as host:
        with pytest.raises(DeadlineExceeded) as caught:
            await guests.start(host, "start-spins", timeout_seconds=1)
        assert host.components == {}
    assert caught.value.timeout_seconds == 1
    assert 0.99 <= time.perf_counter() - started < 1 + LATENESS


async def test_the_declared_deadline_holds_without_another_and_cannot_be_extended(guests: Guests):
    async with guests.host() as host:
        component = await guests.start(host, "hostile", timeout_seconds=1)
        other = await guests.start(host, "hostile", name="other", timeout_seconds=1)
        started = time.perf_counter()
        async with asyncio.timeout(10):
            errors = await asyncio.gather(
                component.call("spin"), other.call("spin", timeout=3600), return_exceptions=True
            )
        elapsed = time.perf_counter() - started
    assert [type(error) for error in errors] == [DeadlineExceeded] * 2
    assert [getattr(error, "timeout_seconds", None) for error in errors] == [1, 1]
    assert 0.99 <= elapsed < 1 + LATENESS


@pytest.mark.parametrize("timeout", [0, -1, math.nan, 1e-9])
async def test_no_time_is_a_deadline_too(guests: Guests, timeout: float):
    async with guests.host() as host:
        component = await guests.start(host, "hostile")
        with pytest.raises(DeadlineExceeded):
            async with asyncio.timeout(10):
                await component.call("spin", timeout=timeout)


async def test_a_blocked_event_loop_gives_no_guest_more_time(guests: Guests):
    """Whoever blocks the loop keeps the deadline from being told; the guest is not running any more nevertheless."""
    async with guests.host() as host:
        component = await guests.start(host, "hostile")
        spinning = asyncio.create_task(component.call("spin", timeout=0.1))
        await asyncio.sleep(0.02)
        time.sleep(1)  # noqa: ASYNC251
        with pytest.raises(DeadlineExceeded):
            await spinning
        assert component.cpu.last_call_seconds < 0.5


async def test_a_shorter_deadline_is_for_its_call_only(guests: Guests):
    async with guests.host() as host:
        component = await guests.start(host, "hostile", timeout_seconds=60)
        await exceed(component, "spin", timeout=0.05)
        assert await component.call("spin-for", 60_000_000)
        assert component.cpu.last_call_seconds > 0.05


async def test_waiting_for_another_call_does_not_count(guests: Guests):
    async with guests.host() as host:
        component = await guests.start(host, "hostile")
        first = asyncio.create_task(component.call("spin", timeout=2 * SECONDS))
        await asyncio.sleep(0)
        assert await component.call("spin-for", 10, timeout=SECONDS) is not None
        with pytest.raises(DeadlineExceeded):
            await first


async def test_every_spinner_of_many_is_ended(guests: Guests):
    async with guests.host() as host:
        components = [await guests.start(host, "hostile", name=f"spinner-{i}") for i in range(10)]
        await asyncio.gather(*[exceed(component, "spin") for component in components])


# ---------------------------------------------------------------- host functions


@pytest.mark.parametrize(("export", "args"), [("nap", (60_000,)), ("naps", (100_000, 5))])
async def test_time_asleep_in_a_host_function_counts(guests: Guests, export: str, args: tuple[int, ...]):
    doing = Doing()
    async with guests.host() as host:
        component = await guests.start(host, "host-calls", interfaces=[doing.interface])
        await exceed(component, export, *args)
        assert doing.endings[-1] in ("CancelledError", "slept")
        assert len(doing.endings) == doing.calls
        assert await component.call("naps", 2, 1) == 2


async def test_a_host_function_that_outlives_the_deadline_is_cancelled(guests: Guests):
    doing = Doing()
    async with guests.host() as host:
        component = await guests.start(host, "host-calls", interfaces=[doing.interface])
        await exceed(component, "nap", 60_000)
    assert doing.endings == ["CancelledError"]


async def test_a_guest_that_spins_after_a_host_call_is_ended(guests: Guests):
    async with guests.host() as host:
        component = await guests.start(host, "host-calls", interfaces=[Doing().interface])
        await exceed(component, "log-and-spin")


async def test_a_host_function_that_blocks_the_thread_is_not_called_again_after_the_deadline(guests: Guests):
    doing = Doing()
    async with guests.host() as host:
        component = await guests.start(host, "host-calls", interfaces=[doing.interface])
        await exceed(component, "chatty", 20)
    assert 1 <= doing.calls <= 3


async def test_a_call_whose_host_function_blocked_past_the_deadline_has_failed(guests: Guests):
    async with guests.host() as host:
        component = await guests.start(host, "host-calls", interfaces=[Doing().interface])
        with pytest.raises(DeadlineExceeded):
            await component.call("chatty", 1, timeout=0.05)
