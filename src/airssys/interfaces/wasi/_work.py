"""System calls that may wait for a disk, a network or a person, off the event loop.

Promise: the loop waits for all of them together at most `INLINE_SECONDS` a turn; after that the guest waits alone.
What nobody waits for any more is finished all the same, and what it made is put away.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from typing import Any, Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

#: How long the loop's thread waits, in one turn of the loop, before the guest is suspended instead. Waking another
#: thread and being woken takes 20 to 90 us where nothing else runs, suspending a guest several times that. A quarter of
#: the engine's tick (2 ms).
INLINE_SECONDS: Final = 0.0005
#: Threads of one host: as many slow calls are under way at once, the others wait in line. A disk has no use for more.
MAX_THREADS: Final = 8
#: How long a host that is left waits for its last lines to be written. The same as it waits for a component.
PATIENCE_SECONDS: Final = 5.0


class _Job:
    """One call, its thread's and its owner's view of it."""

    __slots__ = ("_abandoned", "_discard", "_finished", "_guard", "_work", "done", "error", "value", "waiter")

    def __init__(self, work: Callable[[], Any], discard: Callable[[Any], object] | None) -> None:
        self._work = work
        self._discard = discard
        self._guard = threading.Lock()
        self.done = threading.Lock()
        self.done.acquire()
        self.value: Any = None
        self.error: BaseException | None = None
        self.waiter: asyncio.Future[None] | None = None
        self._finished = self._abandoned = False

    # -- on a thread

    def run(self) -> None:
        try:
            self.value = self._work()
        except BaseException as error:  # noqa: BLE001 - the owner raises it
            self.error = error
        with self._guard:
            self._finished = True
            waiter, abandoned = self.waiter, self._abandoned
            self.done.release()
        if abandoned:
            self._put_away()
        elif waiter is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
                waiter.get_loop().call_soon_threadsafe(_wake, waiter)

    def _put_away(self) -> None:
        if self._discard is not None and self.error is None:
            with contextlib.suppress(Exception):  # nobody is left who could be told
                self._discard(self.value)

    # -- on the loop

    def wait_on(self, waiter: asyncio.Future[None]) -> bool:
        """Have the thread wake `waiter`; False when it is done already."""
        with self._guard:
            if not self._finished:
                self.waiter = waiter
            return not self._finished

    def abandon(self) -> None:
        """Nobody waits any more."""
        with self._guard:
            self._abandoned = True
            finished = self._finished
        if finished:
            self._put_away()


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


class BlockingWork:
    """A few daemon threads, started when first needed."""

    def __init__(self, max_threads: int = MAX_THREADS) -> None:
        self._max = max_threads
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._lock = threading.Condition()
        self._threads = 0
        self._busy = 0
        self._spent = 0.0

    async def run(self, work: Callable[[], T], *, discard: Callable[[T], object] | None = None) -> T:
        """What `work()` returns or raises, computed on a thread. Waits without the loop.

        Cancelling leaves it running; its value is then given to `discard`.
        """
        job = _Job(work, discard)
        self._submit(job)
        try:
            if not self._wait_inline(job):
                waiter = asyncio.get_running_loop().create_future()
                if job.wait_on(waiter):
                    await waiter
        except BaseException:
            job.abandon()
            raise
        if job.error is not None:
            raise job.error
        value: T = job.value
        return value

    def _wait_inline(self, job: _Job) -> bool:
        """Wait for a job on the loop's thread; whether it is done. All calls of one turn of the loop share the time."""
        left = INLINE_SECONDS - self._spent
        if left <= 0.0 or self._busy > self._max:
            return job.done.acquire(blocking=False)
        loop = asyncio.get_running_loop()
        if not self._spent:
            loop.call_soon(self._next_turn)
        started = loop.time()
        is_done = job.done.acquire(timeout=left)
        self._spent += loop.time() - started
        return is_done

    def _next_turn(self) -> None:
        self._spent = 0.0

    def send(self, work: Callable[[], object]) -> None:
        """Have `work()` done some time, in no particular order with others; what it raises is nobody's business."""
        self._submit(_Job(work, None))

    def close(self) -> None:
        """Wait until everything that was sent is done, and let the threads end. Blocks; after `PATIENCE_SECONDS` it
        leaves what still waits for a disk to itself.
        """
        with self._lock:
            self._lock.wait_for(lambda: not self._busy, PATIENCE_SECONDS)
            threads, self._threads, self._max = self._threads, 0, 0
        for _ in range(threads):
            self._jobs.put(None)

    def _submit(self, job: _Job) -> None:
        with self._lock:
            self._busy += 1
            start = self._busy > self._threads and self._threads < self._max
            self._threads += start
        self._jobs.put(job)
        if start:
            threading.Thread(target=self._serve, name="airssys-files", daemon=True).start()

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            job.run()
            del job  # holds on to nothing while it waits
            with self._lock:
                self._busy -= 1
                self._lock.notify_all()
