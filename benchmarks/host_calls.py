"""What it costs a guest to call the host."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from time import perf_counter
from typing import Any, Final

from airssys import Component, Host
from airssys.engine import HostInterface
from benchmarks import ours, peers
from benchmarks.effort import Effort
from benchmarks.figure import Figure, compared
from benchmarks.peers import BINDING
from benchmarks.rounds import Side, take_turns

#: Host calls in one call of the guest: so few that it is done within its first slice, on the event loop's thread.
_BATCH: Final = 100
#: Host calls in one long call, of which the first thousand or so happen in its first slice.
_LONG: Final = 4000
_SWITCH: Final = "asyncio.sleep(0)"
_HOW: Final = (
    "The guest calls `count: func() -> u64` a hundred times in one call, and the time is divided by a hundred; the "
    "event loop turns once between calls. 'In place' is a plain function, or an `async def` that returns without "
    "waiting. 'Suspends' is an `async def` that waits for `asyncio.sleep(0)`: the guest is put aside, the loop turns, "
    "and the guest goes on; its peer is the bare `await asyncio.sleep(0)`, as the binding has no such thing. 'Of a "
    "busy guest' is four thousand of them in one call, which outlives its first slice: the guest goes to a worker "
    "then, and each host call to the event loop's thread and back; its peer is the binding, which never leaves the "
    "thread."
)
_WIT: Final = """
interface airssys:test/host@1.0.0 {
  log: func(message: string);
  give: func(size: u32) -> list<u8>;
  sleep: func(milliseconds: u32);
  count: func() -> u64;
  divide: func(a: u32, b: u32) -> result<u32, string>;
  relay: func(text: string) -> string;
}
"""


async def host_calls(effort: Effort) -> Sequence[Figure]:
    """In place, suspended, and from a worker."""
    async with ours.host() as host:
        rounds = await take_turns(
            {
                "plain": _batches(await _start(host, "plain", _one)),
                "async": _batches(await _start(host, "async", _async_one)),
                BINDING: _binding(),
            },
            effort,
        )
        waits = await take_turns(
            {"suspends": _batches(await _start(host, "suspends", _waiting_one)), _SWITCH: _bare_switch}, effort
        )
        busy = await take_turns(
            {"busy": _one_call(await _start(host, "busy", _one)), BINDING: _binding()},
            effort,
            times={"busy": _LONG, BINDING: _LONG},
        )
    return [
        compared("host call in place, plain function", _HOW, rounds, "plain", BINDING),
        compared("host call in place, async def", _HOW, rounds, "async", BINDING),
        compared("host call that suspends", _HOW, waits, "suspends", _SWITCH),
        compared("host call of a busy guest", _HOW, busy, "busy", BINDING),
    ]


def _one() -> int:
    return 1


async def _async_one() -> int:
    return 1


async def _waiting_one() -> int:
    await asyncio.sleep(0)
    return 1


def _functions(count: Callable[[], int | Awaitable[int]]) -> dict[str, Callable[..., Any]]:
    def unused(*_args: Any) -> None:
        raise NotImplementedError

    return {**dict.fromkeys(("log", "give", "sleep", "divide", "relay"), unused), "count": count}


async def _start(host: Host, name: str, count: Callable[[], int | Awaitable[int]]) -> Component:
    return await host.start(ours.manifest("host-calls"), name=name, interfaces=[HostInterface(_WIT, _functions(count))])


def _batches(component: Component) -> Side:
    """Host calls in short calls, each in a turn of its own of the event loop."""

    async def side(times: int) -> float:
        taken = 0.0
        for _ in range(max(1, times // _BATCH)):
            await asyncio.sleep(0)
            started = perf_counter()
            await component.call("count-times", _BATCH)
            taken += perf_counter() - started
        return taken * times / (max(1, times // _BATCH) * _BATCH)

    return side


def _one_call(component: Component) -> Side:
    """All host calls in one long call."""

    async def side(times: int) -> float:
        started = perf_counter()
        await component.call("count-times", times)
        return perf_counter() - started

    return side


def _binding() -> Side:
    binding = peers.Binding("host-calls")
    functions = _functions(_one)
    binding.answer("airssys:test/host@1.0.0", {name: _with_store(of) for name, of in functions.items()})
    function, store = binding.function("count-times")

    async def side(times: int) -> float:
        started = perf_counter()
        for _ in range(max(1, times // _BATCH)):
            function(store, _BATCH)
        return (perf_counter() - started) * times / (max(1, times // _BATCH) * _BATCH)

    return side


def _with_store(function: Callable[..., Any]) -> Callable[..., Any]:
    """The binding hands its host functions the store first."""

    def answer(_store: object, *args: Any) -> Any:
        return function(*args)

    return answer


async def _bare_switch(times: int) -> float:
    started = perf_counter()
    for _ in range(times):
        await asyncio.sleep(0)
    return perf_counter() - started
