"""The text of a trust file as blocks, one for each rule, so that a rule is changed without touching another line.

A block is `[[rule]]`, the comment right above it, and everything up to the next block. What comes out is read again and
compared by who changes it: this file knows where lines belong, not what they mean.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Final, Self

_HEADER: Final = re.compile(r"""\s*\[\[\s*(?:rule|"rule"|'rule')\s*\]\]\s*(?:#.*)?""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """A trust file, cut into pieces; together they are the text.

    Attributes:
        head: what stands before the first rule.
        rules: one piece for each rule.
    """

    head: str
    rules: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Self:
        """Cut a text."""
        lines = text.splitlines(keepends=True)
        begins = [_with_comment(lines, at) for at, line in enumerate(lines) if _HEADER.fullmatch(line.rstrip("\r\n"))]
        pieces = ["".join(lines[begin:end]) for begin, end in pairwise([*begins, len(lines)])]
        return cls(head="".join(lines[: begins[0]] if begins else lines), rules=tuple(pieces))

    @property
    def text(self) -> str:
        """The whole text."""
        return self.head + "".join(self.rules)

    def with_rule(self, values: Mapping[str, object], *, first: bool) -> Self:
        """With one rule more, before all others or behind them."""
        lines = "".join(_line(key, value) for key, value in values.items())
        if first or not self.rules:
            end = "\n" if self.rules else ""
            return replace(self, head=_spaced(self.head), rules=(f"[[rule]]\n{lines}{end}", *self.rules))
        return replace(self, rules=(*self.rules[:-1], _spaced(self.rules[-1]), f"[[rule]]\n{lines}"))

    def without_rule(self, position: int) -> Self:
        """With one rule less."""
        return replace(self, rules=self.rules[:position] + self.rules[position + 1 :])

    def with_key(self, position: int, key: str, value: object) -> Self:
        """With one key more in a rule, behind its other keys."""
        lines = self.rules[position].splitlines(keepends=True)
        end = max(at for at, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")) + 1
        before = "".join(lines[:end])
        piece = before + ("" if before.endswith("\n") else "\n") + _line(key, value) + "".join(lines[end:])
        return replace(self, rules=(*self.rules[:position], piece, *self.rules[position + 1 :]))


def _with_comment(lines: list[str], at: int) -> int:
    """Where the comment begins that stands right above a line."""
    while at > 0 and lines[at - 1].lstrip().startswith("#"):
        at -= 1
    return at


def _spaced(text: str) -> str:
    """A piece with an empty line at its end."""
    return text.rstrip("\n") + "\n\n" if text.strip() else ""


def _line(key: str, value: object) -> str:
    return f"{key} = {_toml(value)}\n"


def _toml(value: object) -> str:
    """A value as TOML has it. JSON's texts are TOML's too, but for the one control character that JSON leaves alone."""
    if isinstance(value, datetime):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
