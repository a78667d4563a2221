"""What a task made that nobody took."""

from __future__ import annotations

import asyncio
from typing import TypeVar

T = TypeVar("T")


def finished(task: asyncio.Task[T]) -> T | None:
    """What a task came to, None if it came to nothing.

    Whoever awaits a task and is cancelled in the very turn of the loop in which the task ends gets the cancellation
    instead of the result, and has to put the result away.
    """
    if not task.done() or task.cancelled() or task.exception() is not None:
        return None
    return task.result()
