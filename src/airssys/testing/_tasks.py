"""Looking at tasks, and waiting for a condition."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

#: Between two looks; in fake time it costs nothing.
LOOK_SECONDS: Final = 0.001


def other_tasks() -> frozenset[asyncio.Task[Any]]:
    """All tasks of the running loop but the calling one. Empty after an actor system has closed, unless the program has
    tasks of its own.
    """
    return frozenset(asyncio.all_tasks() - {asyncio.current_task()})


async def wait_until(condition: Callable[[], bool], *, timeout: float = 10.0) -> None:
    """Wait until a condition holds; for what no message or event tells.

    Raises:
        AssertionError: it did not within `timeout` seconds of the loop's time.
    """
    try:
        async with asyncio.timeout(timeout):
            while not condition():
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        raise AssertionError(f"the condition did not come true within {timeout:g} s") from None
