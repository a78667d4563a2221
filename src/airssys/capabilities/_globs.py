"""How a segment of a path is written: `*`, `?`, `[abc]` and the rest of it.

Source: POSIX.1-2024, Shell & Utilities 2.14.1 "Patterns Matching a Single Character", of which we leave out the classes
with names (`[:digit:]`) and add `[^abc]` as another way to write `[!abc]`. There is no escape character: a class of one
character (`[*]`) does that.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ._chains import Element, Glob, any_segment
from ._characters import LAST, CharSet, any_but

#: Characters that mean themselves only inside of a class.
_SPECIAL: Final = frozenset("*?[{}")

#: Inside of a class these have places of their own: first, nowhere near the beginning, last.
_PLACED: Final = "]^!-"


class GlobFault(Exception):
    """What is wrong with a segment.

    Attributes:
        said, why: as in `PatternError`.
    """

    def __init__(self, said: str, *, why: str) -> None:
        super().__init__(said)
        self.said = said
        self.why = why


def read_glob(text: str, separator: str) -> Glob:
    """The glob that a segment spells.

    Raises:
        GlobFault: it spells none.
    """
    return tuple(_read(text, separator)) if _SPECIAL.intersection(text) else tuple(text)


def write_glob(glob: Glob, separator: str) -> str:
    """The text that spells a glob."""
    if glob == any_segment(separator):
        return "*"
    return "".join(_write(each, separator) for each in glob)


def _read(text: str, separator: str) -> Iterator[Element | None]:
    position = 0
    while position < len(text):
        char = text[position]
        position += 1
        if char == "[":
            end = _end_of_class(text, position)
            yield _read_class(text[position:end], separator)
            position = end + 1
        elif char in "{}":
            raise GlobFault(f"has a {char}", why="alternatives are patterns of their own; a brace itself is [{] or [}]")
        else:
            yield None if char == "*" else any_but(separator) if char == "?" else char


def _end_of_class(text: str, start: int) -> int:
    """Where the closing bracket is; directly behind the opening one, it would be a member."""
    first = start + 1 if text[start : start + 1] in ("!", "^") else start
    end = text.find("]", first + 1)
    if end < 0:
        raise GlobFault("has a [ that is never closed", why="a class ends with ], and the bracket itself is [[]")
    return end


def _read_class(body: str, separator: str) -> Element:
    is_negated = body[0] in "!^"
    members = CharSet.of(_ranges(body[1:] if is_negated else body))
    allowed = (~members if is_negated else members) & any_but(separator)
    if not allowed:
        raise GlobFault(f"has the class [{body}], which has no members", why="nothing would match it")
    return allowed.simplest


def _ranges(body: str) -> Iterator[tuple[int, int]]:
    position = 0
    while position < len(body):
        low = high = body[position]
        if body[position + 1 : position + 2] == "-" and position + 2 < len(body):
            high = body[position + 2]
            position += 2
        position += 1
        if low > high:
            raise GlobFault(f"has the range {low}-{high}, which runs backwards", why="nothing would match it")
        yield ord(low), ord(high)


def _write(element: Element | None, separator: str) -> str:
    if element is None:
        return "*"
    if isinstance(element, str):
        return f"[{element}]" if element in _SPECIAL else element
    return "?" if element == any_but(separator) else _write_class(element, separator)


def _write_class(members: CharSet, separator: str) -> str:
    body = _members(members)
    if LAST in members.ranges[-1] or body[0] in "!^":
        return f"[!{_members(~members & any_but(separator))}]"
    return f"[{body}]"


def _members(members: CharSet) -> str:
    """The inside of a class: `]` where it closes nothing, `^` and `!` where they negate nothing, `-` joins nothing."""
    placed = CharSet.of((ord(char), ord(char)) for char in _PLACED)
    runs = "".join(_run(low, high) for low, high in (members & ~placed).ranges)
    first, *others = [char if char in members else "" for char in _PLACED]
    return first + runs + "".join(others)


def _run(low: int, high: int) -> str:
    return chr(low) + ("" if low == high else chr(high) if low + 1 == high else f"-{chr(high)}")
