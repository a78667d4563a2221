"""One call at a time, in order of arrival."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable


class CallQueue:
    """Whose turn it is. Used on one event loop's thread.

    Whoever finds it neither `busy` nor `closed` may set `busy` and go on: that is the path of a call that need not
    wait. Everybody else awaits `wait_turn`. Whoever had a turn calls `finish`.

    Attributes:
        busy: somebody has the turn.
        closed: no further turns are given.
    """

    __slots__ = ("_idle", "_waiters", "busy", "closed")

    def __init__(self) -> None:
        self.busy = False
        self.closed = False
        self._waiters: deque[asyncio.Future[None]] = deque()
        self._idle: set[asyncio.Future[None]] = set()

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return len(self._waiters)

    async def wait_turn(self) -> None:
        """Wait until it is the caller's turn; raises what `close` says. Cancelling gives the place up."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        try:
            await waiter
        except BaseException:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self.finish()  # it was our turn, and we do not take it
            elif waiter in self._waiters:
                self._waiters.remove(waiter)
            raise

    def finish(self) -> None:
        """Give the turn to the first who still waits, or to nobody."""
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return
        self.busy = False
        for idle in self._idle:
            if not idle.done():
                idle.set_result(None)

    def close(self, refusal: Callable[[], BaseException]) -> None:
        """Give no further turns; whoever waits gets an error of their own."""
        self.closed = True
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_exception(refusal())

    async def wait_idle(self) -> None:
        """Wait until nobody has the turn."""
        while self.busy:
            idle = asyncio.get_running_loop().create_future()
            self._idle.add(idle)
            try:
                await idle
            finally:
                self._idle.discard(idle)
