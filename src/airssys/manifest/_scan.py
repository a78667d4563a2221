"""A linear scan over TOML text: on which line each key stands, and whether the text is tame enough to be parsed.

`tomllib` gives no line numbers, and takes quadratic time over long dotted keys and the whole stack over deep nesting.
The scan is total and linear on any text. On text that `tomllib` accepts it sees exactly the keys that `tomllib` sees:
both read strings, comments and brackets from left to right, so on other text they agree up to the first error.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Final

#: Deepest nesting of brackets, and most parts of a dotted key, that are read; the manifest's own keys have three parts.
MAX_DEPTH: Final = 16

#: Key path to line number, from 1. A table has the line where it first appears.
KeyLines = dict[tuple[str, ...], int]

#: Every alternative that begins with a quote also accepts the end of the line or text, so that none can fail late.
_TOKEN: Final = re.compile(
    r"""
      (?P<comment> \#[^\n]* )
    | (?P<string> \"{3} (?: [^"\\]++ | \\.? | "(?!"") )* (?: "{3,5} | \Z )
                | '{3} (?: [^']++ | '(?!'') )* (?: '{3,5} | \Z )
                | " (?: [^"\\\n]++ | \\[^\n]? )* (?: " | (?=\n) | \Z )
                | ' [^'\n]*+ '? )
    | (?P<mark> [=,.\[\]{}\n] )
    | (?P<word> [^\s"'\#=,.\[\]{}]++ )
    """,
    re.VERBOSE | re.DOTALL,
)

_Token = tuple[str, str, int]


def find_wild_line(text: str) -> int | None:
    """The first line that nests deeper or has a longer dotted key than `MAX_DEPTH`; `None` when the text is tame."""
    depth = dots = 0
    for kind, piece, line in _tokens(text):
        if kind != "mark":
            continue
        dots = dots + 1 if piece == "." else 0
        depth += (piece in "[{") - (piece in "]}")
        if dots >= MAX_DEPTH or depth > MAX_DEPTH:
            return line
    return None


def key_lines(text: str) -> KeyLines:
    """Map every key of a document that has parsed to its line.

    In a path the tables of `[[name]]` are numbered: `("name", "1", "key")`. Keys of tables inside `[...]` values are
    left out.
    """
    lines: KeyLines = {}
    counts: dict[tuple[str, ...], int] = {}
    header: tuple[str, ...] = ()
    for statement in _statements(text):
        if statement[0][1] == "[":
            header = _numbered(statement, counts)
            _record(lines, header, statement[0][2])
        else:
            _read_pairs(lines, header, iter(statement))
    return lines


def _numbered(header: list[_Token], counts: dict[tuple[str, ...], int]) -> tuple[str, ...]:
    """The path of a header, with a number after every part that names an array of tables; counts the arrays."""
    parts = [_part(piece) for kind, piece, _ in header if kind != "mark"]
    is_array = len(header) > 1 and header[1][1] == "["
    path: tuple[str, ...] = ()
    for number, part in enumerate(parts, start=1):
        path = (*path, part)
        if is_array and number == len(parts):
            counts[path] = counts.get(path, 0) + 1
        if path in counts:
            path = (*path, str(counts[path]))
    return path


def _tokens(text: str) -> Iterator[_Token]:
    line = 1
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        piece = match[0]
        if kind != "comment":
            yield kind, piece, line
        line += piece.count("\n")


def _statements(text: str) -> Iterator[list[_Token]]:
    statement: list[_Token] = []
    depth = 0
    for kind, piece, line in _tokens(text):
        if kind == "mark":
            depth += (piece in "[{") - (piece in "]}")
        if kind == "mark" and piece == "\n":
            if depth == 0 and statement:
                yield statement
                statement = []
        else:
            statement.append((kind, piece, line))
    if statement:
        yield statement


def _read_pairs(lines: KeyLines, table: tuple[str, ...], tokens: Iterator[_Token]) -> None:
    """Read `key = value` pairs up to the end of their table, which is the closing brace of an inline one."""
    parts: list[str] = []
    for kind, piece, line in tokens:
        if kind != "mark":
            parts.append(_part(piece))
        elif piece == "}":
            return
        elif piece == "=":
            path = (*table, *parts)
            _record(lines, path, line, known=len(table))
            parts = []
            if _ends_table(lines, path, tokens):
                return


def _ends_table(lines: KeyLines, path: tuple[str, ...], tokens: Iterator[_Token]) -> bool:
    """Read one value, entering it when it is a table; tell whether the brace after it closes the table around it."""
    lists = 0
    for kind, piece, _ in tokens:
        if kind != "mark":
            continue
        if piece == "{" and lists == 0:
            _read_pairs(lines, path, tokens)
        elif piece in "[{":
            lists += 1
        elif piece in "]}" and lists:
            lists -= 1
        elif piece in ",}" and lists == 0:
            return piece == "}"
    return False


def _record(lines: KeyLines, path: tuple[str, ...], line: int, *, known: int = 0) -> None:
    for end in range(known + 1, len(path) + 1):
        lines.setdefault(path[:end], line)


def _part(piece: str) -> str:
    """The text of one part of a key: bare, literal or with escapes."""
    if piece.startswith('"'):
        return str(tomllib.loads(f"key = {piece}")["key"])
    return piece.strip("'")
