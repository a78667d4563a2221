"""Patterns as chains: what all kinds but the network have in common, whatever they are written like.

A path is a chain of segments, a topic one of words, and each of them is a chain of characters or sets of them. In both,
`None` stands for any number of elements: it is `*` between characters and `**` between segments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from itertools import islice
from typing import Final, TypeAlias, TypeVar, cast

from ._characters import CharSet, any_but
from ._effort import Effort

#: What one character of a segment may be: this one, or one of these.
Element: TypeAlias = str | CharSet

#: One segment; `None` is any number of characters.
Glob: TypeAlias = tuple[Element | None, ...]

#: A whole pattern; `None` is any number of segments.
Chain: TypeAlias = tuple[Glob | None, ...]

#: Most chains that the meet of two is written as. Two patterns with three wildcards each need at most twenty.
MAX_ALTERNATIVES: Final = 64

#: Longest text that is looked for before a chain is tried. Python's search takes steps for each of its characters at
#: every place, in the worst case; so many are fewer than trying the chain takes.
MAX_NEEDED: Final = 16

#: What a glob, or a chain, is made of; `None` included.
T = TypeVar("T")

_Tails: TypeAlias = dict[tuple[T, ...], None]


@cache
def any_segment(separator: str) -> Glob:
    """`*` as a whole segment: one character or more."""
    return any_but(separator), None


def canonical(chain: Iterable[Glob | None], separator: str) -> Chain:
    """The one way to write what matches the same: `**/*` is `*/**`, and inside of a segment `*?` is `?*`."""
    segments = [None if glob is None else _ordered(glob, any_but(separator)) for glob in chain]
    return _ordered([any_segment(separator) if glob == (None,) else glob for glob in segments], any_segment(separator))


def _ordered(chain: Iterable[T], anything: T) -> tuple[T, ...]:
    """In each run of wildcards, those that stand for one element first, then one that stands for any number."""
    ordered: list[T] = []
    for element in chain:
        if not (element is None or element == anything) or not ordered or ordered[-1] is not None:
            ordered.append(element)
        elif element is not None:
            ordered.insert(-1, element)
    return tuple(ordered)


def literal_of(glob: Glob | None) -> str | None:
    """The text of a segment without wildcards; None for any other."""
    if glob is None or not all(type(each) is str for each in glob):
        return None
    return "".join(cast(tuple[str, ...], glob))


def has_literal(chain: Chain) -> bool:
    """Whether the chain names anything at all: one character that is not a wildcard or a class."""
    return any(type(each) is str for glob in chain if glob is not None for each in glob)


def needed_text(chain: Chain, separator: str) -> str:
    """A text that everything that the chain matches has in it, as long as is of use; empty when there is none.

    >>> needed_text((None, tuple(".ssh"), None), "/")
    '/.ssh'
    """
    runs = [""]
    for glob in chain:
        if glob is None:
            runs.append("")
            continue
        runs[-1] += separator
        for element in glob:
            if type(element) is str:
                runs[-1] += element
            else:
                runs.append("")
    return max(runs, key=len)[:MAX_NEEDED]


def meet(left: Chain, right: Chain, separator: str, effort: Effort) -> list[Chain]:
    """What both chains match, as chains; never more.

    It is less when that takes more than `MAX_ALTERNATIVES` chains to write, or too much effort to find out.
    """

    def both(one: Glob | None, other: Glob | None) -> Iterable[Glob | None]:
        return () if one is None or other is None else _meet(one, other, _common, effort)

    return list(dict.fromkeys(canonical(each, separator) for each in _meet(left, right, both, effort)))


def _common(one: Element | None, other: Element | None) -> Iterable[Element | None]:
    match one, other:
        case CharSet(), CharSet():
            both = one & other
            return (both.simplest,) if both else ()
        case str(), CharSet():
            return (one,) if one in other else ()
        case CharSet(), str():
            return (other,) if other in one else ()
    return (one,) if one == other else ()


def _meet(
    left: tuple[T, ...], right: tuple[T, ...], both: Callable[[T, T], Iterable[T]], effort: Effort
) -> Iterable[tuple[T, ...]]:
    """The meets of all pairs of tails, the shortest first; the last one is that of the whole chains."""
    nothing: _Tails[T] = {}
    below = [nothing] * (len(right) + 2)
    for left_at in range(len(left), -1, -1):
        row = [nothing] * (len(right) + 2)
        for right_at in range(len(right), -1, -1):
            heads = left[left_at : left_at + 1], right[right_at : right_at + 1]
            meets = _meet_tails(*heads, below[right_at], row[right_at + 1], below[right_at + 1], both)
            row[right_at] = dict.fromkeys(islice(meets, MAX_ALTERNATIVES))
            if not effort.allows(1 + len(row[right_at])):
                return ()
        below = row
    return below[0]


def _meet_tails(
    left: tuple[T, ...],
    right: tuple[T, ...],
    after_left: _Tails[T],
    after_right: _Tails[T],
    after_both: _Tails[T],
    both: Callable[[T, T], Iterable[T]],
) -> Iterable[tuple[T, ...]]:
    """The meet of two tails of which only the heads are given, if they have one, and the meets of what follows.

    A head that stands for any number of elements either ends here, or takes the other one's head.
    """
    if not left or not right:
        ends = left == right
        yield from ((),) if ends else after_left if left == (None,) else after_right if right == (None,) else ()
    elif left[0] is None and right[0] is None:
        yield from ((left[0], *tail) for tail in {**after_left, **after_right})
    elif left[0] is None:
        yield from ((right[0], *tail) for tail in after_right)
        yield from after_left
    elif right[0] is None:
        yield from ((left[0], *tail) for tail in after_left)
        yield from after_right
    else:
        yield from ((common, *tail) for common in both(left[0], right[0]) for tail in after_both)
