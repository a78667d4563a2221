"""Many chain patterns, found by the text that they match.

Promise: a text is looked at a fixed number of times, from left to right, however many patterns there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final, Generic, TypeVar

from ._chain_pattern import ChainPattern, touch
from ._chains import Chain, Element
from ._effort import Effort
from ._inclusion import includes
from ._machine import Machine, StepMemory

#: Patterns with wildcards are kept apart by what they begin with, up to so many segments. More would make long
#: requests slow, and fewer would put the patterns of one folder into one automaton.
MAX_STEM_SEGMENTS: Final = 4

#: Stands for what is behind a wildcard in a sample: the first character for private use, which no pattern means.
_UNLIKELY: Final = "\ue000"

T = TypeVar("T")


class ChainIndex(Generic[T]):
    """Finds what matches a text; threads may share it.

    Args:
        entries: patterns that have the same separator, and what each of them stands for; the first one counts.
    """

    def __init__(self, entries: Sequence[tuple[ChainPattern, T]]) -> None:
        self._separator = separator = entries[0][0].separator if entries else ""
        self._entries = entries
        self._exact = {pattern.literal: owner for pattern, owner in reversed(entries) if pattern.literal is not None}
        wild: defaultdict[str, dict[Chain, tuple[ChainPattern, T]]] = defaultdict(dict)
        for pattern, owner in entries:
            if pattern.literal is None:
                stem, rest = _cut(pattern)
                wild[stem].setdefault(rest, (pattern, owner))
        memory = StepMemory()
        self._machines = {stem: Machine([*rests], [*rests.values()], separator, memory) for stem, rests in wild.items()}
        #: The same, and None for everything that a stem begins with: what is not in here leads nowhere.
        self._nodes = {node: self._machines.get(node) for stem in wild for node in _beginnings(stem, separator)}

    def find(self, text: str) -> T | None:
        """What one of the patterns that match the text stands for."""
        found = self._exact.get(text)
        if found is not None:
            return found
        nodes, separator = self._nodes, self._separator
        end, length, begin = 0, len(text), ""
        while begin in nodes:
            machine = nodes[begin]
            entry = None if machine is None else machine.find(text[end:])
            if entry is not None:
                return entry[1]
            if end == length:
                break
            end = text.find(separator, end + 1)
            if end < 0:
                end = length
            begin = text[:end]
        return None

    def covering(self, pattern: ChainPattern, effort: Effort) -> Iterator[T]:
        """What every other pattern that covers this one by itself stands for. Each of them certainly does."""
        is_literal = pattern.literal is not None
        for other, owner in self._matching(_sample(pattern)):
            if other != pattern and (is_literal or includes([other.chain], pattern.chain, self._separator, effort)):
                yield owner

    def covers(self, pattern: ChainPattern, effort: Effort) -> bool:
        """Whether everything that a pattern matches is matched by one of these or another. True is certain."""
        sample = _sample(pattern)
        if pattern.literal is not None or self.find(sample) is None:
            return self.find(sample) is not None
        if any(other == pattern for other, _ in self._matching(sample)):
            return True
        near = [other.chain for other, _ in self._entries if touch(other.stem, pattern.stem)]
        return includes(near, pattern.chain, self._separator, effort)

    def _matching(self, text: str) -> Iterator[tuple[ChainPattern, T]]:
        """Every pattern with a wildcard that matches a text."""
        ends = [at for at, char in enumerate(text) if char == self._separator]
        for end in (*ends, len(text)):
            machine = self._machines.get(text[:end])
            if machine is not None:
                yield from machine.find_all(text[end:])


def _beginnings(stem: str, separator: str) -> Iterator[str]:
    """The stem, and all that it begins with, segment by segment; the empty text first."""
    yield from (stem[:at] for at, char in enumerate(stem) if char == separator)
    yield stem


def _cut(pattern: ChainPattern) -> tuple[str, Chain]:
    """The first segments without wildcards as text, and the chain of the others."""
    segments = pattern.stem.split(pattern.separator)[1 : MAX_STEM_SEGMENTS + 1]
    return "".join(pattern.separator + each for each in segments), pattern.chain[len(segments) :]


def _sample(pattern: ChainPattern) -> str:
    """A text that the pattern matches, and hardly any pattern that does not cover it."""
    segments = []
    for glob in pattern.chain:
        if glob is None:
            segments += [_UNLIKELY, _UNLIKELY]
        else:
            segments.append("".join(map(_sample_of, glob)))
    return "".join(pattern.separator + each for each in segments)


def _sample_of(element: Element | None) -> str:
    if isinstance(element, str):
        return element
    return _UNLIKELY if element is None or _UNLIKELY in element else element.first
