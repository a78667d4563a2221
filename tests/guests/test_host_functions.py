"""Promise: host functions are plain or async, and take and return typed values."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from typing import Any

import pytest

from airssys import Component, ComponentState, Err, HostInterface, Ok
from airssys.engine import StoreBounds
from airssys.errors import GuestReturnedError, GuestTrapped, HostFunctionFailed, OutOfMemory, ResultTooLarge
from tests.guests.hosting import MIB, Guests
from tests.guests.interfaces import host_interface


async def start(guests: Guests, host: Any, **answers: Callable[..., Any]) -> Component:
    return await guests.start(host, "host-calls", interfaces=[host_interface(**answers)])


# ---------------------------------------------------------------- values


async def test_arguments_and_results_are_python_values(guests: Guests):
    heard: list[object] = []
    async with guests.host() as host:
        component = await start(
            guests, host, log=heard.append, give=lambda n: b"\x01" * n, relay=str.upper, count=lambda: 2**63
        )
        await component.call("chatty", 2)
        assert heard == ["hello from guest"] * 2
        assert await component.call("take-sum", 1000) == 1000
        assert await component.call("relay", "grün\U0001f600") == "GRÜN\U0001f600"
        assert await component.call("count-times", 1) == 2**63


@pytest.mark.parametrize("delay", [None, 0, 0.01])
async def test_an_async_function_may_wait_or_not(guests: Guests, delay: float | None):
    async def relay(text: str) -> str:
        if delay is not None:
            await asyncio.sleep(delay)
        return text[::-1]

    async with guests.host() as host:
        component = await start(guests, host, relay=relay)
        assert [await component.call("relay", text) for text in ("abc", "", "ä")] == ["cba", "", "ä"]


@pytest.mark.parametrize(
    ("answer", "expected"), [(7, 7), (Ok(8), 8), (Err("no"), GuestReturnedError), (Err(""), GuestReturnedError)]
)
async def test_a_result_is_its_good_side_or_ok_or_err(guests: Guests, answer: Any, expected: Any):
    async with guests.host() as host:
        component = await start(guests, host, divide=lambda _a, _b: answer)
        if expected is GuestReturnedError:
            with pytest.raises(GuestReturnedError) as caught:
                await component.call("divide", 1, 2)
            assert caught.value.value == answer.value
        else:
            assert await component.call("divide", 1, 2) == expected


class Relay:
    """Callables of every kind."""

    def method(self, text: str) -> str:
        return f"{text}!"

    async def coroutine(self, text: str) -> str:
        await asyncio.sleep(0)
        return f"{text}!"

    @staticmethod
    def static(text: str) -> str:
        return f"{text}!"

    def __call__(self, text: str) -> str:
        return f"{text}!"


@pytest.mark.parametrize(
    "relay",
    [
        Relay().method,
        Relay().coroutine,
        Relay.static,
        Relay(),
        functools.partial(Relay.coroutine, Relay()),
        lambda text: Relay().coroutine(text),
        "{}!".format,
    ],
)
async def test_any_callable_answers(guests: Guests, relay: Callable[[str], Any]):
    async with guests.host() as host:
        assert await (await start(guests, host, relay=relay)).call("relay", "hi") == "hi!"


async def test_functions_can_be_added_by_name_or_decorator(guests: Guests):
    interface = HostInterface("interface airssys:test/host@1.0.0 { count: func() -> u64; }")

    @interface.function("count")
    def count() -> int:
        return 41

    async with guests.host() as host:
        component = await guests.start(host, "start-calls-host", interfaces=[interface])
        assert await component.call("counted") == 41  # answered while it was instantiated


async def test_a_large_answer_is_placed_within_the_guests_budget(guests: Guests):
    async with guests.host() as host:
        component = await start(guests, host)
        assert await component.call("take", 900_000) == 900_000
        with pytest.raises(OutOfMemory):
            await component.call("take", MIB)


async def test_a_large_argument_is_refused_before_it_is_built(guests: Guests):
    heard: list[object] = []
    async with guests.host(instance=StoreBounds(value_bytes=100_000)) as host:
        component = await start(guests, host, log=heard.append)
        await component.call("log-huge", 90_000)
        with pytest.raises(ResultTooLarge):
            await component.call("log-huge", 200_000)
    assert [len(str(text)) for text in heard] == [90_000]


@pytest.mark.parametrize(("export", "kind"), [("log-bad", "value-out-of-bounds"), ("log-bad-utf8", "invalid-string")])
async def test_an_argument_that_is_none_never_reaches_the_host_function(guests: Guests, export: str, kind: str):
    heard: list[object] = []
    async with guests.host() as host:
        component = await start(guests, host, log=heard.append)
        with pytest.raises(GuestTrapped) as caught:
            await component.call(export)
    assert (caught.value.kind, heard) == (kind, [])


async def test_an_answer_that_has_no_place_ends_the_guest(guests: Guests):
    async with guests.host() as host:
        component = await start(guests, host)
        with pytest.raises(GuestTrapped) as caught:
            await component.call("relay-to-oob")
    assert caught.value.kind == "value-out-of-bounds"


@pytest.mark.parametrize(("export", "args"), [("log-in-realloc", ("x",)), ("log-in-post-return", (1, 2))])
async def test_a_host_call_where_none_may_be_is_a_fault(guests: Guests, export: str, args: tuple[Any, ...]):
    heard: list[object] = []
    async with guests.host() as host:
        component = await start(guests, host, log=heard.append)
        with pytest.raises(GuestTrapped) as caught:
            await component.call(export, *args)
    assert (caught.value.kind, heard) == ("cannot-leave", [])


# ---------------------------------------------------------------- answers that do not fit

WRONG: dict[str, tuple[str, tuple[Any, ...], str, Any]] = {
    "text for bytes": ("take", (1,), "give", "text"),
    "nothing for bytes": ("take", (1,), "give", None),
    "a number below zero": ("count-times", (1,), "count", -1),
    "a number too large": ("count-times", (1,), "count", 2**64),
    "a boolean for a number": ("count-times", (1,), "count", True),
    "a float for a number": ("count-times", (1,), "count", 1.0),
    "bytes for text": ("relay", ("x",), "relay", b"x"),
    "half a surrogate pair": ("relay", ("x",), "relay", "\ud800"),
    "Ok where there is no result": ("relay", ("x",), "relay", Ok("x")),
    "a value where there is none": ("chatty", (1,), "log", 5),
    "the good side does not fit": ("divide", (1, 2), "divide", "text"),
    "the bad side does not fit": ("divide", (1, 2), "divide", Err(5)),
    "a coroutine function": ("count-times", (1,), "count", asyncio.sleep),
}


@pytest.mark.parametrize("waits", [False, True], ids=["plain", "async"])
@pytest.mark.parametrize(("export", "args", "function", "answer"), WRONG.values(), ids=WRONG)
async def test_a_wrong_answer_is_the_hosts_fault_and_names_the_function(
    guests: Guests, export: str, args: tuple[Any, ...], function: str, answer: Any, waits: bool
):
    async def later(*_args: Any) -> Any:
        await asyncio.sleep(0)
        return answer

    async with guests.host() as host:
        component = await start(guests, host, **{function: later if waits else lambda *_args: answer})
        with pytest.raises(HostFunctionFailed) as caught:
            await component.call(export, *args)
        assert f"airssys:test/host@1.0.0#{function}" in str(caught.value)
        assert component.status.state is ComponentState.FAILED
