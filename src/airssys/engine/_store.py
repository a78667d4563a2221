"""One native store: one guest's world, with one owner and at most one fiber at a time (design rule 17)."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from ctypes import c_void_p
from dataclasses import dataclass
from time import perf_counter, perf_counter_ns
from typing import TYPE_CHECKING, TypeAlias

from airssys.engine import _native as native
from airssys.engine._capacity import maps_of
from airssys.engine._fair_queue import Share
from airssys.engine._host_calls import HostCalls, HostFunction, continuation_for
from airssys.engine._limiter import ResourceLimiter
from airssys.engine._pace import NO_TURN, NOTICE_NS, TICK_NS, Pace, turn_of
from airssys.engine._runtime import Runtime
from airssys.engine._scheduler import Place
from airssys.engine._slot import PollSlot, current_slot
from airssys.engine.values import Border, ResourceTable
from airssys.errors import InternalError

if TYPE_CHECKING:
    from airssys.engine._fiber import Fiber


#: Takes the CPU time of a slice in ns, returns for how many seconds the guest has to pause. Any thread calls it.
CpuMeter: TypeAlias = Callable[[int], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreBounds:
    """What one instance may make the host keep, besides linear memory.

    Attributes:
        table_elements: per table; 8 bytes of host memory each. CPython and SpiderMonkey guests use about 10,000.
        tables: per instance; a composed component of several toolchains' parts uses about a dozen.
        memories: linear memories per instance; two memory maps each.
        core_instances: core module instances per instance; a composed component uses dozens.
        resources: host resources that the guest holds handles to.
        value_bytes: Python objects that one conversion of a guest's value may build.
    """

    table_elements: int = 20_000
    tables: int = 32
    memories: int = 32
    core_instances: int = 256
    resources: int = 1024
    value_bytes: int = 16 * 1024 * 1024


class Store:
    """The native store of one instance.

    Attributes:
        context: the native context; callbacks find the store by it.
        native_context: the same, as native calls take it.
        turn: the event loop that owns this store, and its inline time.
        share: its account with the scheduler.
        failure: what a callback of the slice in progress raised, or why the owner was told to end; the owner raises it.
        future: the native future in progress, 0 when there is none.
        fiber: who runs it, once its first slice did not finish it.
        epoch_deadline: the ticker's count at which the next slice would end before it began.
        meter: told of the CPU time of every slice in ns, on the thread that ran it; returns for how many seconds the
            guest has to pause, which is how a quota of CPU time holds within a call as well. None without one.
        resumes_at: `perf_counter()` time until which the guest pauses; 0.0 when it does not.
    """

    __slots__ = (
        "_maps",
        "_slot",
        "_store",
        "border",
        "calls",
        "closed",
        "context",
        "continuation",
        "epoch_deadline",
        "failure",
        "fiber",
        "future",
        "limiter",
        "meter",
        "native_context",
        "resumes_at",
        "runtime",
        "share",
        "turn",
    )

    def __init__(
        self,
        runtime: Runtime,
        engine: int,
        *,
        limiter: ResourceLimiter,
        share: Share,
        bounds: StoreBounds,
        memories: int,
        functions: tuple[HostFunction, ...],
        meter: CpuMeter | None = None,
    ) -> None:
        self.runtime = runtime
        self.turn = turn_of(asyncio.get_running_loop())
        self.limiter = limiter
        self.share = share
        self.meter = meter
        self.resumes_at = 0.0
        self.failure: BaseException | None = None
        self.future = 0
        self.fiber: Fiber | None = None
        self.closed = False
        self._slot: PollSlot = self.turn.slot
        self._maps = maps_of(memories if memories < bounds.memories else bounds.memories)
        runtime.capacity.take(self._maps)
        self._store: int = native.store_new(engine, None, None)
        self.context: int = native.store_context(self._store)
        self.native_context = c_void_p(self.context)
        runtime.stores[self.context] = self
        native.store_limiter(
            self._store, -1, bounds.table_elements, bounds.core_instances, bounds.tables, bounds.memories
        )
        native.context_yield_on_epoch(self.context, 1)
        native.context_set_epoch_deadline(self.context, 1)
        self.epoch_deadline = runtime.ticker.epoch + 1
        self.border = Border(self.context, bounds.value_bytes, ResourceTable(bounds.resources))
        self.calls = HostCalls(functions, self.border)
        self.continuation = continuation_for(self.context) if functions else None
        if meter is not None:
            self.measure(0)  # the instance before this one may have left a debt

    # -- running

    def begin(self, future: int) -> None:
        """Take the only place for a native future.

        Raises:
            InternalError: another one is in progress.
        """
        if self.future:
            native.future_delete(future)
            raise InternalError("a second call was started in a store that is in use")
        self.future = future

    def end(self) -> None:
        """Delete the native future; an unfinished guest unwinds, and its instance is dead.

        Waits for a slice in flight, at most a tick: whoever ends a call has parked its fiber, but a signal handler may
        have raised on the way.
        """
        fiber, self.fiber = self.fiber, None
        if fiber is not None:
            self.runtime.scheduler.wait_parked(fiber)
        future, self.future = self.future, 0
        if future:
            native.future_delete(future)

    def renew_epoch(self) -> None:
        """Before a call starts, where `epoch_deadline` has passed: a tick lies ahead of its first interruption."""
        native.context_set_epoch_deadline(self.native_context, 1)
        self.epoch_deadline = self.runtime.ticker.epoch + 1

    def may_run_inline(self, pace: Pace | None = None) -> bool:
        """Whether this turn of the loop has inline time left, and the export is not known to be slow."""
        return self.turn.spent_ns < TICK_NS and not self.resumes_at and (pace is None or not pace.slow)

    def poll(self, slot: PollSlot) -> bool:
        """Run the guest on this thread until it is done, suspends, or the tick ends its slice."""
        self._slot = slot
        outer = slot.limiter  # of a guest whose host function runs this one
        slot.limiter = self.limiter
        slot.polling = True
        try:
            ticker = self.runtime.ticker
            ticker.used = True
            if ticker.asleep:
                ticker.wake()
            done: bool = native.future_poll(self.future)
        finally:
            slot.polling = False
            slot.limiter = outer
        if slot.signals:
            deliver_signals(slot)
        return done

    def poll_inline(self) -> tuple[bool, int]:
        """One slice on the event loop's thread, paid from its turn: whether it is done, and the guest's CPU time in ns.

        CPU time is wall time less the time of host functions: asking the kernel would cost more than a call.
        """
        turn = self.turn
        started = perf_counter_ns()
        done = self.poll(turn.slot)
        elapsed = perf_counter_ns() - started
        turn.spent_ns += elapsed
        if turn.spent_ns > NOTICE_NS:
            turn.notice()
        calls = self.calls
        cpu = elapsed - calls.host_ns
        calls.host_ns = 0
        if self.meter is not None:
            self.measure(cpu)
        return done, cpu

    def measure(self, cpu_ns: int) -> None:
        """Tell the meter, where there is one, of CPU time that was used; the guest pauses for as long as it says."""
        if self.meter is not None:
            pause_seconds = self.meter(cpu_ns)
            self.resumes_at = perf_counter() + pause_seconds if pause_seconds else 0.0

    @property
    def needs_owner(self) -> bool:
        """The guest cannot go on by itself."""
        return self.calls.waiting or self.failure is not None

    # -- in callbacks

    def on_host_call(self, index: int, args: int, results: int) -> None:
        """The guest calls a host function."""
        self.calls.begin(index, args, results, self._slot)

    def on_continue(self) -> bool:
        """The guest asks for the answer."""
        return self.calls.finish()

    def on_drop(self, rep: int) -> None:
        """The guest dropped a host resource."""
        self.calls.drop(rep)

    # -- ending

    def close(self) -> None:
        """Delete the native side; nothing may poll it. Host resources that the guest held are destroyed."""
        if self.closed:
            return
        slot = current_slot()
        polling, slot.polling = slot.polling, True  # signals wait: what native code calls back is not broken off
        try:
            self.discard()
            self.runtime.capacity.give_back(self._maps)
            self.runtime.stores.pop(self.context, None)
        finally:
            slot.polling = polling
            self.calls.abandon()
        if slot.signals and not polling:
            deliver_signals(slot)

    def forget(self) -> None:
        """In a forked child: the native side is the parent's, and is left alone."""
        self.closed = True
        self.turn = NO_TURN
        self.future = 0
        if self.fiber is not None:
            self.fiber.place = Place.PARKED

    def discard(self) -> None:
        """Delete the native side and nothing else: future first, then store (design rule 22)."""
        if not self.closed:
            self.closed = True
            self.turn = NO_TURN  # whoever tries to call it finds that no event loop owns it
            self.end()
            native.store_delete(self._store)


def deliver_signals(slot: PollSlot) -> None:
    """Run the handlers of signals that arrived while a guest ran. May raise what they raise."""
    numbers = slot.signals[:]
    slot.signals.clear()
    for number in numbers:
        signal.raise_signal(number)
