"""Counting refusals that repeat: the first is recorded, the rest is a number in a summary record."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final, TypeAlias

from airssys.clock import Clock

from ._events import Decided, LimitViolated, Outcome, Repeated, Subject
from ._log import AuditLog

#: How long refusals are counted before a summary says how many they were.
DEFAULT_PERIOD_SECONDS: Final = 1.0

#: Different refusals that are counted at the same time; the oldest gets its summary early beyond this.
MAX_COUNTED: Final = 1024

Refusal: TypeAlias = Decided | LimitViolated


@dataclass(slots=True, kw_only=True)
class _Counted:
    """A refusal that was recorded, and how often it was repeated since."""

    subject: Subject
    first: int
    until: float
    count: int = 0


class Repeats:
    """Records refusals, so that a guest that asks again and again fills no disk. Any number of threads may share it.

    Refusals only: they have no effect that a record must come before. What was counted and not yet summed up is lost
    when the process is killed, the first record never is.

    Args:
        log: where they are recorded.
        clock: its monotonic time decides when a period ends.
        period_seconds: how long repetitions are counted. A summary is written by the first refusal after that, or by
            `flush`.
    """

    def __init__(self, log: AuditLog, *, clock: Clock, period_seconds: float = DEFAULT_PERIOD_SECONDS) -> None:
        self._log = log
        self._clock = clock
        self._period = period_seconds
        self._lock = threading.Lock()
        self._counted: OrderedDict[Hashable, _Counted] = OrderedDict()

    def append(self, refusal: Refusal) -> int:
        """Record a refusal, or count it if it repeats one of the present period.

        Returns:
            The number of the record that stands for it.

        Raises:
            ValueError: it allows something: that has to be recorded before it takes effect, each time.
            AuditUnavailable: it, or a summary that was due, could not be written.
        """
        if isinstance(refusal, Decided) and refusal.outcome is not Outcome.DENIED:
            raise ValueError("only refusals are counted")
        with self._lock:
            now = self._clock.monotonic()
            self._sum_up(now)
            key = _key(refusal)
            counted = self._counted.get(key)
            if counted is not None:
                counted.count += 1
                return counted.first
            first = self._log.append(refusal)
            self._counted[key] = _Counted(subject=refusal.subject, first=first, until=now + self._period)
            return first

    def flush(self) -> None:
        """Write every summary that is open; before the log is closed.

        Raises:
            AuditUnavailable: one could not be written; it is still open.
        """
        with self._lock:
            self._sum_up(float("inf"))

    def _sum_up(self, now: float) -> None:
        """End the periods that are over; they end in the order in which they began."""
        while self._counted:
            key, oldest = next(iter(self._counted.items()))
            if now < oldest.until and len(self._counted) < MAX_COUNTED:
                return
            if oldest.count:
                self._log.append(Repeated(subject=oldest.subject, first=oldest.first, count=oldest.count))
            del self._counted[key]


def _key(refusal: Refusal) -> Hashable:
    """What makes two refusals the same one."""
    if isinstance(refusal, Decided):
        return refusal
    return refusal.subject, refusal.limit
