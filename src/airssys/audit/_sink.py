"""The port to wherever records go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ._events import TornLine
from ._record import Head


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """Where a sink continues.

    Attributes:
        head: the end of the chain that it holds.
        torn: what stands after that end and is no record; None when nothing does.
    """

    head: Head
    torn: TornLine | None = None


class Sink(Protocol):
    """Takes the lines of one log in their order. One thread at a time writes; another may sync meanwhile.

    Every method raises `AuditUnavailable` when it cannot do what it promises.
    """

    def open(self) -> Opened:
        """Make ready to write, and say where the chain ends."""

    def write(self, line: bytes, head: Head) -> None:
        """Hand one line, line break included, to the operating system: all of it, or it was not written.

        `head` is the end of the chain with this line.
        """

    def sync(self) -> None:
        """See that everything written is where a power cut cannot reach it, as far as this sink can."""

    def close(self) -> None:
        """Sync and close; closing twice is harmless."""
