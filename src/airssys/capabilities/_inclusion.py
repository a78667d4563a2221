"""Whether everything that one chain matches is matched by some of others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from ._automaton import Automaton
from ._chains import Chain
from ._characters import CharSet

#: Most pairs of states that are looked at before the answer is no. Patterns that people write need a few hundred; the
#: question itself is PSPACE-complete, so some pair of hostile ones would need more than any bound.
MAX_PAIRS: Final = 20_000


def includes(outer: Sequence[Chain], inner: Chain, separator: str) -> bool:
    """Whether every text that `inner` matches is matched by one of `outer`, which need not be the same for all.

    True is certain. False means no, or that it was too hard to tell.
    """
    one, many = Automaton([inner], separator), Automaton(outer, separator)
    if one.start & one.accepting and not many.start & many.accepting:
        return False
    return _Search(one, many).finds_no_difference()


class _Search:
    """Reads all texts of `one` at the same time, and looks for one that `many` does not match.

    A place is a single state of `one` with the states of `many` that the same text leads to. A place needs no look when
    another one with the same state and fewer of the others had it: whatever fails here fails there.
    """

    def __init__(self, one: Automaton, many: Automaton) -> None:
        self._one, self._many = one, many
        self._characters = _representatives([*one.sets, *many.sets], one.separator)
        self._todo = [(one.start, many.start, False)]
        self._seen: defaultdict[tuple[int, bool], list[int]] = defaultdict(list)

    def finds_no_difference(self) -> bool:
        looked_at = 0
        while self._todo:
            state, others, is_fresh = self._todo.pop()
            looked_at += 1
            if looked_at > MAX_PAIRS or not self._follow(state, others, is_fresh):
                return False
        return True

    def _follow(self, state: int, others: int, is_fresh: bool) -> bool:
        """Take every step from one place; tell whether none of them led to a difference.

        `is_fresh` says that a separator was just read: then no other one may follow, nor the text end.
        """
        separator = self._one.separator
        for char in self._characters if is_fresh else (separator, *self._characters):
            reached = self._one.step(state, char)
            if not reached:
                continue
            matched = self._many.step(others, char)
            if char != separator and reached & self._one.accepting and not matched & self._many.accepting:
                return False
            while reached:
                lowest = reached & -reached
                reached ^= lowest
                self._plan(lowest, matched, char == separator)
        return True

    def _plan(self, state: int, others: int, is_fresh: bool) -> None:
        seen = self._seen[state, is_fresh]
        if not any(each & others == each for each in seen):
            seen.append(others)
            self._todo.append((state, others, is_fresh))


def _representatives(sets: Iterable[CharSet], separator: str) -> list[str]:
    """One character of each group that no set tells apart; never the separator."""
    edges = {edge for each in sets for low, high in each.ranges for edge in (low, high + 1)}
    last = 0x110000
    return [chr(edge) for edge in sorted(edges) if edge != last and chr(edge) != separator]
