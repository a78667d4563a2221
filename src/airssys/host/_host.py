"""The host: where components are started, found and stopped."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType, TracebackType
from typing import Any, Self

from airssys.clock import Clock, SystemClock
from airssys.engine import (
    Compiler,
    HostInterface,
    Instance,
    ResourceLimiter,
    deferred_signals,
    instantiate,
    link_whole,
)
from airssys.errors import OperatorError
from airssys.host._component import Component
from airssys.host._config import HostConfig
from airssys.host._known import is_known_interface
from airssys.host._thread import FromThread
from airssys.manifest import Manifest, MemoryConfig, ResourceLimits, load_manifest


class Host:
    """Hosts components inside one asyncio program. Making one does nothing; entering the context does.

        async with airssys.Host() as host:
            greeter = await host.start("examples/greeter")
            print(await greeter.call("greet", "World"))

    Leaving the context stops every component, waiting for calls in progress up to the grace time, and closes
    everything native. Several hosts may live in one process, on one event loop or on several.

    Args:
        config: what the operator decides; `HostConfig.load("host.toml")` reads it.
        clock: where timestamps come from.
    """

    def __init__(self, config: HostConfig | None = None, *, clock: Clock | None = None) -> None:
        self.config = config or HostConfig()
        self._clock: Clock = clock or SystemClock()
        self._components: dict[str, Component] = {}
        self._starting: dict[str, asyncio.Task[Component]] = {}
        self._compiler: Compiler | None = None
        self._from_thread: FromThread | None = None
        self._signals = contextlib.ExitStack()

    async def __aenter__(self) -> Self:
        if self._compiler is not None:
            raise OperatorError("this host is entered already", hint="make one Host per `async with`")
        self._compiler = self.config.compiler()
        self._from_thread = FromThread(asyncio.get_running_loop(), self._call_by_name)
        self._signals.enter_context(deferred_signals())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._compiler = None
        try:
            for starting in self._starting.values():
                starting.cancel()
            await asyncio.gather(*self._starting.values(), return_exceptions=True)
            # leaving because of an error or a cancellation: nobody waits for a grace time
            grace = None if error is None else 0.0
            stops = [component.stop(grace_seconds=grace) for component in self.components.values()]
            failures = [failure for failure in await asyncio.gather(*stops, return_exceptions=True) if failure]
            if failures:
                raise failures[0]
        finally:
            self._from_thread = None
            self._signals.close()

    @property
    def components(self) -> Mapping[str, Component]:
        """The components that were started and not stopped, by name: a snapshot."""
        return MappingProxyType(dict(self._components))

    @property
    def from_thread(self) -> FromThread:
        """The host for other threads."""
        if self._from_thread is None:
            raise _not_entered()
        return self._from_thread

    async def start(
        self,
        source: str | os.PathLike[str] | Manifest,
        *,
        name: str | None = None,
        interfaces: Sequence[HostInterface] = (),
        overrides: Mapping[str, object] | None = None,
        on_compile: Callable[[], None] | None = None,
    ) -> Component:
        """Start a component under the limits that its manifest declares.

        Waits for the compiling process when the component is not cached, and for the component's own start
        functions. Cancelling leaves nothing behind.

        Args:
            source: a folder with a `Component.toml`, the file itself, or a `Manifest`.
            name: under which it is known here; the manifest's name by default. Unique in this host.
            interfaces: host functions granted to this component.
            overrides: settings that beat the manifest, `{"resources.cpu.timeout_seconds": 5}`; not with a `Manifest`.
            on_compile: told when compiling begins.

        Raises:
            ManifestError: the manifest is malformed; all problems at once.
            CompileError: the file is not a component that can run here.
            LinkError: it imports what nobody answers.
            OutOfMemory: it cannot start within its memory limit; says which limit would do.
            OperatorError: the name is taken, or the host was not entered.
        """
        compiler = self._compiler
        if compiler is None:
            raise _not_entered()
        manifest = self._manifest(source, overrides)
        known_as = name or manifest.component.name
        if known_as in self._components or known_as in self._starting:
            raise OperatorError(
                f"a component named {known_as} runs in this host already",
                hint="stop it, or start this one with `name=`",
            )
        starting = asyncio.ensure_future(self._start(known_as, manifest, compiler, interfaces, on_compile))
        self._starting[known_as] = starting
        try:
            return await starting
        except asyncio.CancelledError:
            if self._compiler is not compiler:
                raise OperatorError(f"the host was left while {known_as} started", hint="start it in a host") from None
            raise
        finally:
            del self._starting[known_as]

    def _manifest(self, source: str | os.PathLike[str] | Manifest, overrides: Mapping[str, object] | None) -> Manifest:
        operator = self.config.operator
        if not isinstance(source, Manifest):
            return load_manifest(source, operator=operator, profile=self.config.profile, overrides=overrides)
        if overrides:
            raise OperatorError("a Manifest takes no overrides", hint="change the manifest with dataclasses.replace")
        memory = MemoryConfig(max_bytes=source.limits.memory.max_bytes, bounds=operator.bounds)
        return dataclasses.replace(source, limits=dataclasses.replace(source.limits, memory=memory))

    async def _start(
        self,
        name: str,
        manifest: Manifest,
        compiler: Compiler,
        interfaces: Sequence[HostInterface],
        on_compile: Callable[[], None] | None,
    ) -> Component:
        compiled = await compiler.compile_file(
            manifest.find_wasm(), consume_fuel=manifest.limits.cpu.max_fuel is not None, on_compile=on_compile
        )
        linked = await asyncio.to_thread(link_whole, compiled, interfaces, denied=is_known_interface)

        async def start_instance(limits: ResourceLimits, limiter: ResourceLimiter) -> Instance:
            return await instantiate(
                linked,
                max_memory_bytes=limiter.limit_bytes,
                cpu=limits.cpu,
                bounds=self.config.instance,
                limiter=limiter,
            )

        limiter = ResourceLimiter(manifest.limits.memory.max_bytes, clock=self._clock)

        component = Component(
            name=name,
            manifest=manifest,
            compiled=compiled,
            start=start_instance,
            instance=await start_instance(manifest.limits, limiter),
            stop_grace_seconds=self.config.stop_grace_seconds,
            on_stop=self._forget,
        )
        self._components[name] = component
        return component

    def _forget(self, component: Component) -> None:
        if self._components.get(component.name) is component:
            del self._components[component.name]

    async def _call_by_name(self, name: str, export: str, *args: Any, timeout: float | None) -> Any:
        component = self._components.get(name)
        if component is None:
            raise OperatorError(
                f"no component named {name} runs in this host; there are {', '.join(self._components) or 'none'}",
                hint="start it first",
            )
        return await component.call(export, *args, timeout=timeout)


def _not_entered() -> OperatorError:
    return OperatorError("this host is not entered", hint="use it inside `async with Host() as host:`")
