"""The one place that reads the system clock. Everything else is given a `Clock`."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Where time comes from. Both are total: they never raise and never wait."""

    def monotonic(self) -> float:
        """Seconds since an arbitrary start; never goes back; same time base as `asyncio` loops."""

    def wall(self) -> float:
        """Seconds since 1970-01-01 UTC; may jump when the machine's clock is set."""


class SystemClock:
    """The machine's clocks."""

    monotonic = staticmethod(time.monotonic)
    wall = staticmethod(time.time)
