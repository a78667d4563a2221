"""How much work a run takes upon itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """The size of a run.

    Attributes:
        least_rounds, most_rounds: how often everybody takes a turn; between the two, until the medians are stable.
        slice_seconds: how long one turn takes.
        instances: how many live at once when their size is measured.
        seconds: how long is watched what has no rounds.
    """

    least_rounds: int
    most_rounds: int
    slice_seconds: float
    instances: int
    seconds: float


#: Six minutes on two quiet cores.
FULL: Final = Effort(least_rounds=11, most_rounds=31, slice_seconds=0.04, instances=2000, seconds=8.0)
#: About one minute; good for the order of magnitude.
QUICK: Final = Effort(least_rounds=5, most_rounds=5, slice_seconds=0.01, instances=500, seconds=1.5)
