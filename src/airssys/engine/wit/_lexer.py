"""WIT text as tokens, read on demand.

Promise: whatever the text is, reading ends and the only error is `WitSyntaxError` with a line and a column.
Versions are read where the grammar expects one, because `0.2.0` is three tokens elsewhere.

Source: component model, WIT.md "Lexical structure".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from airssys.engine.wit._identifiers import KEYWORDS, is_label
from airssys.engine.wit._names import is_version
from airssys.errors import WitSyntaxError

MAX_TEXT_LENGTH = 1_000_000
"""Ours: all of WASI 0.2 with its comments is below 300,000 characters."""

END = "the end of the text"
_SPACE = re.compile(r"[ \n\r\t]+|//[^\n]*")
_WORD = re.compile(r"%?[0-9A-Za-z_]+(?:-[0-9A-Za-z_]+)*")
_SYMBOL = re.compile(r"->|[=,:;(){}<>*/.@]")
_VERSION = re.compile(r"[0-9A-Za-z.+-]*[0-9A-Za-z]")
_COMMENT_EDGE = re.compile(r"/\*|\*/")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a symbol, or the end; `text` keeps the `%` of an escaped word."""

    text: str
    offset: int
    is_word: bool


class Lexer:
    """One token of look-ahead over a text."""

    def __init__(self, text: str) -> None:
        self._text = text
        if len(text) > MAX_TEXT_LENGTH:
            raise self.error(0, f"the text has {len(text)} characters, more than {MAX_TEXT_LENGTH}")
        forbidden = _FORBIDDEN.search(text)
        if forbidden is not None:
            raise self.error(forbidden.start(), f"the character {forbidden[0]!a} is not allowed anywhere in WIT")
        self.peek = self._read(0)

    def error(self, offset: int, problem: str) -> WitSyntaxError:
        """The error to raise for a problem at that place."""
        line = self._text.count("\n", 0, offset) + 1
        column = offset - self._text.rfind("\n", 0, offset)
        return WitSyntaxError(f"line {line}:{column}: {problem}")

    def unexpected(self, expected: str) -> WitSyntaxError:
        """The error to raise when the next token is not what the grammar wants."""
        found = self.peek.text if self.peek.text == END else f"`{self.peek.text[:80]}`"
        return self.error(self.peek.offset, f"expected {expected}, found {found}")

    def take(self) -> Token:
        """The next token, consumed."""
        token = self.peek
        if token.text != END:
            self.peek = self._read(token.offset + len(token.text))
        return token

    def accept(self, text: str) -> bool:
        """Consume the next token when it is this symbol or keyword."""
        if self.peek.text != text:
            return False
        self.take()
        return True

    def expect(self, text: str) -> Token:
        """Consume this symbol or keyword, or raise."""
        if self.peek.text != text:
            raise self.unexpected(f"`{text}`")
        return self.take()

    def identifier(self, what: str) -> Token:
        """Consume an identifier; the token comes without its `%`."""
        token = self.peek
        if not token.is_word:
            raise self.unexpected(what)
        if token.text in KEYWORDS:
            raise self.error(token.offset, f"expected {what}; `{token.text}` is a keyword, write `%{token.text}`")
        name = token.text.removeprefix("%")
        if not is_label(name):
            raise self.error(
                token.offset, f"`{name[:80]}` is no identifier; {what} is kebab-case, like `a-name` or `a-URL`"
            )
        self.take()
        return Token(name, token.offset, is_word=True)

    def version(self) -> str:
        """Consume a semantic version."""
        offset = self.peek.offset
        found = _VERSION.match(self._text, offset)
        if found is None:
            raise self.unexpected("a version such as `1.0.0`")
        if not is_version(found[0]):
            raise self.error(offset, f"expected a version such as `1.0.0`, found `{found[0][:80]}`")
        self.peek = self._read(found.end())
        return found[0]

    def _read(self, offset: int) -> Token:
        offset = self._after_space(offset)
        if offset == len(self._text):
            return Token(END, offset, is_word=False)
        word = _WORD.match(self._text, offset)
        found = word or _SYMBOL.match(self._text, offset)
        if found is None:
            raise self.error(offset, f"the character {self._text[offset]!a} has no place here")
        return Token(found[0], offset, is_word=word is not None)

    def _after_space(self, offset: int) -> int:
        while True:
            space = _SPACE.match(self._text, offset)
            if space is not None:
                offset = space.end()
            elif self._text.startswith("/*", offset):
                offset = self._after_comment(offset)
            else:
                return offset

    def _after_comment(self, start: int) -> int:
        depth = 0
        for edge in _COMMENT_EDGE.finditer(self._text, start):
            depth += 1 if edge[0] == "/*" else -1
            if depth == 0:
                return edge.end()
        raise self.error(start, "this comment never ends")
