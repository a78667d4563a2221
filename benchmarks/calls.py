"""What a call costs: numbers, text and bytes, there and back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from time import perf_counter
from typing import Any, Final

from airssys.engine import Call, instantiate
from benchmarks import ours, peers
from benchmarks.effort import Effort
from benchmarks.figure import Figure, Target, compared
from benchmarks.peers import BINDING, EXTISM
from benchmarks.rounds import Rounds, Side, take_turns

_KIB: Final = 1024
_WITHOUT_LOOK: Final = f"{EXTISM}, without a look"
_ADD: Final = (
    "`add(1, 2)` in one task, call after call: `await component.call(...)` of a hosted component, and `Instance.begin` "
    "of the engine room, against the binding's `Func.__call__`. Extism has no typed calls: its `Plugin.call` of a "
    "function that does nothing, with empty input, is shown in its place."
)
_ECHO: Final = (
    "A value goes into the guest's memory and comes back out of it as a new Python object. In the component, the "
    "engine copies it in and out and the guest returns what it was given. In Extism, the plugin copies it from input "
    "to output, eight bytes a step, which is half of what plugin kits do; the host sends `str` and gets `bytes` that "
    "are decoded, as text is what was asked for. 'Without a look' is a plugin that names its input as its output and "
    "copies nothing: no plugin that reads its input can be as fast."
)


async def calls(effort: Effort) -> Sequence[Figure]:
    """Every way to call, against those who can do the same."""
    async with ours.host() as host:
        component = await host.start(ours.manifest("add"))
        rounds = await take_turns(
            {
                "host": _host_add(component.call),
                "engine": await _engine_add(),
                BINDING: _binding_add(),
                EXTISM: _plugin("nothing", b""),
            },
            effort,
        )
        text = {size: await _text(component.call, size, effort) for size in (64 * _KIB, 4 * _KIB)}
        data = b"\x5a" * (4 * _KIB)
        bulk = await take_turns(
            {"host": _host_echo(component.call, "echo-bytes", data), BINDING: _binding_echo("echo-bytes", data)}, effort
        )
    call = "call (u32, u32) -> u32"
    quarter = Target(text="at most 1/4", bound=1 / 4)
    third, twentieth = Target(text="at most 1/3", bound=1 / 3), Target(text="at most 1/20", bound=1 / 20)
    return [
        compared(call, _ADD, rounds, "host", BINDING, target=quarter),
        compared(f"{call}, engine room", _ADD, rounds, "engine", BINDING, target=quarter),
        compared("call, against a call without values", _ADD, rounds, "host", EXTISM),
        compared("string echo, 64 KiB", _ECHO, text[64 * _KIB], "host", EXTISM, target=third),
        compared("string echo, 64 KiB", _ECHO, text[64 * _KIB], "host", _WITHOUT_LOOK),
        compared("string echo, 64 KiB", _ECHO, text[64 * _KIB], "host", BINDING),
        compared("string echo, 4 KiB", _ECHO, text[4 * _KIB], "host", EXTISM),
        compared("string echo, 4 KiB", _ECHO, text[4 * _KIB], "host", BINDING),
        compared("list<u8> echo, 4 KiB", _ECHO, bulk, "host", BINDING, target=twentieth),
    ]


async def _text(call: Callable[..., Awaitable[Any]], size: int, effort: Effort) -> Rounds:
    text = "x" * size
    return await take_turns(
        {
            "host": _host_echo(call, "echo-string", text),
            EXTISM: _plugin("echo", text),
            _WITHOUT_LOOK: _plugin("hand-back", text),
            BINDING: _binding_echo("echo-string", text),
        },
        effort,
    )


def _host_add(call: Callable[..., Awaitable[Any]]) -> Side:
    async def side(times: int) -> float:
        started = perf_counter()
        for _ in range(times):
            await call("add", 1, 2)
        return perf_counter() - started

    return side


async def _engine_add() -> Side:
    instance = await instantiate(await ours.linked("add"), max_memory_bytes=ours.MEMORY_BYTES)

    async def side(times: int) -> float:
        started = perf_counter()
        for _ in range(times):
            outcome = instance.begin("add", (1, 2))
            if type(outcome) is Call:
                await outcome.finish()
        return perf_counter() - started

    return side


def _binding_add() -> Side:
    function, store = peers.Binding("add").function("add")

    async def side(times: int) -> float:
        started = perf_counter()
        for _ in range(times):
            function(store, 1, 2)
        return perf_counter() - started

    return side


def _host_echo(call: Callable[..., Awaitable[Any]], export: str, value: str | bytes) -> Side:
    async def side(times: int) -> float:
        started = perf_counter()
        for _ in range(times):
            await call(export, value)
        return perf_counter() - started

    return side


def _binding_echo(export: str, value: str | bytes) -> Side:
    function, store = peers.Binding("add").function(export)

    async def side(times: int) -> float:
        started = perf_counter()
        for _ in range(times):
            function(store, value)
        return perf_counter() - started

    return side


def _plugin(export: str, data: bytes | str) -> Side:
    plugin = peers.plugin(peers.compiled_plugin())

    async def side(times: int) -> float:
        started = perf_counter()
        if isinstance(data, str):
            for _ in range(times):
                plugin.call(export, data).decode()
        else:
            for _ in range(times):
                plugin.call(export, data)
        return perf_counter() - started

    return side
