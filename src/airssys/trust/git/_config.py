"""A repository's own configuration file, as far as it says where the repository comes from (git-config(1), Syntax).

Old ways to write a section, and values that go on in the next line, are not read: Git itself writes neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from airssys.trust.git._ids import GitUnreadable

_SECTION: Final = re.compile(r'\[(?P<name>[A-Za-z0-9-]+)(?:[ \t]+"(?P<sub>(?:[^"\\]|\\.)*)")?\][ \t]*')
_KEY: Final = re.compile(r"(?P<name>[A-Za-z][A-Za-z0-9-]*)[ \t]*(?:=[ \t]*(?P<value>.*)|[#;].*)?")
#: A quoted part, a comment, an escape, or a run of anything else.
_PIECE: Final = re.compile(r'(?P<mark>["#;])|\\(?P<escaped>.?)|(?P<plain>[^"#;\\]+)')
_ESCAPES: Final = {"n": "\n", "t": "\t", "b": "\b", '"': '"', "\\": "\\"}

#: Section, subsection (or an empty text), key, value; section and key in lower case. A key may stand several times.
Entry = tuple[str, str, str, str]


def read_config(text: str) -> tuple[Entry, ...]:
    """All entries in their order.

    Raises:
        GitUnreadable: a line is not understood.
    """
    return tuple(_entries(text))


def _entries(text: str) -> Iterator[Entry]:
    section = subsection = ""
    for line in text.split("\n"):
        rest = line.strip()
        found = _SECTION.match(rest)
        if found is not None:
            section, subsection = found["name"].lower(), re.sub(r"\\(.)", r"\1", found["sub"] or "")
            rest = rest[found.end() :]
        if not rest or rest[0] in "#;":
            continue
        key = _KEY.fullmatch(rest) if section else None
        if key is None:
            raise GitUnreadable(f"its configuration has a line that is not understood: {rest[:80]!a}")
        yield section, subsection, key["name"].lower(), _value(key["value"] or "")


def _value(text: str) -> str:
    value = ""
    kept = 0  # up to here spaces count: they were quoted, or something follows them
    is_quoted = False
    for piece in _PIECE.finditer(text):
        if piece["mark"] == '"':
            is_quoted = not is_quoted
        elif piece["mark"] and not is_quoted:
            break
        elif piece["escaped"] is not None:
            value += _unescaped(piece["escaped"])
            kept = len(value)
        else:
            value += piece[0]
            kept = len(value) if is_quoted else max(kept, len(value.rstrip()))
    if is_quoted:
        raise GitUnreadable("its configuration has a quote that does not end")
    return value[:kept]


def _unescaped(letter: str) -> str:
    if letter not in _ESCAPES:
        raise GitUnreadable("its configuration has an escape, or a line that goes on, that is not understood")
    return _ESCAPES[letter]
