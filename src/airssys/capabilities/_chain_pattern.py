"""What paths, dotted words and names of variables have in common as patterns."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from itertools import takewhile
from typing import ClassVar, Self

from ._chains import Chain, canonical, has_literal, literal_of, meet
from ._effort import Effort
from ._inclusion import includes


@dataclass(frozen=True, slots=True, init=False)
class ChainPattern(ABC):
    """A pattern over texts with segments. Two patterns are equal when their canonical texts are.

    Attributes:
        text: the pattern as it is shown: every pattern that is merely written in another way has the same.
        chain: the pattern as it is matched.
        stem: the segments before the first one with a wildcard, each after its separator.
        literal: the only text that matches, with a separator before each segment; None with a wildcard.

    Raises:
        PatternError: the text is no pattern.
    """

    separator: ClassVar[str]

    text: str
    chain: Chain = field(repr=False, compare=False)
    stem: str = field(repr=False, compare=False)
    literal: str | None = field(repr=False, compare=False)

    def __init__(self, text: str) -> None:
        self._become(canonical(self._read(text), self.separator))

    @property
    def is_boundless(self) -> bool:
        """Whether there is nothing in it but wildcards, so that it matches whatever its kind has."""
        return not has_literal(self.chain)

    def covers(self, other: Self) -> bool:
        """Whether everything that the other one matches, this one matches. True is certain."""
        return self == other or includes([self.chain], other.chain, self.separator, Effort())

    def meet(self, other: Self, effort: Effort) -> tuple[Self, ...]:
        """Patterns that together match what both match, and never more; empty when there is nothing."""
        if not touch(self.stem, other.stem):
            return ()
        return tuple(self._of(chain) for chain in meet(self.chain, other.chain, self.separator, effort))

    def __str__(self) -> str:
        return self.text

    @classmethod
    def _of(cls, chain: Chain) -> Self:
        made = cls.__new__(cls)
        made._become(chain)
        return made

    def _become(self, chain: Chain) -> None:
        object.__setattr__(self, "chain", chain)
        object.__setattr__(self, "text", self._write(chain))
        literals = [*takewhile(lambda segment: segment is not None, map(literal_of, chain))]
        stem = "".join(f"{self.separator}{each}" for each in literals)
        object.__setattr__(self, "stem", stem)
        object.__setattr__(self, "literal", stem if len(literals) == len(chain) else None)

    @staticmethod
    @abstractmethod
    def _read(text: str) -> Chain:
        """The chain that a text spells, not yet canonical."""

    @staticmethod
    @abstractmethod
    def _write(chain: Chain) -> str:
        """The text that spells a canonical chain."""


def touch(stem: str, other: str) -> bool:
    """Whether one of two stems begins with the other one: otherwise nothing matches the patterns of both."""
    return stem.startswith(other) or other.startswith(stem)
