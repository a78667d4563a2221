"""What one instance's memory did: now, at most, when, and what was refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

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


class _Counted(Protocol):
    """The limiter, as far as reading goes."""

    @property
    def usage(self) -> MemoryUsage:
        """A consistent snapshot."""

    @property
    def history(self) -> tuple[MemorySample, ...]:
        """The latest changes, oldest first."""

    def reset(self) -> None:
        """Start the counts anew."""


class MemoryMonitor:
    """Watches one instance's memory; readable from any thread while the guest runs, and never changes a limit."""

    __slots__ = ("_counted",)

    def __init__(self, counted: _Counted) -> None:
        self._counted = counted

    @property
    def usage(self) -> MemoryUsage:
        """Now, at most, and refused: one consistent snapshot."""
        return self._counted.usage

    @property
    def history(self) -> tuple[MemorySample, ...]:
        """The latest changes, oldest first; older ones fall out of the ring."""
        return self._counted.history

    def reset(self) -> None:
        """Start peak, refusals and history anew from the present size."""
        self._counted.reset()
