"""Time that passes when everybody waits, and never otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

from ._loop import FakeTimeLoop, run_and_look_behind

T = TypeVar("T")

#: 2001-09-09 01:46:40 UTC; any moment would do, as long as it is the same in every run.
DEFAULT_WALL: Final = 1_000_000_000.0


class FakeClock:
    """An `airssys.clock.Clock`, and the time of the event loops that it makes.

    On such a loop, time stands still while anything can run. When everybody waits, it jumps to the next timer. So an
    hour of timeouts passes at once, in order, and always in the same order. A thread that works does not hold time up:
    wait for threads on a real loop.

    Args:
        now: what `monotonic` begins with, in seconds.
        wall: what `wall` begins with, in seconds since 1970.
    """

    def __init__(self, now: float = 1000.0, wall: float = DEFAULT_WALL) -> None:
        self._now = now
        self._wall = wall

    def monotonic(self) -> float:
        """Seconds since an arbitrary start."""
        return self._now

    def wall(self) -> float:
        """Seconds since 1970-01-01 UTC, as they would be had nobody set the clock."""
        return self._wall

    def jump(self, seconds: float) -> None:
        """Be later at once, with nothing having run in between: as if the machine had been asleep.

        Raises:
            ValueError: time would go back.
        """
        if seconds < 0.0:
            raise ValueError(f"time cannot go back by {-seconds:g} s")
        self._now += seconds
        self._wall += seconds

    def set_wall(self, wall: float) -> None:
        """Set the wall clock, as an administrator might; `monotonic` does not notice."""
        self._wall = wall

    async def advance(self, seconds: float) -> None:
        """Let time pass; every timer within it goes off at its own time, and all that follows from it runs."""
        await asyncio.sleep(seconds)
        await self.settle()

    async def settle(self) -> None:
        """Wait until nothing can run any more at this time, however long a chain of tasks that is."""
        loop = asyncio.get_running_loop()
        if not isinstance(loop, FakeTimeLoop):
            raise RuntimeError("this loop has real time: run the test with `clock.run(...)`")
        await loop.wait_idle()

    def run(self, main: Coroutine[Any, Any, T]) -> T:
        """Run a test on a loop of its own, in this time.

        Raises:
            LeftBehind: the test passed, but a task is still running, or an exception went to the loop's handler.
            Deadlock: everybody waits, and nothing will wake anybody.
        """
        return run_and_look_behind(self.new_event_loop, main)

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        """A loop in this time, for runners that take a factory."""
        return FakeTimeLoop(self)
