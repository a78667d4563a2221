"""A clock for tests: it stands still until it is told otherwise."""

from __future__ import annotations


class FakeClock:
    """An `airssys.clock.Clock` whose time a test sets."""

    def __init__(self, now: float = 100.0) -> None:
        self.now = now

    def monotonic(self) -> float:
        return self.now

    def wall(self) -> float:
        raise AssertionError("nothing that measures durations may look at a clock that can be set")
