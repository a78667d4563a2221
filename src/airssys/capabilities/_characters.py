"""Sets of characters, and those that no resource may contain."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

#: The last code point of Unicode.
LAST: Final = 0x10FFFF

#: Characters that no request matches and no pattern has. Control characters, line separators and the controls of
#: writing direction garble what a person is shown; surrogates are no text; a percent sign or a backslash would be read
#: differently by whoever decodes it.
FORBIDDEN: Final = (
    *((0x00, 0x1F), (0x25, 0x25), (0x5C, 0x5C), (0x7F, 0x9F)),
    *((0x2028, 0x202E), (0x2066, 0x2069), (0xD800, 0xDFFF)),
)

#: The same as the inside of a character class of a regular expression.
FORBIDDEN_CLASS: Final = "".join(rf"\U{low:08x}-\U{high:08x}" for low, high in FORBIDDEN)


@dataclass(frozen=True, slots=True)
class CharSet:
    """A set of characters.

    Attributes:
        ranges: first and last code point of each run, in order, with a gap between each two.
    """

    ranges: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, ranges: Iterable[tuple[int, int]]) -> CharSet:
        """The set of all characters of these ranges, which may overlap."""
        merged: list[tuple[int, int]] = []
        for low, high in sorted(ranges):
            if merged and low <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
            else:
                merged.append((low, high))
        return cls(tuple(merged))

    @property
    def simplest(self) -> CharSet | str:
        """The only character of the set, or the set when there are more, or none."""
        if len(self.ranges) == 1 and self.ranges[0][0] == self.ranges[0][1]:
            return chr(self.ranges[0][0])
        return self

    @property
    def first(self) -> str:
        """The first character; the set must not be empty."""
        return chr(self.ranges[0][0])

    def __bool__(self) -> bool:
        return bool(self.ranges)

    def __contains__(self, char: str) -> bool:
        point = ord(char)
        return any(low <= point <= high for low, high in self.ranges)

    def __and__(self, other: CharSet) -> CharSet:
        if self == other:
            return self
        overlaps = ((max(a, c), min(b, d)) for a, b in self.ranges for c, d in other.ranges)
        return CharSet.of((low, high) for low, high in overlaps if low <= high)

    def __invert__(self) -> CharSet:
        edges = [-1, *(edge for run in self.ranges for edge in run), LAST + 1]
        gaps = zip(edges[::2], edges[1::2], strict=True)
        return CharSet(tuple((low + 1, high - 1) for low, high in gaps if high - low > 1))


@cache
def any_but(separator: str) -> CharSet:
    """What `?` stands for: every character that a resource may have between two separators."""
    return ~CharSet.of([*FORBIDDEN, (ord(separator), ord(separator))])
