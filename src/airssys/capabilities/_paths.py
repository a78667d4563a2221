"""Paths: absolute, matched segment by segment."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Final
from urllib.parse import unquote

from ._chain_pattern import ChainPattern
from ._chains import Chain, has_literal
from ._characters import FORBIDDEN_CLASS
from ._globs import GlobFault, read_glob, write_glob
from ._problems import PatternError

_SEPARATOR: Final = "/"

#: Longest path that is looked at: Linux opens none of more bytes (`PATH_MAX` of <linux/limits.h>).
MAX_PATH_CHARACTERS: Final = 4096

_NORMAL: Final = re.compile(rf"(?:/(?!\.\.?(?:/|\Z))[^/{FORBIDDEN_CLASS}]++)*")

#: What a path must not have, what is said about it, and why.
_FAULTS: Final = tuple(
    (re.compile(pattern), said, why)
    for pattern, said, why in (
        (r"\A\Z", "is empty", "it names nothing"),
        (r"%", "has a percent sign", "paths are compared as they are, so that %2e cannot pass for a dot"),
        (r"\\", "has a backslash", "paths have forward slashes, and the other one is read differently elsewhere"),
        (rf"[{FORBIDDEN_CLASS}]", "has control characters", "a person could not see what is asked for"),
        (r"\A[^/]", "is not absolute", "it would be another place for everybody who reads it"),
        (r"/\.\.?(?:/|\Z)", "has a segment . or ..", "it leads elsewhere than it reads"),
        (r"//", "has an empty segment", "a path is compared segment by segment, and an empty one names nothing"),
        (r"./\Z", "ends in a slash", "a path names a file or a folder; what is inside of a folder is /**"),
    )
)

#: What people write, and what they mean; tried one after the other, each on what the one before it made.
_REPAIRS: Final[tuple[Callable[[str], str], ...]] = (
    str.strip,
    lambda text: text.removeprefix("file://"),
    lambda text: text.replace("\\", "/"),
    unquote,
    lambda text: re.sub(r"\*{3,}", "**", text),
    lambda text: re.sub(r"(?<=[^/*])\*\*", "*/**", re.sub(r"\*\*(?=[^/*])", "**/*", text)),
    lambda text: text + "**" if text.endswith("/") else text,
    lambda text: "/" + text if re.match(r"(?![A-Za-z]:)[^/~$]", text) else text,
    lambda text: "/" + posixpath.normpath(text).lstrip("/") if text.startswith("/") else text,
    lambda text: re.sub(r"\[(?![^/\]]+\])", "[[]", text),
)


@dataclass(frozen=True, slots=True, init=False)
class PathPattern(ChainPattern):
    """An absolute path whose segments may hold `*`, `?` and `[abc]`, and of which some may be `**`.

    `*` and `?` do not cross a slash; `**` is any number of whole segments, none included: `/srv/**` is `/srv` and
    everything in it. A dot at the beginning of a name is a character like any other.

    >>> PathPattern("/srv/**/*.xml").covers(PathPattern("/srv/in/[ab].xml"))
    True
    """

    separator: ClassVar[str] = _SEPARATOR

    @staticmethod
    def _read(text: str) -> Chain:
        try:
            return _read_path(f"/{text}" if text in ("*", "**") else text)
        except GlobFault as fault:
            raise PatternError(text, fault.said, why=fault.why, instead=_likely(text)) from None

    @staticmethod
    def _write(chain: Chain) -> str:
        segments = ("**" if glob is None else write_glob(glob, _SEPARATOR) for glob in chain)
        return "".join(f"/{segment}" for segment in segments) or "/"


def normal_path(text: str) -> str | None:
    """The path as automata read it; None when no pattern matches it, whatever it is.

    It has to be absolute and resolved: without empty, `.` and `..` segments, without a slash at the end.
    """
    if text == "/":
        return ""
    return text if 0 < len(text) <= MAX_PATH_CHARACTERS and _NORMAL.fullmatch(text) else None


def path_fault(text: str) -> tuple[str, str] | None:
    """What is wrong with a path and why, whether it is a pattern or not; None when nothing is."""
    return next(((said, why) for pattern, said, why in _FAULTS if pattern.search(text)), None)


def _read_path(text: str) -> Chain:
    fault = path_fault(text)
    if fault is not None:
        raise GlobFault(fault[0], why=fault[1])
    segments = text.split("/")[1:] if text != "/" else []
    for segment in segments:
        if "**" in segment and segment != "**":
            raise GlobFault("has a ** beside other characters", why="it stands for whole segments, between slashes")
    chain = tuple(None if segment == "**" else read_glob(segment, _SEPARATOR) for segment in segments)
    if any(write_glob(glob, _SEPARATOR) in (".", "..") for glob in chain if glob is not None):
        raise GlobFault("has a segment . or ..", why="it leads elsewhere than it reads")
    return chain


def _likely(text: str) -> tuple[str, ...]:
    """The patterns that a text was probably meant to be; none that is nothing but wildcards."""
    alternatives = re.fullmatch(r"([^{}]*)\{([^{}]*)\}([^{}]*)", text)
    candidates = [text]
    if alternatives is not None:
        before, names, after = alternatives.groups()
        candidates = [f"{before}{name}{after}" for name in names.split(",")]
    repaired = [_repaired(candidate) for candidate in candidates]
    return tuple(dict.fromkeys(each for each in repaired if each)) if all(repaired) else ()


def _repaired(text: str) -> str | None:
    for repair in _REPAIRS:
        text = repair(text)
        try:
            chain = _read_path(text)
        except GlobFault:
            continue
        return text if has_literal(chain) else None
    return None
