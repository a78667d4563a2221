"""Names of environment variables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Final

from ._chain_pattern import ChainPattern
from ._chains import Chain, any_segment, literal_of
from ._problems import PatternError

#: No name has one, so that a name is one segment. Source: POSIX.1-2024, Base Definitions 8.1.
_SEPARATOR: Final = "="

#: Longest name that is looked at. Ours.
MAX_NAME_CHARACTERS: Final = 255

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*+")

_ALPHABET: Final = "names are made of ASCII letters, digits and _, and do not begin with a digit"


@dataclass(frozen=True, slots=True, init=False)
class VariablePattern(ChainPattern):
    """The name of a variable, or `PREFIX_*` for all names that go on after the prefix. Case matters.

    >>> [VariablePattern("LC_*").covers(VariablePattern(name)) for name in ("LC_ALL", "LC_", "LCD")]
    [True, False, False]
    """

    separator: ClassVar[str] = _SEPARATOR

    @staticmethod
    def _read(text: str) -> Chain:
        name = text.removesuffix("*")
        if name and not _NAME.fullmatch(name):
            raise _malformed(text)
        if name != text and not (name == "" or name.endswith("_")):
            why = "a prefix ends with _, so that USER* does not reach USERS_PASSWORD"
            raise PatternError(text, "has a * that does not follow a _", why=why, instead=(f"{name}_*", name))
        if not text:
            raise PatternError(text, "is empty", why="it names nothing")
        return ((*name, *(any_segment(_SEPARATOR) if name != text else ())),)

    @staticmethod
    def _write(chain: Chain) -> str:
        (glob,) = chain
        name = literal_of(glob)
        return name if name is not None else f"{literal_of(glob[:-2])}*" if glob else ""


def normal_variable(text: str) -> str | None:
    """The name as automata read it; None when no pattern matches it, whatever it is."""
    return f"={text}" if len(text) <= MAX_NAME_CHARACTERS and _NAME.fullmatch(text) else None


def variable_fault(text: str) -> tuple[str, str] | None:
    """What is wrong with a name that no pattern matches, and why; None when nothing is."""
    return None if normal_variable(text) is not None else ("is not the name of a variable", _ALPHABET)


def _malformed(text: str) -> PatternError:
    if "*" in text.removesuffix("*"):
        why = "a name is written out, or ends with _* after a prefix"
        return PatternError(text, "has a * before its end", why=why)
    likely = re.sub(r"[-.\s]+", "_", text.partition("=")[0].strip(" ${}")[:MAX_NAME_CHARACTERS])
    instead = (likely,) if _NAME.fullmatch(likely) else ()
    return PatternError(text, "is not the name of a variable", why=_ALPHABET, instead=instead)
