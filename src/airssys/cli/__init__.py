"""The command line: `airssys`, also `python -m airssys`.

Promise: answers go to standard output, everything else to standard error; nothing that a guest or a manifest says
reaches the terminal as a control sequence; every end has an exit code of its own; and no end is a Python traceback.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

__all__ = ["main"]

#: Ended by Ctrl-C: 128 + SIGINT, as shells have it.
_INTERRUPTED: Final = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code."""
    try:
        # here and not above: reading typer and rich takes time in which somebody may press Ctrl-C
        from airssys.cli._app import run

        return run(argv)
    except KeyboardInterrupt:
        return _INTERRUPTED
