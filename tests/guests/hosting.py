"""Test guests in hosts and in the engine room, compiled once per test session. The fixture `guests` hands one out.

    async def test_a_guest_adds(guests: Guests) -> None:
        async with guests.host() as host:
            add = await guests.start(host, "add", max_bytes=1 << 20, timeout_seconds=2)
            assert await add.call("add", 1, 2) == 3

Tests may be `async def`: the conftest runs each in an event loop of its own, and fails it after `TEST_SECONDS`, or when
something was left behind: a linear memory, a native store, or an error that only the event loop heard of.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

from airssys import Component, Host, HostConfig, HostInterface, ResourceLimiter
from airssys.engine import (
    Call,
    CodeCache,
    CompiledComponent,
    Compiler,
    Instance,
    LinkedComponent,
    StoreBounds,
    instantiate,
    link,
    live_memories,
    runtime,
)
from airssys.manifest import CpuConfig, MemoryBounds, OperatorDefaults
from tests.guests import wat

T = TypeVar("T")

PAGE: Final = 65_536
MIB: Final = 1024 * 1024
#: No test of this folder waits so long when all is well.
TEST_SECONDS: Final = 120.0
#: Tests look at limits from one page on; the shipped bounds are tested with manifests.
OPERATOR: Final = OperatorDefaults(bounds=MemoryBounds(min_bytes=PAGE, max_bytes=1024 * MIB))


class Guests:
    """Starts guests by name, for one test.

    Args:
        folder: an empty folder for component projects.
        cache_folder: where machine code is kept between tests.
    """

    def __init__(self, folder: Path, cache_folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)
        self._compiled: dict[tuple[str, bool], CompiledComponent] = {}
        self._instances: list[Instance] = []
        self._memories_before = live_memories()
        self.cache_folder = cache_folder

    # -- through the public surface

    def config(self, **settings: Any) -> HostConfig:
        """A host's settings with the shared cache and bounds that leave tests free; the rest as given."""
        return HostConfig(**{"cache_folder": self.cache_folder, "operator": OPERATOR, **settings})

    def host(self, *, authority: Mapping[str, Any] | None = None, **settings: Any) -> Host:
        """A host, not entered yet; `authority` is what `Host` takes besides its settings."""
        return Host(self.config(**settings), **(authority or {}))

    def project(self, name: str, *, text: str | None = None, max_bytes: int = MIB, more: str = "", **cpu: Any) -> Path:
        """A folder with a Component.toml; `text` makes a guest of that WAT instead of the one of that name.

        Args:
            more: further sections of the manifest.
            cpu: keys of [resources.cpu]: `timeout_seconds`, `max_fuel`, `priority`.
        """
        folder = self._folder / f"{name}-{next(self._numbers)}"
        folder.mkdir()
        (folder / f"{name}.wat").write_text(wat.text(name) if text is None else text, "utf-8")
        lines = [f'{key} = "{value}"' if isinstance(value, str) else f"{key} = {value}" for key, value in cpu.items()]
        (folder / "Component.toml").write_text(
            f'[component]\nname = "{name}"\nversion = "1.0.0"\n\n[resources.memory]\nmax_bytes = {max_bytes}\n\n'
            + "\n".join(["[resources.cpu]", *lines, "", more]),
            "utf-8",
        )
        return folder

    async def start(
        self,
        host: Host,
        guest: str,
        *,
        name: str | None = None,
        text: str | None = None,
        max_bytes: int = MIB,
        interfaces: Sequence[HostInterface] = (),
        **cpu: Any,
    ) -> Component:
        """Start the guest in an entered host, under `name` or its own."""
        project = self.project(guest, text=text, max_bytes=max_bytes, **cpu)
        return await host.start(project, name=name, interfaces=interfaces)

    # -- in the engine room

    async def compiled(self, guest: str, *, text: str | None = None, consume_fuel: bool = False) -> CompiledComponent:
        """The guest compiled, once per test."""
        source = wat.text(guest) if text is None else text
        found = self._compiled.get((source, consume_fuel))
        if found is None:
            compiler = Compiler(cache=CodeCache(self.cache_folder))
            found = await compiler.compile(source.encode(), consume_fuel=consume_fuel)
            self._compiled[source, consume_fuel] = found
        return found

    async def linked(
        self,
        guest: str,
        *,
        text: str | None = None,
        interfaces: Sequence[HostInterface] = (),
        consume_fuel: bool = False,
    ) -> LinkedComponent:
        """The guest compiled and linked, ready for `airssys.engine.instantiate`."""
        return link(await self.compiled(guest, text=text, consume_fuel=consume_fuel), interfaces)

    async def instance(
        self,
        guest: str,
        *,
        text: str | None = None,
        max_bytes: int = MIB,
        interfaces: Sequence[HostInterface] = (),
        bounds: StoreBounds | None = None,
        limiter: ResourceLimiter | None = None,
        **cpu: Any,
    ) -> Instance:
        """An instance, closed when the test ends. A given `limiter` should have `max_bytes` as its limit."""
        linked = await self.linked(guest, text=text, interfaces=interfaces, consume_fuel="max_fuel" in cpu)
        instance = await instantiate(
            linked, max_memory_bytes=max_bytes, cpu=CpuConfig(**cpu), bounds=bounds, limiter=limiter
        )
        self._instances.append(instance)
        return instance

    def memories(self) -> int:
        """Linear memories that exist because of this test."""
        return live_memories() - self._memories_before

    def close(self) -> None:
        """Close every instance that `instance` made."""
        for instance in self._instances:
            instance.close()


def run(test: Coroutine[Any, Any, T]) -> T:
    """Run in an event loop of its own; an error that only the loop hears of is an error of the test, too."""
    unheard: list[dict[str, Any]] = []

    async def watched() -> T:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: unheard.append(context))
        async with asyncio.timeout(TEST_SECONDS):
            return await test

    result = asyncio.run(watched())
    assert not unheard, f"the event loop heard of errors that nobody else did: {unheard}"
    return result


async def call(instance: Instance, export: str, *args: Any, timeout_seconds: float | None = None) -> Any:
    """Call an export of an instance in the engine room."""
    outcome = instance.begin(export, args, timeout_seconds)
    return await outcome.finish() if isinstance(outcome, Call) else outcome


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something that another thread or task brings about."""
    while not holds():  # noqa: ASYNC110 - guests tell nobody
        await asyncio.sleep(0.0005)


def native_things() -> tuple[int, int]:
    """How many linear memories and native stores this process has."""
    return live_memories(), len(runtime().stores)
