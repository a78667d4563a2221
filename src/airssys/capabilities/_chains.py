"""Patterns as chains: what all kinds but the network have in common, whatever they are written like.

A path is a chain of segments, a topic one of words, and each of them is a chain of characters. In both, `None` stands
for any number of elements: it is `*` between characters and `**` between segments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from itertools import islice
from typing import Final, TypeAlias, TypeVar

from ._characters import CharSet, any_but

#: One segment: a set for each character, `None` for any number of characters.
Glob: TypeAlias = tuple[CharSet | None, ...]

#: A whole pattern: a glob for each segment, `None` for any number of segments.
Chain: TypeAlias = tuple[Glob | None, ...]

#: Most chains that the meet of two is written as. Two patterns with three wildcards each need at most twenty.
MAX_ALTERNATIVES: Final = 64

T = TypeVar("T")

_Chain: TypeAlias = tuple[T | None, ...]
_Chains: TypeAlias = dict[_Chain[T], None]


@cache
def any_segment(separator: str) -> Glob:
    """`*` as a whole segment: one character or more."""
    return any_but(separator), None


def canonical(chain: Iterable[Glob | None], separator: str) -> Chain:
    """The one way to write what matches the same: `**/*` is `*/**`, and inside of a segment `*?` is `?*`."""
    segments = [None if glob is None else _ordered(glob, any_but(separator)) for glob in chain]
    return _ordered([any_segment(separator) if glob == (None,) else glob for glob in segments], any_segment(separator))


def _ordered(chain: Iterable[T | None], anything: T) -> tuple[T | None, ...]:
    """In each run of wildcards, those that stand for one element first, then one that stands for any number."""
    ordered: list[T | None] = []
    for element in chain:
        if not (element is None or element == anything) or not ordered or ordered[-1] is not None:
            ordered.append(element)
        elif element is not None:
            ordered.insert(-1, element)
    return tuple(ordered)


def literal_of(glob: Glob | None) -> str | None:
    """The text of a segment without wildcards; None for any other."""
    if glob is None:
        return None
    characters = [None if each is None else each.single for each in glob]
    return None if None in characters else "".join(each for each in characters if each)


def has_literal(chain: Chain) -> bool:
    """Whether the chain names anything at all: one character that is not a wildcard or a class."""
    return any(each is not None and each.single for glob in chain if glob is not None for each in glob)


def meet(left: Chain, right: Chain, separator: str) -> list[Chain]:
    """What both chains match, as chains. At most `MAX_ALTERNATIVES`: what is beyond them is left out, never added."""

    def both(one: Glob, other: Glob) -> Iterable[Glob]:
        return _meet(one, other, _common)

    return list(dict.fromkeys(canonical(each, separator) for each in _meet(left, right, both)))


def _common(one: CharSet, other: CharSet) -> Iterable[CharSet]:
    common = one & other
    return (common,) if common else ()


def _meet(left: _Chain[T], right: _Chain[T], both: Callable[[T, T], Iterable[T]]) -> Iterable[_Chain[T]]:
    """The meets of all pairs of tails, the shortest first; the last one is that of the whole chains."""
    nothing: _Chains[T] = {}
    below = [nothing] * (len(right) + 2)
    for left_at in range(len(left), -1, -1):
        row = [nothing] * (len(right) + 2)
        for right_at in range(len(right), -1, -1):
            heads = left[left_at : left_at + 1], right[right_at : right_at + 1]
            meets = _meet_tails(*heads, below[right_at], row[right_at + 1], below[right_at + 1], both)
            row[right_at] = dict.fromkeys(islice(meets, MAX_ALTERNATIVES))
        below = row
    return below[0]


def _meet_tails(
    left: _Chain[T],
    right: _Chain[T],
    after_left: _Chains[T],
    after_right: _Chains[T],
    after_both: _Chains[T],
    both: Callable[[T, T], Iterable[T]],
) -> Iterable[_Chain[T]]:
    """The meet of two tails of which only the heads are given, if they have one, and the meets of what follows.

    A head that stands for any number of elements either ends here, or takes the other one's head.
    """
    if not left or not right:
        ends = left == right
        yield from ((),) if ends else after_left if left == (None,) else after_right if right == (None,) else ()
    elif left[0] is None and right[0] is None:
        yield from ((None, *tail) for tail in {**after_left, **after_right})
    elif left[0] is None:
        yield from ((right[0], *tail) for tail in after_right)
        yield from after_left
    elif right[0] is None:
        yield from ((left[0], *tail) for tail in after_left)
        yield from after_right
    else:
        yield from ((common, *tail) for common in both(left[0], right[0]) for tail in after_both)
