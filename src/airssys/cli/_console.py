"""Where words go: answers to standard output, remarks and progress to standard error.

Colours only on a terminal (rich also honours NO_COLOR). Text from guests and files passes `printable`; nothing is
ever read as markup, and lines are never broken, so that output can be searched and piped.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from typing import Any, NoReturn

from rich.console import Console
from rich.text import Text

from airssys.interfaces.wasi import visible


class _Console(Console):
    """A console whose reader may go away: that ends the command, it does not decide its exit code."""

    def on_broken_pipe(self) -> NoReturn:
        raise BrokenPipeError


def prepare_streams() -> None:
    """Make both streams usable, whoever started us: closed ones go nowhere, and no character is beyond them."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - lives as long as the process
        else:
            stream.reconfigure(errors="backslashreplace")


def answers() -> Console:
    """Standard output."""
    return _Console(markup=False, highlight=False, emoji=False, soft_wrap=True)


def remarks() -> Console:
    """Standard error."""
    return _Console(stderr=True, markup=False, highlight=False, emoji=False, soft_wrap=True)


def show(lines: Iterable[Text | str]) -> None:
    """Print an answer, line by line."""
    console = answers()
    for line in lines:
        console.print(line)


def show_json(value: Any) -> None:
    """Print an answer for machines: one JSON value, ASCII only."""
    sys.stdout.write(json.dumps(value, indent=2) + "\n")


def show_text(text: str) -> None:
    """Print an answer that may be long, with a line break at its end."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def printable(text: str, *, keep: str = "") -> str:
    r"""Replace every character that could steer a terminal with its JSON escape, except those in `keep`.

    That includes everything invisible, such as marks that turn the direction of writing.

    >>> print(printable("red: \x1b[31m", keep="\n"))
    red: \u001b[31m
    """
    return visible(text, keep=keep)


def plural(count: int, one: str, many: str | None = None) -> str:
    """A number of things.

    >>> plural(1, "memory", "memories"), plural(2, "memory", "memories"), plural(0, "export")
    ('1 memory', '2 memories', '0 exports')
    """
    return f"{count} {one if count == 1 else many or one + 's'}"
