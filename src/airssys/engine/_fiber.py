"""One activity of one guest: a native future that is polled in slices until it is done."""

from __future__ import annotations

import asyncio
import contextlib
import time
from ctypes import c_void_p
from time import perf_counter_ns, thread_time_ns
from typing import TYPE_CHECKING

from airssys.engine import _native as native
from airssys.engine._fair_queue import Share
from airssys.engine._pace import TICK_NS
from airssys.engine._scheduler import Place
from airssys.engine._slot import PollSlot

if TYPE_CHECKING:
    from airssys.engine._store import Store


class Fiber:
    """A call or an instantiation in progress. Made by `Store`; one per store at a time.

    Attributes:
        deadline: monotonic time after which no further slice starts.
        cpu_ns: CPU time used so far.
        done: the native future has finished; its error slot and result may be read.
    """

    __slots__ = ("_future", "_loop", "_store", "_waiter", "cpu_ns", "deadline", "done", "place", "withdrawn")

    def __init__(self, store: Store, future: int, deadline: float) -> None:
        self._store = store
        self._future: c_void_p | None = c_void_p(future)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiter: asyncio.Future[None] | None = None
        self.deadline = deadline
        self.cpu_ns = 0
        self.done = False
        self.place = Place.PARKED
        self.withdrawn = False

    @property
    def share(self) -> Share:
        """The account of its store."""
        return self._store.share

    @property
    def overdue(self) -> bool:
        """The deadline has passed."""
        return perf_counter_ns() > self.deadline * 1e9

    def run_slice(self, slot: PollSlot) -> bool:
        """One slice on a worker; True when the guest was merely interrupted."""
        store = self._store
        started = thread_time_ns()
        try:
            self.done = store.poll(self._future, slot)
        except BaseException as error:  # a worker must survive; the owner is told
            store.failure = error
        used = thread_time_ns() - started
        self.cpu_ns += used
        store.share.use(used)
        return not (self.done or store.needs_owner or self.overdue)

    def run_inline(self) -> None:
        """One slice on the event loop's thread, paid from its turn."""
        store = self._store
        turn = store.turn
        calls = store.calls
        calls.host_ns = 0
        started = perf_counter_ns()
        self.done = store.poll(self._future, turn.slot)
        elapsed = perf_counter_ns() - started
        self.cpu_ns += elapsed - calls.host_ns
        store.share.use(elapsed - calls.host_ns)
        turn.spend(elapsed)

    async def run_to_end(self, *, slow: bool) -> None:
        """Run until done, answering host calls on the way. Cancelling leaves the fiber parked."""
        store = self._store
        while not self.done:
            if store.failure is not None:
                raise store.failure
            if store.calls.waiting:
                await store.calls.answer()
            if slow or store.turn.spent_ns > TICK_NS // 2 or self.cpu_ns > TICK_NS // 2:
                await self._run_on_workers()
            else:
                self.run_inline()
                if not self.done and not store.needs_owner:
                    slow = True  # it outlived a slice: the workers have it from now on

    async def _run_on_workers(self) -> None:
        loop = self._loop = self._store.turn.loop
        waiter = self._waiter = loop.create_future()
        scheduler = self._store.runtime.scheduler
        scheduler.submit(self)
        try:
            await waiter
        except BaseException as error:
            if not scheduler.withdraw(self):
                if isinstance(error, GeneratorExit):  # nobody may wait any more
                    scheduler.wait_parked(self)
                else:
                    await self._until_parked()
            raise

    async def _until_parked(self) -> None:
        """Wait for the slice in flight, at most a tick, whoever else cancels meanwhile."""
        scheduler = self._store.runtime.scheduler
        while not scheduler.withdraw(self):
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(0.0005)

    def parked(self) -> None:
        """Wake the owner; on a worker's thread."""
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
                loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def delete(self) -> None:
        """Delete the native future; an unfinished guest unwinds and its instance is dead. Only while parked."""
        future, self._future = self._future, None
        if future is not None:
            native.future_delete(future)


def now() -> float:
    """Monotonic time in seconds, on the base that deadlines use."""
    return time.perf_counter()
