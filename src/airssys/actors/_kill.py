"""Ends the task of an actor that is killed, also when it does not want to.

Cancelling is a request: a handler that catches everything survives it. So it is repeated, and then the coroutine is
closed, which nothing survives: a handler that swallows even `GeneratorExit` and waits on is left behind suspended, with
nobody to resume it, and Python says so when it is collected.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final

#: How often it is cancelled before it is closed, and the pause after each, which lets its `finally` blocks wait for
#: something short.
ATTEMPTS: Final = 3
PAUSE_SECONDS: Final = 0.5

logger: Final = logging.getLogger("airssys.actors")


class Killing:
    """One task that is being killed.

    Args:
        task: whose coroutine has begun, and never waits after it was closed.
        loop: whose.
        on_closed: called when the task has ended because it was closed.

    Attributes:
        is_closing: the coroutine was closed; its task ends within the next turns of the loop.
    """

    __slots__ = ("_attempts", "_loop", "_on_closed", "_task", "_timer", "is_closing")

    def __init__(self, task: asyncio.Task[Any], loop: asyncio.AbstractEventLoop, on_closed: Callable[[], None]) -> None:
        self._task = task
        self._loop = loop
        self._on_closed = on_closed
        self._attempts = 0
        self._timer: asyncio.TimerHandle | None = None
        self.is_closing = False
        self._attempt()

    def over(self) -> None:
        """The task has ended, or is about to."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _attempt(self) -> None:
        if self._attempts < ATTEMPTS:
            self._attempts += 1
            self._timer = self._loop.call_later(PAUSE_SECONDS, self._attempt)
            self._task.cancel()
        else:
            self._timer = None
            self._close()

    def _close(self) -> None:
        logger.warning("%s did not end when it was cancelled %d times, and is closed", self._task.get_name(), ATTEMPTS)
        self.is_closing = True
        self._task.add_done_callback(self._has_closed)
        coroutine: Any = self._task.get_coro()
        coroutine.close()
        self._task.cancel()  # its next step finds the coroutine closed, and the task ends

    def _has_closed(self, task: asyncio.Task[Any]) -> None:
        if not task.cancelled():
            task.exception()  # "cannot reuse already awaited coroutine": expected
        self.is_closing = False
        self._on_closed()
