"""The host: where components are started, found and stopped."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Self

from airssys.approval import Approver
from airssys.audit import AuditLog, Sink
from airssys.clock import Clock, SystemClock
from airssys.engine import (
    Compiler,
    CpuMeter,
    HostInterface,
    Instance,
    ResourceLimiter,
    deferred_signals,
    instantiate,
    link_whole,
)
from airssys.errors import OperatorError
from airssys.host._admission import Admission
from airssys.host._approvals import Approvals
from airssys.host._authority import Authority
from airssys.host._component import Component
from airssys.host._config import HostConfig
from airssys.host._finished import finished
from airssys.host._known import is_known_interface, not_among
from airssys.host._reviewer import Reviewer
from airssys.host._source import source_of
from airssys.host._thread import FromThread
from airssys.interfaces.wasi import BlockingWork, Entropy, OutputLog, Wasi, WasiSetup
from airssys.manifest import Manifest, MemoryConfig, ResourceLimits, load_manifest
from airssys.policy import Policy
from airssys.trust import Source, TrustConfig


class Host:
    """Hosts components inside one asyncio program. Making one does nothing; entering the context does.

        async with airssys.Host() as host:
            greeter = await host.start("examples/greeter")
            print(await greeter.call("greet", "World"))

    Leaving the context stops every component, waiting for calls in progress up to the grace time, and closes
    everything native. Several hosts may live in one process, on one event loop or on several.

    Args:
        config: what the operator decides; `HostConfig.load("host.toml")` reads it.
        state: the folder where approvals, usage and the audit log are kept; None keeps them in memory. One host at a
            time uses it.
        policy: what the operator allows; what airssys ships by default: what was declared and approved, short of the
            forbidden list. `Policy.load("policy.toml")` reads one.
        trust: whose components need no approval; nobody's by default.
        audit: where every decision is recorded; True for the state folder, or memory without one. False turns the
            audit log off, and nothing else.
        approver: a coroutine function that is shown a request for approval and answers it, `Verdict(...)`.
        development: components of unknown origin run without approval. Said loudly each time, and refused where
            `AIRSSYS_ENV` is `production`. The forbidden list stays in force.
        clock: where timestamps come from, and the time that components are told.
        entropy: where components' random bytes come from.

    Raises on entering:
        DevelopmentRefused: development mode is wanted on a machine in production.
        StorageFailed, AuditUnavailable, AuditDamaged: what is kept cannot be used, so nothing starts.
    """

    def __init__(
        self,
        config: HostConfig | None = None,
        *,
        state: str | os.PathLike[str] | None = None,
        policy: Policy | None = None,
        trust: TrustConfig | None = None,
        audit: Sink | bool = True,
        approver: Approver | None = None,
        development: bool = False,
        clock: Clock | None = None,
        entropy: Entropy = os.urandom,
    ) -> None:
        self.config = config or HostConfig()
        self._entropy = entropy
        self._clock: Clock = clock or SystemClock()
        self._authority = Authority(
            state=None if state is None else Path(state),
            policy=policy or Policy(),
            trust=trust or TrustConfig(),
            audit=audit,
            development=development,
            approver=approver,
            clock=self._clock,
        )
        self._components: dict[str, Component] = {}
        self._starting: dict[str, asyncio.Task[Component]] = {}
        self._usage: dict[str, Mapping[str, int]] = {}
        self._compiler: Compiler | None = None
        self._work = BlockingWork()
        self._from_thread: FromThread | None = None
        self._reviewer = Reviewer(self._review, self.config.review_seconds)
        self._signals = contextlib.ExitStack()

    async def __aenter__(self) -> Self:
        if self._compiler is not None:
            raise OperatorError("this host is entered already", hint="make one Host per `async with`")
        await self._authority.open()
        self._compiler = self.config.compiler()
        self._work = BlockingWork()
        self._from_thread = FromThread(asyncio.get_running_loop(), self._call_by_name)
        self._signals.enter_context(deferred_signals())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._compiler = None
        self._reviewer.end()
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
            try:
                await asyncio.to_thread(self._work.close)
            finally:
                await self._authority.close(self._usage)

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

    @property
    def approvals(self) -> Approvals:
        """Requests for approval, and the answers to them."""
        return Approvals(self._authority.approvals, self._review)

    @property
    def audit(self) -> AuditLog | None:
        """The audit log; None when it was turned off."""
        return self._authority.log

    async def start(
        self,
        source: str | os.PathLike[str] | Manifest,
        *,
        name: str | None = None,
        interfaces: Sequence[HostInterface] = (),
        wasi: WasiSetup | None = None,
        overrides: Mapping[str, object] | None = None,
        hold: bool = False,
        on_compile: Callable[[], None] | None = None,
    ) -> Component:
        """Start a component under the limits that its manifest declares, and with the rights that were approved.

        Waits for the compiling process when the component is not cached, for the approver where there is one, and for
        the component's own start functions. Cancelling leaves nothing behind.

        Args:
            source: a folder with a `Component.toml`, the file itself, or a `Manifest`.
            name: under which it is known here; the manifest's name by default. Unique in this host.
            interfaces: host functions granted to this component. One that is passed here is answered by nobody else.
            wasi: what it finds around it: arguments, variables, folders, standard input. Nothing of it gives a right.
            overrides: settings that beat the manifest, `{"resources.cpu.timeout_seconds": 5}`; not with a `Manifest`.
            hold: return a component that nobody has approved yet, in state `held`: its calls raise `ApprovalRequired`
                until somebody does.
            on_compile: told when compiling begins.

        Raises:
            ManifestError: the manifest is malformed; all problems at once.
            CompileError: the file is not a component that can run here.
            LinkError: it imports what nobody answers.
            OutOfMemory: it cannot start within its memory limit; says which limit would do.
            ApprovalRequired: it asks for rights that nobody has approved; says which command does.
            AuditUnavailable: its start could not be recorded.
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
        starting = asyncio.ensure_future(
            self._start(known_as, manifest, compiler, interfaces, wasi or WasiSetup(), hold, on_compile)
        )
        self._starting[known_as] = starting
        try:
            return await starting
        except asyncio.CancelledError:
            component = finished(starting)
            if component is not None:
                await component.stop(grace_seconds=0)
            if self._compiler is not compiler:
                raise OperatorError(f"the host was left while {known_as} started", hint="start it in a host") from None
            raise
        finally:
            del self._starting[known_as]

    def _manifest(self, source: str | os.PathLike[str] | Manifest, overrides: Mapping[str, object] | None) -> Manifest:
        operator = self.config.operator
        wildcards = operator.wildcards | self._authority.policy.named_wildcards
        operator = dataclasses.replace(operator, wildcards=wildcards)
        if not isinstance(source, Manifest):
            return load_manifest(source, operator=operator, profile=self.config.profile, overrides=overrides)
        if overrides:
            raise OperatorError("a Manifest takes no overrides", hint="change the manifest with dataclasses.replace")
        memory = MemoryConfig(max_bytes=source.limits.memory.max_bytes, bounds=operator.bounds)
        limits = dataclasses.replace(source.limits, memory=memory)
        return dataclasses.replace(source, limits=limits, quotas=source.quotas.under(operator.ceilings))

    async def _start(
        self,
        name: str,
        manifest: Manifest,
        compiler: Compiler,
        interfaces: Sequence[HostInterface],
        setup: WasiSetup,
        hold: bool,
        on_compile: Callable[[], None] | None,
    ) -> Component:
        wasm = manifest.find_wasm()
        compiled = await compiler.compile_file(
            wasm, consume_fuel=manifest.limits.cpu.max_fuel is not None, on_compile=on_compile
        )
        admission = await self._admission(name, manifest, source_of(manifest, wasm, compiled.digest))
        log = OutputLog(name, self.config.output, self._clock, self._work)
        system = self._wasi(wasm.name, admission, setup, log)
        offered = [*interfaces, *not_among(system.interfaces(), interfaces)]
        linked = await asyncio.to_thread(link_whole, compiled, offered, denied=is_known_interface)

        async def start_instance(limits: ResourceLimits, limiter: ResourceLimiter, meter: CpuMeter | None) -> Instance:
            return await instantiate(
                linked,
                max_memory_bytes=limiter.limit_bytes,
                cpu=limits.cpu,
                bounds=self.config.instance,
                limiter=limiter,
                meter=meter,
            )

        limiter = ResourceLimiter(manifest.limits.memory.max_bytes, clock=self._clock, on_change=admission.watch_memory)
        component = Component(
            name=name,
            manifest=manifest,
            compiled=compiled,
            admission=admission,
            wasi=system,
            log=log,
            start=start_instance,
            limiter=limiter,
            ceilings=self.config.operator.ceilings,
            stop_grace_seconds=self.config.stop_grace_seconds,
            on_stop=self._forget,
        )
        await component.begin(hold=hold)
        self._components[name] = component
        if component.asks:
            self._reviewer.begin()
        return component

    async def _admission(self, name: str, manifest: Manifest, source: Source) -> Admission:
        authority = self._authority
        decision = await authority.judge(source)
        admission = Admission(name=name, manifest=manifest, source=source, decision=decision, authority=authority)
        usage = self._usage.get(name)
        admission.restore(usage if usage is not None else await authority.usage_of(name))
        return admission

    def _wasi(self, program: str, admission: Admission, setup: WasiSetup, log: OutputLog) -> Wasi:
        return Wasi(
            name=program,
            gate=admission.gate,
            storage=admission,
            setup=setup,
            clock=self._clock,
            entropy=self._entropy,
            log=log,
            work=self._work,
            max_descriptors=self.config.max_descriptors,
        )

    async def _review(self) -> bool:
        """Look at what people decided; whether there is anything that they may decide about."""
        components = [component for component in self.components.values() if component.asks]
        for component in components:
            await component.review()
        return bool(components)

    def _forget(self, component: Component) -> None:
        self._usage[component.name] = component.usage()
        self._work.send(component.logs.close)
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
