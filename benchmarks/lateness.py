"""How late the event loop is."""

from __future__ import annotations

import asyncio
from typing import Final

#: How often the loop is asked for its time. What comes too late counts for every beat that it missed.
_BEAT_SECONDS: Final = 0.002


async def lateness(seconds: float) -> list[float]:
    """How late each beat of a timer is, in seconds."""
    loop = asyncio.get_running_loop()
    first = loop.time() + _BEAT_SECONDS
    late = []
    for number in range(round(seconds / _BEAT_SECONDS)):
        due = first + number * _BEAT_SECONDS
        if due > loop.time():
            beat = loop.create_future()
            loop.call_at(due, beat.set_result, None)
            await beat
        late.append(max(0.0, loop.time() - due))
    return late


def percentile(values: list[float], percent: int) -> float:
    """The value that so many percent are not above."""
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]
