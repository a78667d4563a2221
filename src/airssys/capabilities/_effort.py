"""How much work a question about patterns may take."""

from __future__ import annotations

from typing import Final

#: Steps that one question may take, of about a microsecond each. A set of a thousand patterns as people write them is
#: folded in a tenth of this. Whether one pattern covers another is a PSPACE-complete question, so that for some hostile
#: pair no bound would do.
MAX_STEPS: Final = 1_000_000


class Effort:
    """Counts the steps that a question takes; when they are used up the answer is the one that grants less."""

    __slots__ = ("_left",)

    def __init__(self, steps: int = MAX_STEPS) -> None:
        self._left = steps

    def allows(self, steps: int) -> bool:
        """Take so many steps; tell whether they were still there."""
        self._left -= steps
        return self._left >= 0
