"""Looking again and again at what people decided, while there is anything that they may decide about."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from airssys.errors import HostError

logger: Final = logging.getLogger("airssys.host")


class Reviewer:
    """Calls `review` every so many seconds, from `begin` on, for as long as it says that there is something to review.

    Args:
        review: looks once; waits for the disk.
        seconds: between two looks.
    """

    def __init__(self, review: Callable[[], Awaitable[bool]], seconds: float) -> None:
        self._review = review
        self._seconds = seconds
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """There is something to review."""
        if self._timer is None and self._task is None:
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self._begin_look)

    def end(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()
        self._timer = self._task = None

    def _begin_look(self) -> None:
        self._timer = None
        self._task = asyncio.get_running_loop().create_task(self._look(), name="airssys-review")

    async def _look(self) -> None:
        again = True
        try:
            again = await self._review()
        except HostError:
            logger.exception("approvals could not be looked at; what runs goes on with the rights that it has")
        self._task = None
        if again:
            self.begin()
