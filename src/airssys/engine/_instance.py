"""A running instance of a component: one store, one owner, one call at a time.

Promise: whatever the guest does, a call ends with a value or a typed error by its deadline, and after a fault the
instance is closed and has left nothing behind. Recovery is a new instance, never a retry (design rule 7).
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
from asyncio import _get_running_loop
from ctypes import c_size_t, c_void_p
from dataclasses import dataclass
from time import perf_counter_ns
from typing import Any, Final

from airssys.engine import _native as native
from airssys.engine._fair_queue import Share
from airssys.engine._fiber import Fiber, now
from airssys.engine._limiter import ResourceLimiter
from airssys.engine._linking import Export, LinkedComponent
from airssys.engine._pace import TICK_NS
from airssys.engine._runtime import runtime
from airssys.engine._store import CpuMeter, Store, StoreBounds
from airssys.engine._traps import backtrace_of, classify, reason_of
from airssys.engine.values import Arena
from airssys.errors import (
    ComponentStopped,
    DeadlineExceeded,
    EngineFailed,
    FuelExhausted,
    GuestError,
    GuestTrapped,
    InternalError,
    OperatorError,
    OutOfMemory,
)
from airssys.manifest import CpuConfig, Priority
from airssys.units import format_size_exactly

#: CPU share of each priority: a high one gets four times as much as a low one while both want it.
WEIGHTS: Final = {Priority.LOW: 1, Priority.NORMAL: 2, Priority.HIGH: 4}


_DEFAULT_CPU: Final = CpuConfig()
_DEFAULT_BOUNDS: Final = StoreBounds()


@dataclass(frozen=True, slots=True, kw_only=True)
class CpuUsage:
    """What an instance's guest used; host functions are not included.

    Attributes:
        total_seconds: CPU time of all calls and of starting. Slices on the event loop's thread are measured by wall
            clock, which includes what the kernel took away; slices on workers by the thread's CPU clock.
        calls: finished calls, failed ones included.
        last_call_seconds: CPU time of the last call.
    """

    total_seconds: float
    calls: int
    last_call_seconds: float


class _Bound:
    """An export bound to one instance, with the native memory that its calls use."""

    __slots__ = (
        "_func",
        "argument_buffer",
        "arguments",
        "arity",
        "converter",
        "func",
        "pace",
        "read_number",
        "result",
        "result_buffer",
        "results",
        "write_numbers",
    )

    def __init__(self, export: Export, func: Any) -> None:
        converter = export.converter
        self.converter = converter
        self.write_numbers = converter.write_numbers
        self.read_number = converter.read_number
        self.pace = export.pace
        self._func = func
        self.func = c_void_p(ctypes.addressof(func))
        self.argument_buffer = bytearray(native.VAL_SIZE * max(converter.arity, 1))
        self.result_buffer = bytearray(native.VAL_SIZE)
        self.arguments = c_void_p(native.address_of(self.argument_buffer))
        self.result = c_void_p(native.address_of(self.result_buffer))
        self.arity = c_size_t(converter.arity)
        self.results = c_size_t(0 if converter.wit.result is None else 1)


class Instance:
    """Made by `instantiate`. Belongs to the event loop that made it."""

    __slots__ = (
        "_bound",
        "_calls",
        "_cpu_ns",
        "_error",
        "_error_slot",
        "_last_cpu_ns",
        "_linked",
        "_max_fuel",
        "_native",
        "_refused",
        "cpu_config",
        "limiter",
        "store",
    )

    def __init__(self, linked: LinkedComponent, store: Store, cpu: CpuConfig) -> None:
        self._linked = linked
        self.store = store
        self.limiter: ResourceLimiter = store.limiter
        self.cpu_config = cpu
        self._max_fuel = cpu.max_fuel
        self._bound: dict[str, _Bound] = {}
        self._native = bytearray(native.INSTANCE_SIZE)
        self._error = c_void_p(0)
        self._error_slot = c_void_p(ctypes.addressof(self._error))
        self._calls = 0
        self._cpu_ns = 0
        self._last_cpu_ns = 0
        self._refused = self.limiter.refusals

    # -- calling

    def begin(self, name: str, args: tuple[Any, ...], timeout_seconds: float | None = None) -> Any:
        """Start a call and run its first slice here, when that is allowed: the result, or a `Call` to be awaited.

        Raises whatever the call raises. The caller has seen to it that no other call is in progress. This is the path
        that every call takes; it is flat because each function call would add two per cent.
        """
        store = self.store
        turn = store.turn
        if _get_running_loop() is not turn.loop or store.future:
            raise _not_callable(store)
        bound = self._bound.get(name) or self._bind(name)
        arena = None
        if not bound.write_numbers(args, bound.argument_buffer):
            arena = bound.converter.lower_arguments(args, bound.argument_buffer, store.border)
        if store.runtime.ticker.epoch >= store.epoch_deadline:
            store.renew_epoch()
        if self._max_fuel is not None:
            self._refuel(self._max_fuel)
        self._refused = self.limiter.refusals
        store.begin(
            native.func_call_async(
                bound.func, store.native_context, bound.arguments, bound.arity, bound.result, bound.results,
                self._error_slot,
            )
        )  # fmt: skip
        started = perf_counter_ns()
        cpu = 0
        if turn.spent_ns < TICK_NS and not bound.pace.slow and not store.resumes_at:
            try:
                done, cpu = store.poll_inline()
            except BaseException:  # a signal handler raised: nobody will finish this call
                self._abandon(arena)
                raise
            if done:
                return self._conclude(bound, cpu, arena)
        timeout = self.cpu_config.timeout_seconds if timeout_seconds is None else timeout_seconds
        return Call(self, bound, Fiber(store, deadline=started / 1e9 + timeout, cpu_ns=cpu), arena, timeout)

    def _bind(self, name: str) -> _Bound:
        export = self._linked.export(name)
        func = (ctypes.c_char * native.FUNC_SIZE)()
        found = native.instance_get_func(
            native.address_of(self._native), self.store.context, export.index, ctypes.addressof(func)
        )
        if not found:
            raise EngineFailed(f"the engine does not find the export {name} in the instance")
        bound = self._bound[name] = _Bound(export, func)
        return bound

    def _refuel(self, fuel: int) -> None:
        error = native.context_set_fuel(self.store.native_context, fuel)
        if error:
            raise EngineFailed(native.take_error(error))

    def _conclude(self, bound: _Bound, cpu_ns: int, arena: Arena | None) -> Any:
        """The end of a call that ran to its end: its value, or why there is none."""
        store = self.store
        native.future_delete(store.future)
        store.future = 0
        store.fiber = None
        self._calls += 1
        self._last_cpu_ns = cpu_ns
        self._cpu_ns += cpu_ns
        if bound.pace.slow or cpu_ns > TICK_NS:
            bound.pace.learn(cpu_ns)
        if arena is not None:
            arena.release()
        error = self._error.value
        if error or store.failure is not None:
            raise self._failed(error)
        if store.calls.dropped:
            self._run_destructors()
        fast = bound.read_number
        if fast is not None:
            return fast(bound.result_buffer)[0]
        return bound.converter.lift_result(bound.result_buffer, store.border)

    def _run_destructors(self) -> None:
        """Host resources that the guest dropped; the instance does not survive a destructor that fails."""
        try:
            self.store.calls.run_destructors()
        except BaseException:
            self.close()
            raise

    def _abandon(self, arena: Arena | None, cpu_ns: int = 0) -> None:
        """End a call that will not be finished. Loans to the guest end first: they are not the guest's to destroy."""
        self._calls += 1
        self._last_cpu_ns = cpu_ns
        self._cpu_ns += cpu_ns
        if arena is not None:
            arena.release()
        self.close()

    # -- failing

    def _failed(self, error: int | None) -> BaseException:
        """Why the fiber failed; the instance is closed."""
        text = ""
        if error:
            self._error.value = None
            text = native.take_error(error)
        failure, self.store.failure = self.store.failure, None
        self.close()
        return failure if failure is not None else self.fault(text)

    def fault(self, text: str) -> GuestError | EngineFailed:
        """The error that the engine's text stands for, with what the limiter knows."""
        limiter, backtrace = self.limiter, backtrace_of(text)
        if limiter.host_fault is not None:
            return EngineFailed(f"this machine could not give the guest memory: {limiter.host_fault}")
        kind = classify(text)
        if kind == "fuel":
            fuel = self.cpu_config.max_fuel or 0
            return FuelExhausted(f"the call used up its {fuel} units of fuel", max_fuel=fuel, backtrace=backtrace)
        usage = limiter.usage
        if limiter.refusals > self._refused:
            requested = usage.last_refused_bytes or 0
            return OutOfMemory(
                f"the guest stopped ({reason_of(text)}) after it was refused memory: it asked for "
                f"{format_size_exactly(requested)} in total, the limit is {format_size_exactly(usage.limit_bytes)}, "
                f"the peak was {format_size_exactly(usage.peak_bytes)}",
                limit_bytes=usage.limit_bytes,
                requested_bytes=requested,
                peak_bytes=usage.peak_bytes,
                backtrace=backtrace,
            )
        if kind == "resource-limit":
            return GuestTrapped(
                f"the guest went over a bound of its host: {reason_of(text)}",
                kind=kind,
                backtrace=backtrace,
                hint="the bounds are HostConfig.instance (StoreBounds); raise one if the component is meant to need it",
            )
        return GuestTrapped(f"the guest trapped: {reason_of(text)}", kind=kind, backtrace=backtrace)

    # -- looking at it

    @property
    def alive(self) -> bool:
        """Whether it can be called."""
        return not self.store.closed

    @property
    def unfinished(self) -> bool:
        """Whether a call was started and neither finished nor given up."""
        return self.store.future != 0

    @property
    def cpu(self) -> CpuUsage:
        """What its guest used so far."""
        return CpuUsage(total_seconds=self._cpu_ns / 1e9, calls=self._calls, last_call_seconds=self._last_cpu_ns / 1e9)

    def set_cpu(self, cpu: CpuConfig) -> None:
        """Change deadline, fuel or priority from the next call on."""
        if (cpu.max_fuel is None) != (self.cpu_config.max_fuel is None):
            raise OperatorError(
                "fuel cannot be switched on or off while an instance lives: it is compiled in",
                hint="stop the component and start it with the new limits",
            )
        self.cpu_config = cpu
        self._max_fuel = cpu.max_fuel
        self.store.share.weight = WEIGHTS[cpu.priority]

    def set_meter(self, meter: CpuMeter | None) -> None:
        """Change who is told of its CPU time, from the next slice on."""
        self.store.meter = meter

    def close(self) -> None:
        """Delete the instance and everything native that belongs to it. No call may be in progress."""
        self.store.close()
        self._bound.clear()

    # -- starting

    async def _start(self, timeout_seconds: float) -> None:
        store, linked = self.store, self._linked
        if self._max_fuel is not None:
            self._refuel(self._max_fuel)
        store.begin(
            native.linker_instantiate_async(
                linked.linker_pointer, store.native_context, linked.component.pointer,
                native.address_of(self._native), self._error_slot,
            )
        )  # fmt: skip
        done = False
        if store.may_run_inline():
            done, self._cpu_ns = store.poll_inline()
        if not done:
            fiber = Fiber(store, deadline=now() + timeout_seconds, cpu_ns=self._cpu_ns)
            await _run(store, fiber, asyncio.timeout(timeout_seconds), timeout_seconds, inline=False)
            self._cpu_ns = fiber.cpu_ns
        store.end()
        error = self._error.value
        if error or store.failure is not None:
            raise self._failed_to_start(error)

    def _failed_to_start(self, error: int | None) -> BaseException:
        failure = self._failed(error)
        if not isinstance(failure, OutOfMemory):
            return failure
        return too_small(self._linked, self.limiter.limit_bytes, failure)


class Call:
    """A call whose first slice did not finish it. Await `finish` once."""

    __slots__ = ("_arena", "_bound", "_fiber", "_instance", "_scope", "_timeout")

    def __init__(self, instance: Instance, bound: _Bound, fiber: Fiber, arena: Arena | None, timeout: float) -> None:
        self._instance = instance
        self._bound = bound
        self._fiber = fiber
        self._arena = arena
        self._timeout = timeout
        self._scope: asyncio.Timeout | None = None

    async def finish(self) -> Any:
        """The result of the call. Waits; cancelling ends the guest's instance."""
        instance, fiber = self._instance, self._fiber
        self._scope = asyncio.timeout(max(0.0, fiber.deadline - now()))
        try:
            await _run(instance.store, fiber, self._scope, self._timeout, inline=instance.store.calls.waiting)
        except BaseException as error:
            self._bound.pace.learn(fiber.cpu_ns)
            try:
                if not isinstance(error, GeneratorExit):  # then nobody may wait any more
                    await instance.store.calls.cancel()
            finally:
                instance._abandon(self._arena, fiber.cpu_ns)
            raise
        return instance._conclude(self._bound, fiber.cpu_ns, self._arena)

    def abort(self, error: BaseException) -> None:
        """End the call from outside: whoever awaits `finish` gets `error`, and the instance is gone."""
        self._instance.store.failure = error
        if self._scope is not None:
            with contextlib.suppress(RuntimeError):  # the deadline passes at this very moment
                self._scope.reschedule(asyncio.get_running_loop().time())


async def _run(store: Store, fiber: Fiber, scope: asyncio.Timeout, timeout_seconds: float, *, inline: bool) -> None:
    """Run a fiber to its end, or say why it did not get there; then the caller closes the store."""
    try:
        async with scope:
            await fiber.run_to_end(inline=inline)
    except TimeoutError:
        failure = store.failure
        overdue = scope.expired() or now() > fiber.deadline
        if failure is not None:
            raise failure from None
        if overdue:
            raise DeadlineExceeded(
                f"the call was not finished after {timeout_seconds:g} s", timeout_seconds=timeout_seconds
            ) from None
        raise


def _not_callable(store: Store) -> OperatorError | InternalError:
    if store.closed:
        return ComponentStopped("this instance is gone", hint="make a new one")
    if store.future:
        return InternalError("a second call was started in an instance that is in use")
    return OperatorError(
        "the component belongs to another event loop", hint="use `host.from_thread.call(...)` from other threads"
    )


def too_small(linked: LinkedComponent, limit_bytes: int, cause: OutOfMemory | None = None) -> OutOfMemory:
    """The error for a component that cannot start within its limit, naming the smallest limit that would start it.

    Where its start functions asked for more, or modules come from outside, only a lower bound is known.
    """
    facts = linked.component.facts
    smallest = facts.smallest_limit_bytes
    if smallest > limit_bytes:
        requested, least = smallest, "" if facts.exact else "at least "
        wants = f"its memories take {least}{format_size_exactly(requested)} before it runs"
    else:
        requested, least = (cause.requested_bytes if cause is not None else smallest), "at least "
        wants = f"it asked for {format_size_exactly(requested)} while starting"
    return OutOfMemory(
        f"the component cannot start: {wants}, the limit is {format_size_exactly(limit_bytes)}",
        limit_bytes=limit_bytes,
        requested_bytes=requested,
        peak_bytes=cause.peak_bytes if cause is not None else 0,
        backtrace=cause.backtrace if cause is not None else (),
        hint=f"set [resources.memory] max_bytes to {least}{requested} in Component.toml",
    )


async def instantiate(
    linked: LinkedComponent,
    *,
    max_memory_bytes: int,
    cpu: CpuConfig | None = None,
    bounds: StoreBounds | None = None,
    limiter: ResourceLimiter | None = None,
    meter: CpuMeter | None = None,
) -> Instance:
    """Start an instance. Waits while the component's own start functions run, at most for the deadline of one call.

    Args:
        linked: what to start.
        max_memory_bytes: the limit over all its linear memories.
        cpu: deadline, fuel and priority.
        bounds: what it may make the host keep besides.
        limiter: charged for its memories, instead of one made for it.
        meter: told of the CPU time that it uses; says when it has to pause.

    Raises:
        OutOfMemory: the component cannot start within the limit; it has not run if its minimum is beyond it.
        InstanceLimitReached: this process has no room for another.
        GuestTrapped, DeadlineExceeded, FuelExhausted: its start functions failed.
    """
    cpu = cpu or _DEFAULT_CPU
    facts = linked.component.facts
    if facts.smallest_limit_bytes > max_memory_bytes:
        raise too_small(linked, max_memory_bytes)
    if linked.component.consumes_fuel != (cpu.max_fuel is not None):
        raise InternalError("the component was compiled for the other flavour of the engine")
    store = Store(
        runtime(),
        linked.component.engine_pointer,
        limiter=limiter or ResourceLimiter(max_memory_bytes),
        share=Share(WEIGHTS[cpu.priority]),
        bounds=bounds or _DEFAULT_BOUNDS,
        memories=linked.component.memory_count,
        functions=linked.functions,
        meter=meter,
    )
    instance = Instance(linked, store, cpu)
    try:
        await instance._start(cpu.timeout_seconds)
    except BaseException:
        instance.close()
        raise
    return instance
