"""One native store: one guest's world, with one owner and at most one fiber at a time (design rule 17)."""

from __future__ import annotations

import asyncio
import signal
from ctypes import c_void_p
from dataclasses import dataclass
from typing import Any

from airssys.engine import _native as native
from airssys.engine._capacity import maps_of
from airssys.engine._fair_queue import Share
from airssys.engine._fiber import Fiber
from airssys.engine._host_calls import HostCalls, HostFunction, continuation_for
from airssys.engine._limiter import ResourceLimiter
from airssys.engine._pace import Turn, turn_of
from airssys.engine._runtime import Runtime
from airssys.engine._slot import PollSlot
from airssys.engine.values import Border, ResourceTable
from airssys.errors import InternalError


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
        failure: what a callback of the slice in progress raised; the owner raises it.
    """

    __slots__ = (
        "__weakref__",
        "_closed",
        "_epoch_deadline",
        "_maps",
        "_slot",
        "_store",
        "border",
        "calls",
        "context",
        "continuation",
        "failure",
        "fiber",
        "limiter",
        "native_context",
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
    ) -> None:
        self.runtime = runtime
        self.turn: Turn = turn_of(asyncio.get_running_loop())
        self.limiter = limiter
        self.share = share
        self.failure: BaseException | None = None
        self.fiber: Fiber | None = None
        self._closed = False
        self._slot: PollSlot = self.turn.slot
        self._maps = maps_of(min(memories, bounds.memories))
        runtime.capacity.take(self._maps)
        self._store: int = native.store_new(engine, None, None)
        self.context: int = native.store_context(self._store)
        self.native_context = c_void_p(self.context)
        native.store_limiter(
            self._store, -1, bounds.table_elements, bounds.core_instances, bounds.tables, bounds.memories
        )
        native.context_yield_on_epoch(self.context, 1)
        native.context_set_epoch_deadline(self.context, 1)
        self._epoch_deadline = runtime.ticker.epoch + 1
        self.border = Border(self.context, bounds.value_bytes, ResourceTable(bounds.resources))
        self.calls = HostCalls(functions, self.border)
        self.continuation = continuation_for(self.context)
        runtime.stores[self.context] = self

    # -- running

    def enter(self, future: int, deadline: float) -> Fiber:
        """Take the only place for a fiber."""
        if self.fiber is not None:
            raise InternalError("a second fiber was started in a store that is in use")
        fiber = self.fiber = Fiber(self, future, deadline)
        return fiber

    def prepare(self) -> None:
        """Before a fiber starts: a whole tick lies ahead of its first interruption."""
        epoch = self.runtime.ticker.epoch
        if epoch >= self._epoch_deadline:
            native.context_set_epoch_deadline(self.native_context, 1)
            self._epoch_deadline = epoch + 1

    def poll(self, future: Any, slot: PollSlot) -> bool:
        """Run the guest on this thread until it is done, suspends, or the tick ends its slice."""
        self._slot = slot
        slot.limiter = self.limiter
        ticker = self.runtime.ticker
        slot.polling = True
        try:
            ticker.used = True
            if ticker.asleep:
                ticker.wake()
            done: bool = native.future_poll(future)
        finally:
            slot.polling = False
            if slot.signals:
                deliver_signals(slot)
        return done

    # -- what callbacks and fibers need

    @property
    def needs_owner(self) -> bool:
        """The fiber cannot go on by itself."""
        return self.calls.waiting or self.failure is not None

    def on_host_call(self, index: int, args: int, results: int) -> None:
        """In a callback: the guest calls a host function."""
        self.calls.begin(index, args, results, self._slot)

    def on_continue(self) -> bool:
        """In a callback: the fiber asks for the answer."""
        return self.calls.finish()

    def on_drop(self, rep: int) -> None:
        """In a callback: the guest dropped a host resource."""
        self.calls.drop(rep)

    # -- ending

    @property
    def closed(self) -> bool:
        """Whether the native side is gone."""
        return self._closed

    def close(self) -> None:
        """Delete the native side; a fiber in it must be parked. Host resources that the guest held are destroyed."""
        if self._closed:
            return
        self.discard()
        self.runtime.capacity.give_back(self._maps)
        self.runtime.stores.pop(self.context, None)
        self.calls.abandon()

    def discard(self) -> None:
        """Delete the native side and nothing else: future first, then store."""
        self._closed = True
        fiber, self.fiber = self.fiber, None
        if fiber is not None:
            fiber.delete()
        native.store_delete(self._store)


def deliver_signals(slot: PollSlot) -> None:
    """Run the handlers of signals that arrived while a guest ran. May raise what they raise."""
    numbers = slot.signals[:]
    slot.signals.clear()
    for number in numbers:
        signal.raise_signal(number)
