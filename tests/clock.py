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


class WallClock(FakeClock):
    """A clock that also has a time of day, which a test sets apart from the other one."""

    def __init__(self, now: float = 100.0, today: float = 1_700_000_000.0) -> None:
        super().__init__(now)
        self.today = today

    def wall(self) -> float:
        return self.today
