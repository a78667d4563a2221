"""What counts as an identifier in WIT.

Source: component model, WIT.md "Keywords" and Explainer.md, the productions `label` and `words`.
"""

from __future__ import annotations

import re

KEYWORDS = frozenset(
    {"as", "async", "bool", "borrow", "char", "constructor", "enum", "error-context", "export", "f32", "f64", "flags"}
    | {"from", "func", "future", "import", "include", "interface", "list", "map", "option", "own", "package", "record"}
    | {"resource", "result", "s16", "s32", "s64", "s8", "static", "stream", "string", "tuple", "type", "u16", "u32"}
    | {"u64", "u8", "use", "variant", "with", "world"}
)
"""Words that need a `%` in front where an identifier is meant. `error-context` is the tools' addition to the list."""

_LABEL = re.compile(r"(?:[a-z][0-9a-z]*|[A-Z][0-9A-Z]*)(?:-(?:[0-9a-z]+|[0-9A-Z]+))*")
_WORDS = re.compile(r"[a-z][0-9a-z]*(?:-[0-9a-z]+)*")


def is_label(text: str) -> bool:
    """Whether the text is kebab-case: words and ACRONYMS joined by single hyphens, the first not starting with a digit.

    >>> is_label("is-XML"), is_label("isXml"), is_label("a--b"), is_label("2d")
    (True, False, False, False)
    """
    return _LABEL.fullmatch(text) is not None


def is_words(text: str) -> bool:
    """Whether the text is kebab-case without acronyms, as namespaces and packages must be."""
    return _WORDS.fullmatch(text) is not None


def escaped(name: str) -> str:
    """The identifier as WIT text, with `%` in front of a keyword."""
    return f"%{name}" if name in KEYWORDS else name
