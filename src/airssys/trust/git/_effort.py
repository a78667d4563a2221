"""How much work a repository may make. Each part has bounds of its own; this is the bound on all of them together."""

from __future__ import annotations

from typing import Final

from airssys.trust.git._ids import GitUnreadable

#: Bytes that are read and inflated to look at one checkout. The worst that the formats can express within it, deltas of
#: single bytes, takes ten seconds; a folder of 100,000 files at the end of a chain of 50 deltas fits.
MAX_BYTES: Final = 32 * 1024 * 1024
#: What it counts to open a file, or to follow a delta to its base, besides the bytes that are there.
STEP_BYTES: Final = 1024


class Effort:
    """Counts the work that one checkout made so far."""

    __slots__ = ("_left",)

    def __init__(self, size_bytes: int = MAX_BYTES) -> None:
        self._left = size_bytes

    def spend(self, size_bytes: int = 0, *, steps: int = 1) -> None:
        """Count some work.

        Raises:
            GitUnreadable: it is more than one checkout may make.
        """
        self._left -= size_bytes + steps * STEP_BYTES
        if self._left < 0:
            raise GitUnreadable("it takes too much work to read")
