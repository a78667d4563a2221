"""A guest's activity that its first slice did not finish: sliced on workers, answered when it calls the host."""

from __future__ import annotations

import asyncio
import contextlib
import time
from time import perf_counter, thread_time_ns
from typing import TYPE_CHECKING

from airssys.engine._fair_queue import Share
from airssys.engine._pace import TICK_NS
from airssys.engine._scheduler import Place
from airssys.engine._slot import PollSlot

if TYPE_CHECKING:
    from airssys.engine._store import Store

#: A guest whose slices up to its host calls are shorter than this stays on the loop's thread: the way to a worker and
#: back costs about 30 us a call.
_SHORT_SLICE_NS = TICK_NS // 4
#: How long a cancelled owner sleeps between looks at the slice in flight, which ends within a tick.
_PARKING_SECONDS = 0.0005


class Fiber:
    """The future of a store, on its way to the end.

    Attributes:
        deadline: monotonic time in seconds after which no further slice starts.
        cpu_ns: CPU time used so far.
        place, withdrawn: the scheduler's.
    """

    __slots__ = ("_done", "_slice_ns", "_store", "_waiter", "cpu_ns", "deadline", "place", "withdrawn")

    def __init__(self, store: Store, *, deadline: float, cpu_ns: int) -> None:
        self._store = store
        self._waiter: asyncio.Future[None] | None = None
        self._done = False
        self._slice_ns = cpu_ns
        self.deadline = deadline
        self.cpu_ns = cpu_ns
        self.place = Place.PARKED
        self.withdrawn = False
        store.fiber = self

    @property
    def share(self) -> Share:
        """The account of its store."""
        return self._store.share

    async def run_to_end(self, *, inline: bool) -> None:
        """Run until done, answering host calls on the way. When this raises, the fiber is parked and unfinished.

        Args:
            inline: whether the next slice may run on the event loop's thread. A guest that called the host after a
                short slice may do so again; one that outlived a slice may not.
        """
        store = self._store
        while not self._done:
            if store.failure is not None:
                raise store.failure
            if perf_counter() > self.deadline:
                raise TimeoutError
            if store.resumes_at:
                await self._pause()
                continue
            if store.calls.waiting:
                await store.calls.answer()
                inline = self._slice_ns < _SHORT_SLICE_NS
                if inline and store.turn.spent_ns > TICK_NS // 2:
                    await asyncio.sleep(0)  # a guest that calls the host again and again lets the loop turn meanwhile
            if inline and store.may_run_inline():
                self._run_inline()
                inline = False
            else:
                await self._run_on_workers()

    async def _pause(self) -> None:
        """Wait until the guest may use the CPU again, or until its deadline."""
        store = self._store
        await asyncio.sleep(min(store.resumes_at, self.deadline) - perf_counter())
        if perf_counter() >= store.resumes_at:
            store.resumes_at = 0.0

    def _run_inline(self) -> None:
        store = self._store
        self._done, self._slice_ns = store.poll_inline()
        self.cpu_ns += self._slice_ns
        store.share.use(self._slice_ns)

    # -- on workers

    def run_slice(self, slot: PollSlot) -> bool:
        """One slice on a worker; True when the guest was merely interrupted."""
        store = self._store
        started = thread_time_ns()
        try:
            self._done = store.poll(slot)
        except BaseException as error:  # a worker must survive; the owner is told
            store.failure = error
        self._slice_ns = used = thread_time_ns() - started
        self.cpu_ns += used
        store.share.use(used)
        store.measure(used)
        return not (self._done or store.needs_owner or store.resumes_at or perf_counter() > self.deadline)

    def parked(self) -> None:
        """Wake the owner; on a worker's thread."""
        if self._waiter is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
                self._waiter.get_loop().call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def _run_on_workers(self) -> None:
        self._waiter = asyncio.get_running_loop().create_future()
        scheduler = self._store.runtime.scheduler
        try:
            scheduler.submit(self)
            await self._waiter
        except GeneratorExit:  # nobody may wait any more
            scheduler.wait_parked(self)
            raise
        except BaseException:
            await self._until_parked()
            raise

    async def _until_parked(self) -> None:
        """Wait for the slice in flight, whoever else cancels meanwhile."""
        scheduler = self._store.runtime.scheduler
        while not scheduler.withdraw(self):
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(_PARKING_SECONDS)


def now() -> float:
    """Monotonic time in seconds, on the base that deadlines use."""
    return time.perf_counter()
