"""Ends the task of an actor that is killed, also when it does not want to.

Cancelling is a request: a handler that catches everything survives it. So it is repeated, and then the coroutine is
closed, which raises `GeneratorExit` in it. Only a handler that swallows that as well, and waits on, stays; that is
reported, since Python has no stronger means.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

#: How often it is cancelled before it is closed, and the pause after each, which lets its `finally` blocks wait for
#: something short.
ATTEMPTS: Final = 3
PAUSE_SECONDS: Final = 0.5


class Killing:
    """One task that is being killed.

    Args:
        task: whose coroutine has begun.
        on_stuck: called when nothing helps.
    """

    __slots__ = ("_attempts", "_loop", "_on_stuck", "_task", "_timer")

    def __init__(self, task: asyncio.Task[Any], loop: asyncio.AbstractEventLoop, on_stuck: Callable[[], None]) -> None:
        self._task = task
        self._loop = loop
        self._on_stuck = on_stuck
        self._attempts = 0
        self._timer: asyncio.TimerHandle | None = None
        self._attempt()

    def over(self) -> None:
        """The task has ended."""
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
        coroutine: Any = self._task.get_coro()
        try:
            coroutine.close()
        except RuntimeError:  # it ignored GeneratorExit and waits on
            self._on_stuck()
        else:
            self._task.add_done_callback(_retrieve)
            self._task.cancel()  # its next step finds the coroutine closed, and the task ends


def _retrieve(task: asyncio.Task[Any]) -> None:
    if not task.cancelled():
        task.exception()
