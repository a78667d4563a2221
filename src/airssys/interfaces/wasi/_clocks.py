"""`wasi:clocks`, coarsened to a microsecond: finer time helps to measure what is none of a guest's business."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

from airssys.clock import Clock

from ._poll import Pollable, Undo
from ._stat import NS_PER_SECOND, Datetime

#: Nanoseconds between two readings of a clock that differ (design: wit.md).
RESOLUTION_NS: Final = 1_000
#: Longest that one timer of the event loop is set for: a select(2) of more does not exist on every system, and a clock
#: that a test holds is looked at now and then.
_MAX_TIMER_SECONDS: Final = 3600.0
_MAX_INSTANT: Final = (1 << 64) - 1
_PER_SECOND: Final = NS_PER_SECOND // RESOLUTION_NS


class Instant:
    """A source that is ready from a time on."""

    __slots__ = ("_clock", "_when_ns")

    def __init__(self, clock: Clock, when_ns: int) -> None:
        self._clock = clock
        self._when_ns = when_ns

    def is_ready(self) -> bool:
        """See `Source`."""
        return monotonic_ns(self._clock) >= self._when_ns

    def watch(self, wake: Callable[[], None]) -> Undo:
        """See `Source`."""
        left = (self._when_ns - monotonic_ns(self._clock)) / NS_PER_SECOND
        return asyncio.get_running_loop().call_later(min(max(left, 0.0), _MAX_TIMER_SECONDS), wake).cancel


def monotonic_ns(clock: Clock) -> int:
    """Nanoseconds since an arbitrary start."""
    return int(clock.monotonic() * _PER_SECOND) * RESOLUTION_NS


def wall_ns(clock: Clock) -> int:
    """Nanoseconds since 1970-01-01 UTC; 0 before that."""
    return max(0, int(clock.wall() * _PER_SECOND) * RESOLUTION_NS)


class Clocks:
    """One component's."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def functions(self) -> dict[str, dict[str, Callable[..., Any]]]:
        """Every function, by interface."""
        return {
            "wasi:clocks/monotonic-clock": {
                "now": self._now,
                "resolution": lambda: RESOLUTION_NS,
                "subscribe-instant": self._subscribe_instant,
                "subscribe-duration": lambda duration: self._subscribe_instant(self._now() + duration),
            },
            "wasi:clocks/wall-clock": {
                "now": lambda: Datetime.of_ns(wall_ns(self._clock)),
                "resolution": lambda: Datetime(0, RESOLUTION_NS),
            },
            # where the machine is, is none of a guest's business: it is in UTC
            "wasi:clocks/timezone": {
                "display": lambda _when: {"utc-offset": 0, "name": "UTC", "in-daylight-saving-time": False},
                "utc-offset": lambda _when: 0,
            },
        }

    def _now(self) -> int:
        return monotonic_ns(self._clock)

    def _subscribe_instant(self, when: int) -> Pollable:
        return Pollable(Instant(self._clock, min(when, _MAX_INSTANT)))
