"""What one instance's memory did: now, at most, when, and what was refused."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

#: Samples kept by default. One sample is one change of size; 256 cover a guest that grows page by page through 16 MiB.
DEFAULT_HISTORY: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryUsage:
    """A snapshot of linear memory, over all memories of one instance together.

    Attributes:
        current_bytes: in use now.
        peak_bytes: most in use since the start or the last `reset`.
        limit_bytes: the ceiling in force.
        refused: how many requests went beyond the ceiling.
        last_refused_bytes: the total that the last refused request would have led to; None when none was refused.
    """

    current_bytes: int
    peak_bytes: int
    limit_bytes: int
    refused: int
    last_refused_bytes: int | None


@dataclass(frozen=True, slots=True)
class MemorySample:
    """The size right after one change.

    Attributes:
        at_seconds: monotonic time of the change.
        current_bytes: in use after it.
    """

    at_seconds: float
    current_bytes: int


class MemoryMonitor:
    """Counts for one instance. Written by whoever runs the guest, readable from any thread at any time.

    Every reader gets a consistent snapshot: the limiter publishes one immutable `MemoryUsage` after every change.
    """

    __slots__ = ("_history", "_usage")

    def __init__(self, limit_bytes: int, history: int = DEFAULT_HISTORY) -> None:
        self._history: deque[MemorySample] = deque(maxlen=history)
        self._usage = MemoryUsage(
            current_bytes=0, peak_bytes=0, limit_bytes=limit_bytes, refused=0, last_refused_bytes=None
        )

    @property
    def usage(self) -> MemoryUsage:
        """The latest snapshot."""
        return self._usage

    @property
    def history(self) -> tuple[MemorySample, ...]:
        """The latest changes, oldest first; older ones fall out of the ring."""
        return tuple(self._history.copy())

    def publish(self, usage: MemoryUsage, at_seconds: float | None) -> None:
        """Replace the snapshot; with a time, also remember it as a sample. For the limiter only."""
        self._usage = usage
        if at_seconds is not None:
            self._history.append(MemorySample(at_seconds, usage.current_bytes))

    def forget_history(self) -> None:
        """Drop all samples. For the limiter only."""
        self._history.clear()
