"""Text that guests chose, made fit for a person's terminal."""

from __future__ import annotations


def printable(text: str) -> str:
    """One line without control characters and escapes: no guest speaks to a terminal."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
