"""One figure: what was measured, against whom, and what it should be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from benchmarks.rounds import Rounds

_PER_SECOND: Final = {"ms": 1e3, "us": 1e6, "ns": 1e9}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a figure should be.

    Attributes:
        text: as the page shows it.
        bound: the number itself.
        of: what it bounds: the ratio to the peer, or our own value in the figure's unit.
        at_least: the bound is a floor, not a ceiling.
    """

    text: str
    bound: float
    of: Literal["ratio", "ours"] = "ratio"
    at_least: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One row.

    Attributes:
        name: what was measured.
        how: how it was measured, in sentences; the same text for figures that were measured together.
        unit: of `ours` and `theirs`.
        ours: what airssys takes.
        peer: who else was measured; empty for nobody.
        theirs: what the peer takes.
        ratio: ours to theirs; the median over the rounds, not the quotient of the two medians.
        spread: half the width of the ratio's 95 % confidence interval, relative to the ratio.
        target: what it should be; None when it is only of interest.
    """

    name: str
    how: str
    unit: str
    ours: float
    peer: str = ""
    theirs: float | None = None
    ratio: float | None = None
    spread: float | None = None
    target: Target | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None when there is none."""
        if self.target is None:
            return None
        value = self.ratio if self.target.of == "ratio" else self.ours
        if value is None:
            return False
        return value >= self.target.bound if self.target.at_least else value <= self.target.bound


def compared(
    name: str, how: str, rounds: Rounds, ours: str, theirs: str, *, unit: str = "us", target: Target | None = None
) -> Figure:
    """The figure of two sides that took turns; the second one's name is the peer's."""
    result = rounds.compare(ours, theirs)
    scale = _PER_SECOND[unit]
    return Figure(
        name=name,
        how=how,
        unit=unit,
        ours=result.ours * scale,
        peer=theirs,
        theirs=result.theirs * scale,
        ratio=result.ratio,
        spread=result.spread,
        target=target,
    )
