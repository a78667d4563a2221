"""Whether everything that one chain matches is matched by some of others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

from ._automaton import Automaton
from ._chains import Chain, Element
from ._characters import LAST, CharSet, any_but
from ._effort import Effort

#: What it takes to make the automaton of a pattern, in steps of the search.
_STEPS_TO_BEGIN: Final = 20


def includes(outer: Sequence[Chain], inner: Chain, separator: str, effort: Effort) -> bool:
    """Whether every text that `inner` matches is matched by one of `outer`, which need not be the same for all.

    True is certain. False means no, or that telling took too much effort.
    """
    if not effort.allows(_STEPS_TO_BEGIN * (1 + len(outer))):
        return False
    one, many = Automaton([inner], separator), Automaton(outer, separator)
    if one.start & one.accepting and not many.start & many.accepting:
        return False
    return _Search(one, many, effort).finds_no_difference()


class _Search:
    """Reads all texts of `one` at the same time, and looks for one that `many` does not match.

    A place is a single state of `one` with the states of `many` that the same text leads to. A place needs no look when
    another one with the same state and fewer of the others had it: whatever fails here fails there.
    """

    def __init__(self, one: Automaton, many: Automaton, effort: Effort) -> None:
        self._one, self._many, self._effort = one, many, effort
        self._alphabet = [one.separator, *_representatives([*one.elements, *many.elements], one.separator)]
        self._cost = 1 + many.start.bit_length() // 4096  # of a step, by the length of the integers
        self._todo = [(one.start, many.start, False)]
        self._seen: defaultdict[tuple[int, bool], list[int]] = defaultdict(list)
        self._steps_from = cache(self._steps)

    def finds_no_difference(self) -> bool:
        """Look at every place that can be reached."""
        while self._todo:
            if not self._follow(*self._todo.pop()):
                return False
        return True

    def _follow(self, state: int, others: int, is_fresh: bool) -> bool:
        """Take every step from one place; tell whether none of them led to a difference.

        `is_fresh` says that a separator was just read: then no other one may follow, nor the text end.
        """
        steps = self._steps_from(state)
        if not self._effort.allows(len(steps) * self._cost):
            return False
        for char, reached in steps:
            is_separator = char == self._one.separator
            if is_separator and is_fresh:
                continue
            matched = self._many.step(others, char)
            if not is_separator and reached & self._one.accepting and not matched & self._many.accepting:
                return False
            self._plan(reached, matched, is_separator)
        return True

    def _steps(self, state: int) -> list[tuple[str, int]]:
        """The characters that lead anywhere from a state of `one`, and where."""
        self._effort.allows(len(self._alphabet))
        steps = [(char, self._one.step(state, char)) for char in self._alphabet]
        return [(char, reached) for char, reached in steps if reached]

    def _plan(self, reached: int, others: int, is_fresh: bool) -> None:
        while reached:
            state = reached & -reached
            reached ^= state
            seen = self._seen[state, is_fresh]
            if not any(each & others == each for each in seen):
                seen.append(others)
                self._todo.append((state, others, is_fresh))


def _representatives(elements: Iterable[Element], separator: str) -> list[str]:
    """One character of each group that no element tells apart, of those that a segment may have."""
    anything = any_but(separator)
    points = {ord(each) for each in elements if isinstance(each, str)}
    ranges = [each for some in (anything, *elements) if isinstance(some, CharSet) for each in some.ranges]
    edges = {edge for low, high in [*ranges, *zip(points, points, strict=True)] for edge in (low, high + 1)}
    return [chr(edge) for edge in sorted(edges) if edge <= LAST and chr(edge) in anything]
