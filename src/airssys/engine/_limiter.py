"""The memory budget of one instance: the sum over all its linear memories, to the byte."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Final

from airssys.clock import Clock, SystemClock
from airssys.engine._monitor import DEFAULT_HISTORY, MemoryMonitor, MemorySample, MemoryUsage
from airssys.errors import LimitRejected
from airssys.units import format_size_exactly

_CLOCK: Final = SystemClock()


class ResourceLimiter:
    """Grants and refuses linear memory. Every change is one step under a lock, so the sum is exact at any time.

    Args:
        limit_bytes: the ceiling over all linear memories together.
        clock: where the monitor's timestamps come from.
        history: how many changes the monitor remembers.
        on_change: told the bytes in use after each change, in order, on the thread that made it. It must not raise,
            wait, or come back here.

    Attributes:
        refusals: how many requests went beyond the ceiling, ever; unlike `usage.refused` no `reset` touches it.
        host_fault: why the operating system could not give what the budget allowed; None while it always could.
    """

    __slots__ = (
        "_clock",
        "_current",
        "_history",
        "_last_refused",
        "_limit",
        "_lock",
        "_on_change",
        "_peak",
        "_refused",
        "host_fault",
        "refusals",
    )

    def __init__(
        self,
        limit_bytes: int,
        *,
        clock: Clock = _CLOCK,
        history: int = DEFAULT_HISTORY,
        on_change: Callable[[int], None] | None = None,
    ) -> None:
        self._limit = limit_bytes
        self._on_change = on_change
        self._clock = clock
        self._lock = threading.Lock()
        self._current = self._peak = self._refused = self.refusals = 0
        self._last_refused: int | None = None
        self._history: deque[tuple[float, int]] = deque(maxlen=history)
        self.host_fault: str | None = None

    def renewed(self) -> ResourceLimiter:
        """A limiter of the same limit, clock and size of history, for the instance that comes next."""
        return ResourceLimiter(
            self._limit, clock=self._clock, history=self._history.maxlen or 0, on_change=self._on_change
        )

    @property
    def limit_bytes(self) -> int:
        """The ceiling in force."""
        return self._limit

    @property
    def refused(self) -> int:
        """How many requests went beyond the ceiling since the start or the last `reset`."""
        return self._refused

    @property
    def monitor(self) -> MemoryMonitor:
        """What happened so far, for reading."""
        return MemoryMonitor(self)

    def charge(self, more_bytes: int) -> bool:
        """Take `more_bytes` from the budget, all or nothing; False counts as one refusal."""
        with self._lock:
            wanted = self._current + more_bytes
            if wanted > self._limit:
                self._refused += 1
                self.refusals += 1
                self._last_refused = wanted
                return False
            self._current = wanted
            if wanted > self._peak:
                self._peak = wanted
            self._history.append((self._clock.monotonic(), wanted))
            if self._on_change is not None:
                self._on_change(wanted)
            return True

    def give_back(self, less_bytes: int) -> None:
        """Return memory to the budget."""
        with self._lock:
            self._current -= less_bytes
            self._history.append((self._clock.monotonic(), self._current))
            if self._on_change is not None:
                self._on_change(self._current)

    def set_limit(self, limit_bytes: int, *, before: Callable[[], object] | None = None) -> None:
        """Move the ceiling; the next request meets the new one.

        Args:
            before: called once it is certain that it can be moved; what this raises leaves it where it is.

        Raises:
            LimitRejected: it would be below what is in use; nothing changes then.
        """
        with self._lock:
            if limit_bytes < self._current:
                raise LimitRejected(
                    f"the memory limit cannot become {format_size_exactly(limit_bytes)}: "
                    f"{format_size_exactly(self._current)} are in use"
                )
            if before is not None:
                before()
            self._limit = limit_bytes

    def reset(self) -> None:
        """Start peak, refusals and history anew from the present size; size and limit stay."""
        with self._lock:
            self._peak = self._current
            self._refused = 0
            self._last_refused = None
            self._history.clear()
            self._history.append((self._clock.monotonic(), self._current))

    @property
    def usage(self) -> MemoryUsage:
        """A consistent snapshot."""
        with self._lock:
            return MemoryUsage(
                current_bytes=self._current,
                peak_bytes=self._peak,
                limit_bytes=self._limit,
                refused=self._refused,
                last_refused_bytes=self._last_refused,
            )

    @property
    def history(self) -> tuple[MemorySample, ...]:
        """The latest changes, oldest first."""
        with self._lock:
            entries = tuple(self._history)
        return tuple(MemorySample(at, size) for at, size in entries)
