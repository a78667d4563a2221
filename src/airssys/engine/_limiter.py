"""The memory budget of one instance: the sum over all its linear memories, to the byte."""

from __future__ import annotations

import threading
from typing import Final

from airssys.clock import Clock, SystemClock
from airssys.errors import LimitRejected
from airssys.units import format_size

from ._monitor import DEFAULT_HISTORY, MemoryMonitor, MemoryUsage

_CLOCK: Final = SystemClock()


class ResourceLimiter:
    """Grants and refuses linear memory. Every change is one step under a lock, so the sum is exact at any time.

    Args:
        limit_bytes: the ceiling over all linear memories together.
        clock: where the monitor's timestamps come from.
        history: how many changes the monitor remembers.
    """

    __slots__ = ("_clock", "_current", "_last_refused", "_limit", "_lock", "_peak", "_refused", "host_fault", "monitor")

    def __init__(self, limit_bytes: int, *, clock: Clock = _CLOCK, history: int = DEFAULT_HISTORY) -> None:
        self._limit = limit_bytes
        self._clock = clock
        self._lock = threading.Lock()
        self._current = self._peak = self._refused = 0
        self._last_refused: int | None = None
        self.monitor = MemoryMonitor(limit_bytes, history)
        #: Why the operating system could not give what the budget allowed; None while it always could.
        self.host_fault: str | None = None

    @property
    def limit_bytes(self) -> int:
        """The ceiling in force."""
        return self._limit

    @property
    def refused(self) -> int:
        """How many requests went beyond the ceiling."""
        return self._refused

    @property
    def usage(self) -> MemoryUsage:
        """A consistent snapshot."""
        return self.monitor.usage

    def charge(self, more_bytes: int) -> bool:
        """Take `more_bytes` from the budget, all or nothing; False counts as one refusal."""
        with self._lock:
            wanted = self._current + more_bytes
            granted = wanted <= self._limit
            if granted:
                self._current = wanted
                self._peak = max(self._peak, wanted)
            else:
                self._refused += 1
                self._last_refused = wanted
            self._publish(sample=granted)
        return granted

    def give_back(self, less_bytes: int) -> None:
        """Return memory to the budget."""
        with self._lock:
            self._current -= less_bytes
            self._publish(sample=True)

    def set_limit(self, limit_bytes: int) -> None:
        """Move the ceiling; the next request meets the new one.

        Raises:
            LimitRejected: it would be below what is in use; nothing changes then.
        """
        with self._lock:
            if limit_bytes < self._current:
                raise LimitRejected(
                    f"the memory limit cannot become {format_size(limit_bytes)} ({limit_bytes} bytes): "
                    f"{format_size(self._current)} ({self._current} bytes) are in use"
                )
            self._limit = limit_bytes
            self._publish(sample=False)

    def reset(self) -> None:
        """Start peak, refusals and history anew from the present size; size and limit stay."""
        with self._lock:
            self._peak = self._current
            self._refused = 0
            self._last_refused = None
            self.monitor.forget_history()
            self._publish(sample=True)

    def _publish(self, *, sample: bool) -> None:
        self.monitor.publish(
            MemoryUsage(
                current_bytes=self._current,
                peak_bytes=self._peak,
                limit_bytes=self._limit,
                refused=self._refused,
                last_refused_bytes=self._last_refused,
            ),
            self._clock.monotonic() if sample else None,
        )
