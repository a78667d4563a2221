"""Several ways to do one thing take turns, and their medians are compared.

Noise on a machine comes and goes in seconds, so everybody is measured in every round, in another order each time, and
ratios are taken within a round before their median is.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from benchmarks.effort import Effort

#: Does the thing so many times and returns how many seconds that took. It holds the clock itself, so that preparations
#: do not count.
Side: TypeAlias = Callable[[int], Awaitable[float]]

#: Rest between turns: our ticker falls asleep 50 ms after the last call, and no peer should pay for it.
_REST_SECONDS: Final = 0.06
#: The medians are stable when each ratio is known this well.
_STABLE: Final = 0.015
#: 95 % of a normal distribution lie within so many standard errors.
_CONFIDENCE: Final = 1.96
#: The median's standard error is this times the mean's; a normal distribution's deviation is this times its median
#: absolute deviation.
_MEDIAN_ERROR: Final = 1.2533
_DEVIATION: Final = 1.4826


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two sides compared: seconds of one operation each, and their ratio."""

    ours: float
    theirs: float
    ratio: float
    spread: float


@dataclass(frozen=True, slots=True)
class Rounds:
    """What every side took, in seconds of one operation, round by round."""

    seconds: Mapping[str, list[float]]

    def median(self, side: str) -> float:
        """Seconds of one operation."""
        return statistics.median(self.seconds[side])

    def compare(self, ours: str, theirs: str) -> Comparison:
        """One side against another."""
        ratios = [a / b for a, b in zip(self.seconds[ours], self.seconds[theirs], strict=True)]
        ratio = statistics.median(ratios)
        deviation = statistics.median(abs(value - ratio) for value in ratios) * _DEVIATION
        error = _MEDIAN_ERROR * deviation / len(ratios) ** 0.5
        return Comparison(
            ours=self.median(ours),
            theirs=self.median(theirs),
            ratio=ratio,
            spread=_CONFIDENCE * error / ratio,
        )

    def stable(self) -> bool:
        """Every ratio to the first side is known well enough."""
        first, *others = self.seconds
        return all(self.compare(first, other).spread <= _STABLE for other in others)


async def take_turns(sides: Mapping[str, Side], effort: Effort, *, times: Mapping[str, int] | None = None) -> Rounds:
    """Measure until the medians are stable, or the effort's rounds are used up.

    Args:
        times: how often a side does its thing in one turn; where it is not given, as often as fits into a turn.
    """
    often = dict(times or {})
    for name, side in sides.items():
        if name in often:
            await side(often[name])  # to warm up
        else:
            often[name] = await _fitting(side, effort.slice_seconds)
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    rounds = Rounds(seconds)
    order = list(sides)
    for number in range(effort.most_rounds):
        for name in order:
            await asyncio.sleep(_REST_SECONDS)
            gc.collect()
            seconds[name].append(await sides[name](often[name]) / often[name])
        order = [*order[1:], order[0]]
        if number + 1 >= effort.least_rounds and rounds.stable():
            break
    return rounds


async def _fitting(side: Side, slice_seconds: float) -> int:
    """How many times fit into a turn; warms the side up as well."""
    times = 1
    while True:
        taken = await side(times)
        if taken >= slice_seconds / 4:
            return max(1, round(times * slice_seconds / taken))
        times *= 4
