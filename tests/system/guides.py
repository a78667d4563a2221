"""Guides as tests read them: the commands of a page, and what it says that they print."""

from __future__ import annotations

import re
from pathlib import Path

#: Blocks of commands; each command with what it prints.
Blocks = list[list[tuple[str, str]]]


def blocks(guide: Path) -> Blocks:
    """Every `console` block of a page, in order."""
    return [
        re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
        for block in re.findall(r"^```console\n(.*?)^```", guide.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    ]


def matches(shown: str, printed: str) -> bool:
    """Whether that was printed; `...` stands for a part of a line, and alone for any lines."""
    pattern = ""
    for line in shown.splitlines():
        pattern += r"(?:.*\n)*" if line == "..." else ".*".join(map(re.escape, line.split("..."))) + r"\n"
    return re.fullmatch(pattern, printed) is not None
