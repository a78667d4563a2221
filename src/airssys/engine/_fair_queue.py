"""Who runs next: weighted fair queueing by CPU time used. Pure; knows nothing of threads or guests."""

from __future__ import annotations

import heapq
import itertools
from typing import Generic, Protocol, TypeVar


class Share:
    """How much of the CPU one instance had, in weighted nanoseconds, and how much it is entitled to.

    Attributes:
        weight: entitlement relative to others; 2 is twice as much as 1.
        virtual_ns: CPU time divided by weight; the queue serves the smallest first.
    """

    __slots__ = ("virtual_ns", "weight")

    def __init__(self, weight: int) -> None:
        self.weight = weight
        self.virtual_ns = 0

    def use(self, cpu_ns: int) -> None:
        """Account for CPU time; even an empty slice counts, so that nobody runs for free."""
        self.virtual_ns += max(cpu_ns, 1) // self.weight + 1


class Sharing(Protocol):
    """Whatever waits in the queue."""

    @property
    def share(self) -> Share:
        """Its account."""


T = TypeVar("T", bound=Sharing)


class FairQueue(Generic[T]):
    """Serves the one that had the least, in order of arrival among equals.

    Start-time fair queueing (Goyal, Vin, Cheng 1996): who was away does not save up credit, because an arrival is
    moved up to the virtual time of whoever was served last. With equal weights and full slices that is round-robin.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, T]] = []
        self._order = itertools.count()
        self._now = 0

    def push(self, item: T) -> None:
        """Queue one item; it must not be queued already."""
        share = item.share
        share.virtual_ns = max(share.virtual_ns, self._now)
        heapq.heappush(self._heap, (share.virtual_ns, next(self._order), item))

    def pop(self) -> T:
        """Take the next one out; IndexError when empty."""
        self._now, _, item = heapq.heappop(self._heap)
        return item

    def __len__(self) -> int:
        return len(self._heap)
