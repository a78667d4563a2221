"""Namespaces of storage, topics and names of components: words with dots between them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Final

from ._chain_pattern import ChainPattern
from ._chains import Chain, any_segment, literal_of
from ._problems import PatternError

_SEPARATOR: Final = "."

#: Longest text that is looked at. Ours: names of components end at 64, and nobody reads a longer topic.
MAX_WORDS_CHARACTERS: Final = 1024

_WORD: Final = "[A-Za-z0-9_-]"
_NORMAL: Final = re.compile(rf"{_WORD}++(?:\.{_WORD}++)*")

_ALPHABET: Final = "words are made of ASCII letters, digits, - and _, so that none looks like another one"


@dataclass(frozen=True, slots=True, init=False)
class WordsPattern(ChainPattern):
    """Words with dots between them, of which `*` is any one, and `#` or `**` at the end any number, none included.

    >>> WordsPattern("rates.**").text, WordsPattern("rates.#").covers(WordsPattern("rates.eu.*"))
    ('rates.#', True)
    """

    separator: ClassVar[str] = _SEPARATOR

    @staticmethod
    def _read(text: str) -> Chain:
        words = text.split(".")
        last = words.pop() if words[-1] in ("#", "**") else None
        for word in words:
            _check_word(text, word)
        chain = [any_segment(_SEPARATOR) if word == "*" else tuple(word) for word in words]
        return (*chain, None) if last else tuple(chain)

    @staticmethod
    def _write(chain: Chain) -> str:
        return ".".join("#" if glob is None else literal_of(glob) or "*" for glob in chain)


def normal_words(text: str) -> str | None:
    """The words as automata read them; None when no pattern matches them, whatever it is."""
    return f".{text}" if len(text) <= MAX_WORDS_CHARACTERS and _NORMAL.fullmatch(text) else None


def words_fault(text: str) -> tuple[str, str] | None:
    """What is wrong with words that no pattern matches, and why; None when nothing is."""
    if normal_words(text) is not None:
        return None
    return "is not made of words with dots between them", _ALPHABET


def _check_word(text: str, word: str) -> None:
    if word == "*" or _NORMAL.fullmatch(word):
        return
    if word in ("#", "**"):
        why = "it stands for all the words that follow"
        raise PatternError(text, f"has a {word} before its end", why=why, instead=_likely(text))
    if not text:
        raise PatternError(text, "is empty", why="it names nothing")
    if not word:
        why = "dots stand between words, and patterns are compared word by word"
        raise PatternError(text, "has an empty word", why=why, instead=_likely(text))
    if "*" in word or "#" in word:
        why = "a wildcard stands for whole words, between dots"
        raise PatternError(text, "has a wildcard beside other characters", why=why, instead=_likely(text))
    raise PatternError(text, f"has the word {word[:80]!a}", why=_ALPHABET, instead=_likely(text))


def _likely(text: str) -> tuple[str, ...]:
    """The pattern that a text was probably meant to be; none that is nothing but wildcards."""
    words = [word for word in re.split(r"[./:\s]+", text[:MAX_WORDS_CHARACTERS]) if word]
    whole = ["*" if "*" in word or "#" in word else word for word in words]
    if words and words[-1] in ("#", "**"):
        whole[-1] = "#"
    names = [word for word in whole if word not in ("*", "#")]
    return (".".join(whole),) if names and all(map(_NORMAL.fullmatch, names)) else ()
