"""Many chains at once: a nondeterministic automaton whose states are the bits of one integer.

Each chain is a row of bits. A bit is set when what was read so far leads to that place of its chain, and one character
moves all of them with a handful of operations on the integer. Source: G. Navarro and M. Raffinot, Flexible Pattern
Matching in Strings (2002), 4.2 "Bit-parallel matching of extended patterns", with a step over separators added.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator

from ._chains import Chain, Element, Glob
from ._characters import CharSet


class Automaton:
    """Reads texts that begin with the separator, or are empty, and never have two separators in a row.

    Attributes:
        separator: what only `**` crosses.
        start: the bits before anything was read.
        accepting: the bits that mean that a whole chain was read.
    """

    def __init__(self, chains: Iterable[Chain], separator: str) -> None:
        self.separator = separator
        self.start = self.accepting = 0
        self._size = 0
        self._firsts: list[int] = []  # the first bit of each chain
        self._separators = 0  # bits that a separator leads to
        self._loops = 0  # bits that stay, whatever is read but a separator
        self._crossing = 0  # bits that stay, whatever is read
        self._skips = 0  # bits before a `**`, which a separator leads to the place behind it
        self._by_element: dict[Element, int] = {}  # bits that a character, or one of a set, leads to
        self._by_char: dict[str, int] = {}
        for chain in chains:
            self._add(chain)
        self._by_set = [(each, bits) for each, bits in self._by_element.items() if isinstance(each, CharSet)]

    @property
    def elements(self) -> Iterable[Element]:
        """Every character and every set of them that one of the chains has."""
        return self._by_element.keys()

    def step(self, states: int, char: str) -> int:
        """Where one character leads from all these states; 0 when it leads nowhere."""
        if char == self.separator:
            return (states << 1) & self._separators | (states & self._skips) << 2 | states & self._crossing
        return (states << 1) & self._entered_by(char) | states & self._loops

    def accepted(self, states: int) -> Iterator[int]:
        """The numbers of the chains that were read as a whole, the first one first."""
        states &= self.accepting
        while states:
            lowest = (states & -states).bit_length() - 1
            number = bisect_right(self._firsts, lowest) - 1
            yield number
            end = self._firsts[number + 1] if number + 1 < len(self._firsts) else self._size
            states = states >> end << end

    def forget(self) -> None:
        """Drop what was remembered about characters."""
        self._by_char.clear()

    def _entered_by(self, char: str) -> int:
        bits = self._by_char.get(char)
        if bits is None:
            bits = self._by_element.get(char, 0)
            for each, entered in self._by_set:
                if char in each:
                    bits |= entered
            self._by_char[char] = bits
        return bits

    def _add(self, chain: Chain) -> None:
        self._firsts.append(self._size)
        self.start |= 1 << self._size
        for position, glob in enumerate(chain):
            before = 1 << self._size
            self._size += 1
            self._separators |= before << 1
            if glob is not None:
                self._add_characters(glob)
            else:
                self._loops |= before << 1
                self._crossing |= before << 1
                if position + 1 < len(chain):
                    self._skips |= before
                else:
                    self.accepting |= before
        self.accepting |= 1 << self._size
        self._size += 1

    def _add_characters(self, glob: Glob) -> None:
        for each in glob:
            if each is None:
                self._loops |= 1 << self._size
            else:
                self._size += 1
                self._by_element[each] = self._by_element.get(each, 0) | 1 << self._size
