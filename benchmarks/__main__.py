"""Runs the benchmarks; see the package."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmarks import machine
from benchmarks.effort import FULL, QUICK
from benchmarks.figure import Figure
from benchmarks.groups import GROUPS, measure_apart
from benchmarks.page import page
from benchmarks.shown import COLUMNS, cells, missed

#: What has to be installed: module -> name.
PEERS: Final = {"extism": "Extism", "pykka": "Pykka"}


def main() -> int:
    options = _arguments()
    missing = [name for module, name in PEERS.items() if find_spec(module) is None]
    if missing:
        told = f"{' and '.join(missing)} not installed: run `make bench`, or install airssys[bench]"
        print(f"error: {told}", file=sys.stderr)
        return 1
    effort = QUICK if options.quick else FULL
    facts, neighbours = machine.facts(), machine.Neighbours()
    console = Console(width=None if sys.stdout.isatty() else 160)
    groups: dict[str, Sequence[Figure]] = {}
    for name in options.only or GROUPS:
        with console.status(f"measuring {name}"):
            groups[name] = measure_apart(name, effort)
        console.print(_table(name, groups[name]))
    lines = missed([figure for group in groups.values() for figure in group])
    for line in lines:
        console.print(f"missed: {escape(line)}", style="yellow")
    if not lines:
        console.print("every target that was measured is met", style="green")
    others = neighbours.share()
    if others > machine.NOISY:
        console.print(
            f"others had {others:.0%} of the machine meanwhile: measure again when it is quiet", style="yellow"
        )
    if options.write is not None:
        options.write.write_text(page(groups, facts, quick=options.quick, others=others), "utf-8")
        console.print(f"wrote {options.write}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure airssys against its peers.",
        epilog="One group, roughly: python -m benchmarks --quick --only wasi",
    )
    parser.add_argument("--quick", action="store_true", help="roughly, in about a minute")
    parser.add_argument(
        "--only",
        action="append",
        choices=GROUPS,
        metavar="NAME",
        help=f"one group, and another one each time that it is given: {', '.join(GROUPS)}",
    )
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the page there, in Markdown")
    return parser.parse_args()


def _table(name: str, figures: Sequence[Figure]) -> Table:
    table = Table(title=name, title_justify="left", expand=False)
    for column in COLUMNS:
        table.add_column(column, justify="left" if column in ("Figure", "Peer", "Target") else "right")
    for figure in figures:
        style = "yellow" if figure.met is False else None
        table.add_row(*[escape(cell) for cell in cells(figure)], style=style)
    return table


if __name__ == "__main__":
    raise SystemExit(main())
