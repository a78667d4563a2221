"""docs/benchmarks.md: the figures of one run, what they were measured on, and how."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from benchmarks.figure import Figure
from benchmarks.machine import NOISY
from benchmarks.shown import COLUMNS, cells, missed

_INTRODUCTION: Final = """\
# Benchmarks

What airssys costs, each figure against a peer that did the same in the same run. `make bench` measures them anew and
writes this page; another machine has other numbers, and mostly the same ratios.

The peers are [wasmtime's own Python binding](https://github.com/bytecodealliance/wasmtime-py), with nothing limited
and nothing interruptible, and [Extism](https://extism.org)'s Python SDK; for actors, a bare `asyncio.Queue` between two
tasks, and [Pykka](https://github.com/jodal/pykka).
"""
_METHOD: Final = """\
Every group of figures is measured in a process of its own. In each round everybody takes a turn, in another order each
time, with a rest between turns; there are as many rounds as it takes until the medians are stable, up to a bound.
Times are medians over the rounds. A ratio is taken within each round, and its median is shown, with half the width of
its 95 % confidence interval; so it may differ a little from the quotient of the two medians. The garbage collector
runs before each turn and stays on during it.
"""


def page(
    groups: Mapping[str, Sequence[Figure]], facts: Mapping[str, str], *, quick: bool = False, others: float = 0.0
) -> str:
    """The whole page, in Markdown.

    Args:
        quick: the effort was small.
        others: how much of the machine others had meanwhile, from 0 to 1.
    """
    figures = [figure for group in groups.values() for figure in group]
    run = {**facts, "Others": f"{others:.0%} of the machine's CPU time went to other processes"}
    parts = [_INTRODUCTION, *_warnings(quick, others), "## This run\n", _table(("", ""), run.items())]
    parts += ["## Figures\n", _table(COLUMNS, map(cells, figures)), _verdict(figures)]
    parts += ["## How they are measured\n", _METHOD, *_explanations(figures)]
    return "\n".join(parts)


def _warnings(quick: bool, others: float) -> Iterable[str]:
    if quick:
        yield "**This was a quick run: good for the order of magnitude only.**\n"
    if others > NOISY:
        yield (
            f"**Others had {others:.0%} of the machine during this run.** Ratios bear that; lag, cores and percentiles "
            "do not.\n"
        )


def _verdict(figures: Sequence[Figure]) -> str:
    lines = missed(figures)
    if not lines:
        return "Every target was met.\n"
    return "Missed:\n\n" + "".join(f"- {line}\n" for line in lines)


def _explanations(figures: Sequence[Figure]) -> Iterable[str]:
    names: dict[str, list[str]] = {}
    for figure in figures:
        names.setdefault(figure.how, []).append(figure.name)
    for how, measured in names.items():
        yield f"**{'; '.join(dict.fromkeys(measured))}.** {how}\n"


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)
