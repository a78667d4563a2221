"""How figures are written, for the terminal and for the page alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from benchmarks.figure import Figure

COLUMNS: Final = ("Figure", "airssys", "Peer", "Peer's", "Ratio", "Target", "Met")


def cells(figure: Figure) -> Sequence[str]:
    """One figure, a text for each column."""
    return (
        figure.name,
        f"{_number(figure.ours)} {figure.unit}",
        figure.peer,
        "" if figure.theirs is None else f"{_number(figure.theirs)} {figure.unit}",
        _ratio(figure),
        _target(figure),
        {True: "yes", False: "NO", None: ""}[figure.met],
    )


def missed(figures: Sequence[Figure]) -> Sequence[str]:
    """A sentence for every target that was missed."""
    return [
        f"{figure.name}: {_ratio(figure) if figure.target.of == 'ratio' else cells(figure)[1]}, "
        f"should be {figure.target.text}"
        for figure in figures
        if figure.target is not None and not figure.met
    ]


def _ratio(figure: Figure) -> str:
    if figure.ratio is None:
        return ""
    return _number(figure.ratio) + ("" if figure.spread is None else f" ±{max(1, round(figure.spread * 100))} %")


def _target(figure: Figure) -> str:
    if figure.target is None:
        return ""
    return f"ratio {figure.target.text}" if figure.target.of == "ratio" else figure.target.text


def _number(value: float) -> str:
    """Three digits that mean something.

    >>> [_number(value) for value in (0, 0.03123, 0.5, 1.234, 56.78, 1234.5)]
    ['0', '0.0312', '0.500', '1.23', '56.8', '1,234']
    """
    if not value:
        return "0"
    for places, least in ((0, 100), (1, 10), (2, 1), (3, 0.1)):
        if value >= least:
            return f"{value:,.{places}f}"
    return f"{value:.4f}"
