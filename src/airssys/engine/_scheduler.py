"""A few threads that give every busy guest its fair slices of the CPU.

A fiber is in exactly one place: parked (its owner may touch it), queued, or running on a worker. Only a parked fiber
may be deleted (design rule 22); `withdraw` and `wait_parked` get it there.
"""

from __future__ import annotations

import os
import threading
from enum import Enum
from typing import Protocol

from ._fair_queue import FairQueue, Share
from ._slot import PollSlot, current_slot


class Place(Enum):
    """Where a fiber is."""

    PARKED = 1
    QUEUED = 2
    RUNNING = 3


class Schedulable(Protocol):
    """What the scheduler needs of a fiber."""

    place: Place
    withdrawn: bool

    @property
    def share(self) -> Share:
        """Whose CPU time it uses."""

    def run_slice(self, slot: PollSlot) -> bool:
        """Run until the next tick on this thread; True when it wants another slice. Must not raise."""

    def parked(self) -> None:
        """Tell the owner; called on the worker, without locks."""


def available_cores() -> int:
    """How many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not Linux
        return os.cpu_count() or 1


class Scheduler:
    """Runs slices on `width` daemon threads, started when first needed."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._queue: FairQueue[Schedulable] = FairQueue()
        self._condition = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._stopping = False

    def submit(self, fiber: Schedulable) -> None:
        """Queue a parked fiber; its `parked` is called when it needs its owner again."""
        with self._condition:
            fiber.withdrawn = False
            fiber.place = Place.QUEUED
            self._queue.push(fiber)
            self._condition.notify()
            if len(self._queue) > self._idle and len(self._threads) < self._width:
                self._start_worker()

    def withdraw(self, fiber: Schedulable) -> bool:
        """Take a fiber out; True when it is parked now, False when its slice is still in flight (at most a tick)."""
        with self._condition:
            fiber.withdrawn = True
            if fiber.place is Place.QUEUED:
                fiber.place = Place.PARKED  # the worker that meets it skips it
            return fiber.place is Place.PARKED

    def wait_parked(self, fiber: Schedulable) -> None:
        """Withdraw, and block this thread until the slice in flight has ended."""
        with self._condition:
            fiber.withdrawn = True
            while fiber.place is Place.RUNNING:
                self._condition.wait(0.01)
            fiber.place = Place.PARKED

    def stop(self) -> None:
        """Let no further slice start. Slices in flight end by themselves when somebody ticks."""
        with self._condition:
            self._stopping = True
            self._condition.notify_all()

    def abandon(self) -> None:
        """In a forked child: there are no workers, and nobody holds the lock."""
        self._condition = threading.Condition()
        self._threads = []
        self._stopping = True

    def join(self, timeout_seconds: float) -> bool:
        """Wait for the workers after `stop`; False when one still runs."""
        for thread in self._threads:
            thread.join(timeout_seconds)
        return not any(thread.is_alive() for thread in self._threads)

    def _start_worker(self) -> None:
        thread = threading.Thread(target=self._work, name=f"airssys-worker-{len(self._threads)}", daemon=True)
        thread.start()
        self._threads.append(thread)  # only now: a signal handler may raise while it starts

    def _work(self) -> None:
        slot = current_slot()
        while self._wait_for_work():
            self._work_once(slot)

    def _wait_for_work(self) -> bool:
        """Wait until something is queued; False when the scheduler stops. Holds on to no fiber meanwhile."""
        with self._condition:
            while not self._stopping and not len(self._queue):
                self._idle += 1
                self._condition.wait()
                self._idle -= 1
            return not self._stopping

    def _work_once(self, slot: PollSlot) -> None:
        fiber = self._next()
        if fiber is not None:
            again = fiber.run_slice(slot)
            if not self._put_back(fiber, again=again):
                fiber.parked()

    def _next(self) -> Schedulable | None:
        """The next fiber that nobody withdrew, which is running from now on."""
        with self._condition:
            while len(self._queue) and not self._stopping:
                fiber = self._queue.pop()
                if fiber.place is Place.QUEUED and not fiber.withdrawn:
                    fiber.place = Place.RUNNING
                    return fiber
        return None

    def _put_back(self, fiber: Schedulable, *, again: bool) -> bool:
        with self._condition:
            if again and not fiber.withdrawn and not self._stopping:
                fiber.place = Place.QUEUED
                self._queue.push(fiber)
                return True
            fiber.place = Place.PARKED
            self._condition.notify_all()
            return False
