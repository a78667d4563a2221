"""Promise: what a host function raises reaches its own caller unchanged, and ends that guest only."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from airssys import Component, ComponentState
from airssys.errors import GuestReturnedError
from tests.guests.hosting import Guests, native_things, run
from tests.guests.interfaces import TURNS, WORKS_FIRST, host_interface, log_interface


async def start(guests: Guests, host: Any, **answers: Any) -> Component:
    return await guests.start(host, "host-calls", interfaces=[host_interface(**answers)])


class Own(Exception):
    """An exception of the embedding program."""


class OwnBase(BaseException):
    """An exception that `except Exception` does not catch."""


RAISED: list[BaseException] = [
    Own("mine"),
    OwnBase("mine"),
    ValueError("mine"),
    TypeError("mine"),
    TimeoutError("mine"),
    MemoryError("mine"),
    RecursionError("mine"),
    StopAsyncIteration("mine"),
    KeyboardInterrupt("mine"),
    SystemExit(3),
    GeneratorExit("mine"),
    asyncio.CancelledError("mine"),
    GuestReturnedError("mine"),
    ExceptionGroup("mine", [ValueError("one"), KeyError("two")]),
]


async def raising(component: Component, export: str, *args: Any) -> BaseException:
    """What a call raises; its instance is gone, and the next call meets a new one."""
    caught: BaseException | None = None
    try:
        await component.call(export, *args)
    except BaseException as error:
        caught = error
    assert caught is not None, "nothing was raised"
    assert component.status.state is ComponentState.FAILED
    return caught


@pytest.mark.parametrize("error", RAISED, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("how", ["plain", "async at once", "async after a wait"])
async def test_what_a_host_function_raises_reaches_the_caller_unchanged(guests: Guests, how: str, error: BaseException):
    def plain(_message: str) -> None:
        raise error

    async def at_once(_message: str) -> None:
        raise error

    async def after_a_wait(_message: str) -> None:
        await asyncio.sleep(0.001)
        raise error

    log = {"plain": plain, "async at once": at_once, "async after a wait": after_a_wait}[how]
    before = native_things()
    async with guests.host() as host:
        component = await start(guests, host, log=log)
        assert await raising(component, "chatty", 1) is error
        assert component.status.last_failure is error
        assert await component.call("count-times", 3) == 3
        assert component.status.restarts == 1
    assert native_things() == before


@pytest.mark.parametrize("error", RAISED, ids=lambda error: type(error).__name__)
async def test_also_from_a_guest_that_is_on_a_worker(guests: Guests, error: BaseException):
    def log(_message: str) -> None:
        raise error

    async with guests.host() as host:
        component = await guests.start(host, "worker", text=WORKS_FIRST, interfaces=[log_interface(log)])
        assert await raising(component, "work", TURNS) is error


async def test_stop_iteration_arrives_as_python_lets_it(guests: Guests):
    """No coroutine can raise StopIteration (PEP 479): it is the cause of what arrives."""
    error = StopIteration("mine")

    def log(_message: str) -> None:
        raise error

    async with guests.host() as host:
        component = await start(guests, host, log=log)
        caught = await raising(component, "chatty", 1)
        assert isinstance(caught, RuntimeError)
        assert caught.__cause__ is error


async def test_a_real_recursion_error_reaches_the_caller(guests: Guests):
    def log(message: str) -> None:
        log(message)

    async with guests.host() as host:
        component = await start(guests, host, log=log)
        assert isinstance(await raising(component, "chatty", 1), RecursionError)
        assert await component.call("count-times", 1) == 1


async def test_an_error_keeps_the_traceback_of_the_host_function(guests: Guests):
    def log_of_this_test(_message: str) -> None:
        raise Own

    async with guests.host() as host:
        error = await raising(await start(guests, host, log=log_of_this_test), "chatty", 1)
    names = set()
    trace = error.__traceback__
    while trace is not None:
        names.add(trace.tb_frame.f_code.co_name)
        trace = trace.tb_next
    assert "log_of_this_test" in names


async def test_only_the_guest_that_met_the_error_is_gone(guests: Guests):
    def log(_message: str) -> None:
        raise Own

    async with guests.host() as host:
        failing = await start(guests, host, log=log)
        other = await guests.start(host, "host-calls", name="other", interfaces=[host_interface()])
        await raising(failing, "chatty", 1)
        await other.call("chatty", 1)
        assert other.status.restarts == 0


def test_from_eight_threads_each_call_gets_its_own_error(guests: Guests):
    """Eight event loops with a host each; every call raises an error of its own, at once or after a wait."""
    failures: list[str] = []
    together = threading.Barrier(8)

    async def calls(number: int) -> None:
        def log(message: str) -> None:
            raise Own(f"{number}: {message}")

        async def relay(text: str) -> str:
            await asyncio.sleep(0.0005)
            raise Own(f"{number}: {text}")

        async with guests.host() as host:
            component = await start(guests, host, log=log, relay=relay)
            together.wait()
            for i in range(25):
                for export, text in (("log-text", f"log {i}"), ("relay", f"relay {i}")):
                    error = await raising(component, export, text)
                    if str(error) != f"{number}: {text}":
                        failures.append(f"thread {number} was told {error!r} for {text}")

    threads = [threading.Thread(target=lambda i=i: run(calls(i))) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
