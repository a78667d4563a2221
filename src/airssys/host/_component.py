"""A component as its users see it: call it, watch it, limit it, stop it."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any, Final

from airssys.audit import Step
from airssys.capabilities import Request
from airssys.engine import (
    Call,
    CompiledComponent,
    CpuMeter,
    CpuUsage,
    Instance,
    MemoryMonitor,
    MemoryUsage,
    ResourceLimiter,
)
from airssys.engine.wit import FuncType
from airssys.errors import (
    ApprovalRequired,
    ComponentStopped,
    EngineFailed,
    ExportNotFound,
    GuestExited,
    GuestReturnedError,
    LimitRejected,
    OperatorError,
    ReentrantCall,
)
from airssys.host._admission import Admission
from airssys.host._call_queue import CallQueue
from airssys.host._finished import finished
from airssys.host._status import ComponentState, ComponentStatus
from airssys.interfaces.wasi import OutputLog, Wasi, is_program
from airssys.manifest import CpuConfig, Manifest, MemoryConfig, Priority, ResourceLimits
from airssys.policy import Grant, SecurityContext
from airssys.quotas import QuotaKind, ResourceQuota


class Component:
    """One component of a host. Made by `Host.start`; belongs to the host's event loop.

    Calls from many tasks are served one at a time in order. When a call ends its instance (trap, memory, deadline,
    fuel, cancellation), its caller gets the error and the next call meets a new instance with fresh memory.
    """

    def __init__(
        self,
        *,
        name: str,
        manifest: Manifest,
        compiled: CompiledComponent,
        admission: Admission,
        wasi: Wasi,
        log: OutputLog,
        start: Callable[[ResourceLimits, ResourceLimiter, CpuMeter | None], Coroutine[Any, Any, Instance]],
        limiter: ResourceLimiter,
        ceilings: ResourceQuota,
        stop_grace_seconds: float,
        on_stop: Callable[[Component], None],
    ) -> None:
        self.name = name
        self.manifest = manifest
        self._compiled = compiled
        self._start = start
        self._grace = stop_grace_seconds
        self._on_stop = on_stop
        self._limits = manifest.limits
        self._quota = manifest.quotas
        self._admission = admission
        self._wasi = wasi
        self._log = log
        self._instance: Instance | None = None
        self._limiter = limiter
        self._ceilings = ceilings
        self._past_cpu = CpuUsage(total_seconds=0.0, calls=0, last_call_seconds=0.0)
        self._loop = asyncio.get_running_loop()
        self._queue = CallQueue()
        self._running: Call | None = None
        self._starting: asyncio.Task[Instance] | None = None
        self._ended_start = False
        self._is_ending = self._is_closed = False
        self._instances = 0
        self._last_failure: BaseException | None = None

    # -- calling

    async def call(self, export: str, /, *args: Any, timeout: float | None = None) -> Any:
        """Call an export with typed values.

        Waits for calls before it, then for the guest. Cancelling while the guest runs ends its instance; cancelling
        while waiting ends nothing. What a host function of the component raises reaches the caller too.

        Args:
            export: `name`, or `ns:package/interface@1.0.0#name` for one inside an interface.
            args: one Python value per WIT parameter.
            timeout: deadline of this call in seconds from its start, instead of the declared one; shorter only.

        Returns:
            The result as a Python value; None when there is none; the good side when it is a `result`.

        Raises:
            ArgumentTypeError, ArgumentValueError: an argument does not fit; the guest has not run.
            ExportNotFound: there is no such export.
            GuestReturnedError: the guest answered with the error of its `result`.
            GuestTrapped, OutOfMemory, DeadlineExceeded, FuelExhausted, ResultTooLarge: the guest failed.
            ApprovalRequired: it is held: nobody approved what it asks for, or somebody took that back.
            QuotaExceeded: it may use no CPU time at all.
            ComponentStopped: it was stopped, before or meanwhile.
            ReentrantCall: a host function called back into the component that waits for it.
        """
        queue = self._queue
        if queue.busy or queue.closed:
            await self._wait_turn()
        else:
            queue.busy = True
        try:
            instance = self._instance
            if instance is None:
                instance = await self._start_instance()
            if timeout is not None:
                timeout = min(timeout, self._limits.cpu.timeout_seconds)
            outcome = instance.begin(export, args, timeout)
            if type(outcome) is Call:
                self._running = outcome
                outcome = await outcome.finish()
            return outcome
        except BaseException as error:
            self._after_failure(error)
            raise
        finally:
            self._finish_turn()

    async def run(
        self,
        arguments: Sequence[str] | None = None,
        *,
        stdin: bytes | int | None = None,
        timeout: float | None = None,
    ) -> int:
        """Run it as a program, through `wasi:cli/run`: in an instance of its own, which ends with it. Waits its turn.

        Args:
            arguments: what follows the program's name; those of its `WasiSetup` by default, as is `stdin`.
            stdin: bytes, or a file descriptor that stays open.
            timeout: deadline in seconds, instead of the declared one; shorter only.

        Returns:
            The exit status: 0 for success.

        Raises:
            ExportNotFound: it is no program.
            GuestError: the guest failed. It ends itself, or says that it failed, with a status.
            ApprovalRequired, QuotaExceeded, ComponentStopped, ReentrantCall: as for `call`.
        """
        export = is_program(self._compiled.exports)
        if export is None:
            raise ExportNotFound(
                f"{self.name} is no program: it does not export wasi:cli/run",
                hint=f"call one of its exports: {', '.join(self._compiled.exports) or 'there are none'}",
            )
        if self._queue.busy or self._queue.closed:
            await self._wait_turn()
        else:
            self._queue.busy = True
        try:
            if self._instance is not None and self._instance.cpu.calls:
                self._put_down()  # a program's second run must not meet what the first one left
            self._wasi.begin(arguments, stdin)
            return await self._run(export, timeout)
        except BaseException as error:
            self._after_failure(error)
            raise
        finally:
            self._wasi.begin()  # what was for this run is the caller's again
            self._finish_turn()

    async def _run(self, export: str, timeout: float | None) -> int:
        instance = self._instance or await self._start_instance()
        if timeout is not None:
            timeout = min(timeout, self._limits.cpu.timeout_seconds)
        status = 0
        try:
            outcome = instance.begin(export, (), timeout)
            if type(outcome) is Call:
                self._running = outcome
                await outcome.finish()
        except GuestReturnedError:
            status = 1
        except GuestExited as exited:
            status = exited.status
        self._admission.note(Step.EXITED)
        self._put_down()
        return status

    def _finish_turn(self) -> None:
        self._running = None
        self._queue.finish()
        if self._is_ending:
            self._end()

    async def _wait_turn(self) -> None:
        self._check_loop()
        if self._queue.closed:
            raise self._refusal()
        if self._instance is not None and not self._instance.alive:
            raise EngineFailed(
                f"{self.name} cannot answer: this process is a fork of the one that started it",
                hint="start components in the process that runs them",
            )
        if self._waits_for_the_caller():
            raise ReentrantCall(
                f"a host function of {self.name} called {self.name}, which waits for that host function"
            )
        await self._queue.wait_turn()
        if self._queue.closed:
            self._queue.finish()
            raise self._refusal()

    def _waits_for_the_caller(self) -> bool:
        """Whether the present task runs inside a host function of this very component."""
        instance = self._instance
        if instance is not None:
            return instance.store.calls.in_progress_here()
        return self._starting is not None and self in _starting_here.get()

    def _check_loop(self) -> None:
        if asyncio.get_running_loop() is not self._loop:
            raise OperatorError(
                f"{self.name} belongs to another event loop", hint="use `host.from_thread.call(...)` from other threads"
            )

    def _refusal(self) -> ComponentStopped:
        return ComponentStopped(f"{self.name} was stopped")

    def _after_failure(self, error: BaseException) -> None:
        instance = self._instance
        if instance is None:
            return
        if instance.unfinished:  # a signal handler raised on the way: nobody will finish that call
            instance.close()
        if not instance.alive:
            self._retire(instance)
            if isinstance(error, GuestExited):
                self._admission.note(Step.EXITED)
            else:
                self._last_failure = error
                self._admission.note(Step.FAILED, error)

    def _retire(self, instance: Instance) -> None:
        """The instance is gone; what it used stays on the account."""
        cpu = instance.cpu
        self._past_cpu = CpuUsage(
            total_seconds=self._past_cpu.total_seconds + cpu.total_seconds,
            calls=self._past_cpu.calls + cpu.calls,
            last_call_seconds=cpu.last_call_seconds,
        )
        self._instance = None
        self._log.finish()

    async def begin(self, *, hold: bool) -> None:
        """Make the first instance, if the component may run. For the host, before anybody else has the component.

        Raises:
            ApprovalRequired: it may not run, and is not to be held either.
        """
        self._queue.busy = True
        try:
            self._instance = await self._start_instance()
        except ApprovalRequired:
            if not hold:
                raise
        finally:
            self._finish_turn()

    async def _start_instance(self) -> Instance:
        """A new instance, in a task of its own: a stop ends it, and its host functions cannot wait for this call."""
        self._check_loop()
        await self._admission.decide()
        if self._quota.cpu_ms_per_second == 0:
            self._admission.charge(QuotaKind.CPU, 0)  # refused: it would pause for ever
        if self._instances:
            self._limiter = self._limiter.renewed()  # from here on a change of limits reaches the new instance
        self._admission.begin_instance()
        token = _starting_here.set((*_starting_here.get(), self))
        starting = self._starting = asyncio.create_task(self._start(self._limits, self._limiter, self._meter))
        try:
            instance = await starting
        except asyncio.CancelledError:
            made = finished(starting)
            if made is not None:
                made.close()
            if self._ended_start:
                raise ComponentStopped(f"{self.name} was stopped while it started") from None
            raise
        except BaseException as error:
            self._admission.note(Step.FAILED, error)
            raise
        finally:
            self._starting = None
            _starting_here.reset(token)
        instance.set_cpu(self._limits.cpu)
        self._instance = instance
        self._instances += 1
        return instance

    @property
    def _meter(self) -> CpuMeter | None:
        """Only with a quota is CPU time told slice by slice: without one it costs a call nothing."""
        return None if self._quota.cpu_ms_per_second is None else self._admission.meter_cpu

    # -- watching

    @property
    def exports(self) -> Mapping[str, str]:
        """What can be called: name -> printable WIT signature."""
        return MappingProxyType(self._compiled.signatures)

    @property
    def functions(self) -> Mapping[str, FuncType]:
        """`exports`, typed: for programs that make arguments from a signature."""
        return MappingProxyType(self._compiled.exports)

    @property
    def digest(self) -> str:
        """SHA-256 of the component's file, hexadecimal."""
        return self._compiled.digest

    @property
    def memory(self) -> MemoryUsage:
        """Linear memory of the present instance, or of the last one. Readable from any thread while the guest runs."""
        return self._limiter.usage

    @property
    def memory_monitor(self) -> MemoryMonitor:
        """The history behind `memory`."""
        return self._limiter.monitor

    @property
    def cpu(self) -> CpuUsage:
        """CPU time over all instances so far."""
        past, instance = self._past_cpu, self._instance
        if instance is None:
            return past
        now = instance.cpu
        return CpuUsage(
            total_seconds=past.total_seconds + now.total_seconds,
            calls=past.calls + now.calls,
            last_call_seconds=now.last_call_seconds if now.calls else past.last_call_seconds,
        )

    @property
    def logs(self) -> OutputLog:
        """What it printed: the last lines, and how much there was."""
        return self._log

    @property
    def open_files(self) -> int:
        """Files and folders that its instance holds open."""
        return self._wasi.open_files

    @property
    def status(self) -> ComponentStatus:
        """A snapshot of its life."""
        return ComponentStatus(
            state=self._state(),
            restarts=max(0, self._instances - 1),
            last_failure=self._last_failure,
            version=str(self.manifest.component.version),
            digest=self.digest,
            limits=self._limits,
            waiting=self._queue.waiting,
            quotas=self._admission.tracker.status(),
        )

    def _state(self) -> ComponentState:
        if self._queue.closed:
            return ComponentState.STOPPED
        if self._queue.busy:
            return ComponentState.BUSY
        if self._instance is None and self._admission.is_held:
            return ComponentState.HELD
        died = self._instance is None and self._last_failure is not None
        return ComponentState.FAILED if died else ComponentState.READY

    # -- authority

    @property
    def security(self) -> SecurityContext:
        """What it may do, and who gave that: as it is now."""
        return self._admission.gate.context

    @property
    def asks(self) -> bool:
        """Whether it asks for any right, so that somebody has to approve it."""
        return self._admission.asks

    def require(self, request: Request, *more: Request) -> Grant:
        """Ask for everything that one act needs, before a host function does it for this component. Recorded.

        Any thread may ask.

        Raises:
            CapabilityDenied: something is not allowed; says by which rule, and what would allow it.
            AuditUnavailable: the decision could not be recorded, so nothing may be done.
        """
        return self._admission.gate.require(request, *more)

    def charge(self, kind: QuotaKind, amount: int = 1) -> None:
        """Charge a quota, before a host function uses something for this component. Any thread may charge.

        Raises:
            QuotaExceeded: it does not fit; recorded, and nothing was charged.
            QuotaInvalid: the amount is negative or no integer.
        """
        self._admission.charge(kind, amount)

    def release(self, kind: QuotaKind, amount: int) -> None:
        """Give back what is no longer held, of a quota of bytes that are kept.

        Raises:
            QuotaInvalid: more than is held, or the kind is none that is held.
        """
        self._admission.tracker.release(kind, amount)

    def usage(self) -> Mapping[str, int]:
        """What it used of its quotas, by the keys of `[quotas]`, to go on counting from."""
        return self._admission.usage()

    async def review(self) -> None:
        """Look at what people decided about it meanwhile. An approval that was taken back takes every right away at
        once, lets the call in progress end, and holds the component. Waits for the disk.
        """
        if not self.asks or self._queue.closed:
            return
        if await self._admission.review():
            self._is_ending = True
            if not self._queue.busy:
                self._end()

    def _end(self) -> None:
        """No call is in progress: put down what may not go on."""
        if self._queue.closed:
            if not self._queue.busy:
                self._close()
        else:
            self._is_ending = False
            if self._admission.is_held:
                self._put_down()

    def _put_down(self) -> None:
        instance = self._instance
        if instance is not None:
            instance.close()
            self._retire(instance)

    # -- limiting

    async def set_limits(
        self,
        *,
        max_bytes: int | None = None,
        timeout_seconds: float | None = None,
        max_fuel: int | None = None,
        priority: Priority | str | None = None,
    ) -> ResourceLimits:
        """Change limits while it lives; what is not named stays. All of it or nothing.

        More memory is there at once, also for a call in progress; deadline, fuel and priority hold from the next call.

        Raises:
            ManifestError: a value is outside of what the operator allows.
            LimitRejected: the memory in use is more than the new limit, or fuel would have to be switched on.
            AuditUnavailable: it could not be recorded; nothing changed.
        """
        limits = self._changed(max_bytes, timeout_seconds, max_fuel, priority)
        if (limits.cpu.max_fuel is None) != (self._limits.cpu.max_fuel is None):
            raise LimitRejected(
                f"{self.name} was compiled without an instruction budget, so one cannot be set while it lives",
                hint="declare max_fuel in Component.toml and start it again",
            )
        self._limiter.set_limit(limits.memory.max_bytes, before=lambda: self._admission.record(Step.LIMITS_CHANGED))
        self._apply_quota(dataclasses.replace(self._quota, memory_bytes=limits.memory.max_bytes))
        if self._instance is not None:
            self._instance.set_cpu(limits.cpu)
        self._limits = limits
        return limits

    def _changed(
        self,
        max_bytes: int | None,
        timeout_seconds: float | None,
        max_fuel: int | None,
        priority: Priority | str | None,
    ) -> ResourceLimits:
        memory, cpu = self._limits.memory, self._limits.cpu
        if max_bytes is not None:
            memory = MemoryConfig(max_bytes=max_bytes, bounds=memory.bounds)
        cpu = CpuConfig(
            timeout_seconds=cpu.timeout_seconds if timeout_seconds is None else timeout_seconds,
            max_fuel=cpu.max_fuel if max_fuel is None else max_fuel,
            priority=cpu.priority if priority is None else Priority(priority),
        )
        return ResourceLimits(memory=memory, cpu=cpu)

    async def set_quotas(self, quotas: ResourceQuota) -> ResourceQuota:
        """Change its quotas while it lives, from the next charge on; memory is a limit, and stays as it is.

        Returns:
            What is in force now: the operator's ceilings apply on top.

        Raises:
            AuditUnavailable: it could not be recorded; nothing changed.
        """
        self._admission.record(Step.LIMITS_CHANGED)
        self._apply_quota(dataclasses.replace(quotas.under(self._ceilings), memory_bytes=self._quota.memory_bytes))
        return self._quota

    def _apply_quota(self, quota: ResourceQuota) -> None:
        self._quota = quota
        self._admission.tracker.set_quota(quota)
        if self._instance is not None:
            self._instance.set_meter(self._meter)

    # -- stopping

    async def stop(self, *, grace_seconds: float | None = None) -> None:
        """Stop it for good; stopping twice is harmless.

        Refuses new and waiting calls at once, waits for the call in progress up to the grace time, then ends that
        call with `ComponentStopped`. Of several stops the least patient decides. Cancelling the stop ends the call at
        once; the component then closes by itself.
        """
        self._check_loop()
        self._queue.close(self._refusal)
        self._is_ending = True
        if not self._queue.busy:
            self._close()
            return
        try:
            async with asyncio.timeout(self._grace if grace_seconds is None else grace_seconds):
                await self._queue.wait_idle()
        except TimeoutError:
            self._end_call()
            await self._queue.wait_idle()
        except BaseException:
            self._end_call()
            await self._queue.wait_idle()
            raise

    def _end_call(self) -> None:
        """End what is in progress; whoever waits for it gets `ComponentStopped`, and the last one closes."""
        if self._running is not None:
            self._running.abort(ComponentStopped(f"{self.name} was stopped during the call"))
        elif self._starting is not None:
            self._ended_start = self._starting.cancel()

    def _close(self) -> None:
        """The end: no call is in progress, and none will be."""
        self._put_down()
        if not self._is_closed:
            self._is_closed = True
            self._admission.note(Step.STOPPED)
        self._on_stop(self)

    def __repr__(self) -> str:
        return f"<Component {self.name} {self._state().value}>"


#: The components whose starting again the present task is part of.
_starting_here: Final[ContextVar[tuple[Component, ...]]] = ContextVar("airssys_starting", default=())
