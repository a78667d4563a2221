"""Texts of a manifest: names, versions, paths, choices and prose, each checked by the rules of its key."""

from __future__ import annotations

import re
from pathlib import PurePosixPath, PureWindowsPath
from typing import Final

import semver

from ._key import Key
from ._value_problems import MalformedName, MalformedPath, MalformedText, MalformedVersion, WrongType

#: Range of the length of a name; with the pattern, part of the manifest's format (docs/guides/manifest.md).
NAME_LENGTHS: Final = (3, 64)
_NAME: Final = re.compile(r"[a-z](?:-?[a-z0-9])*", re.ASCII)

#: Longer versions are legal SemVer and help nobody.
MAX_VERSION_CHARACTERS: Final = 128

_SEMVER: Final = "a semantic version such as 1.0.0 (SemVer 2.0.0)"


def check_text(key: Key, value: object) -> str:
    """Accept a text that is not empty and has no control characters except line breaks and tabs."""
    if not isinstance(value, str):
        raise WrongType(key, value, "a string")
    if not value.strip():
        raise MalformedText(key, value, "is empty", expected="a text, or no such key")
    if not value.translate({ord("\n"): " ", ord("\t"): " "}).isprintable():
        raise MalformedText(key, value, "holds control characters", expected="printable text")
    return value


def check_texts(key: Key, value: object) -> tuple[str, ...]:
    """Accept a list of texts."""
    if not isinstance(value, (list, tuple)):
        raise WrongType(key, value, "a list of strings")
    return tuple(check_text(key, item) for item in value)


def check_name(key: Key, value: object) -> str:
    """Accept 3 to 64 characters of a-z, 0-9 and single hyphens between them, beginning with a letter."""
    if not isinstance(value, str):
        raise WrongType(key, value, "a string")
    shortest, longest = NAME_LENGTHS
    if shortest <= len(value) <= longest and _NAME.fullmatch(value):
        return value
    expected = f"{shortest} to {longest} of a-z, 0-9 and single hyphens, beginning with a letter"
    proposed = _name_like(value)
    write = key.line_with(f'"{proposed}"') if proposed else None
    raise MalformedName(key, value, "is malformed", expected=expected, write=write)


def check_version(key: Key, value: object) -> semver.Version:
    """Accept a version of SemVer 2.0.0."""
    if not isinstance(value, str):
        raise WrongType(key, value, "a string")
    version = _version(value)
    if version is not None:
        return version
    likely = _version(value.strip().removeprefix("v"), is_short=True)
    write = key.line_with(f'"{likely}"') if likely is not None else None
    raise MalformedVersion(key, value, "is malformed", expected=_SEMVER, write=write)


def check_wasm(key: Key, value: object) -> str:
    """Accept the relative path of a `.wasm` or `.wat` that stays in the manifest's folder."""
    path = check_relative(key, value)
    expected = "a .wasm or .wat file beside the manifest"
    if ".." in PurePosixPath(path).parts:
        raise MalformedPath(key, path, "leads out of the manifest's folder", expected=expected)
    if PurePosixPath(path).suffix not in (".wasm", ".wat"):
        raise MalformedPath(key, path, "ends neither in .wasm nor in .wat", expected=expected)
    return path


def check_relative(key: Key, value: object) -> str:
    """Accept a relative path with forward slashes."""
    path = check_text(key, value)
    expected = "a relative path with forward slashes"
    if not path.isprintable() or "\\" in path:
        raise MalformedPath(key, path, "is malformed", expected=expected)
    if PurePosixPath(path).is_absolute() or PureWindowsPath(path).drive:
        raise MalformedPath(key, path, "is an absolute path", expected=expected)
    return path


def _name_like(text: str) -> str | None:
    """The name that a text was probably meant to be: `Invoice Normaliser` gives `invoice-normaliser`."""
    shortest, longest = NAME_LENGTHS
    proposed = "-".join(re.findall(r"[a-z0-9]+", text[: 2 * longest].lower(), re.ASCII))[:longest].strip("-")
    return proposed if len(proposed) >= shortest and _NAME.fullmatch(proposed) else None


def _version(text: str, *, is_short: bool = False) -> semver.Version | None:
    # before 3.1 semver takes digits of every script, and a line break at the end
    if not text.isascii() or not text.isprintable() or len(text) > MAX_VERSION_CHARACTERS:
        return None
    try:
        return semver.Version.parse(text, optional_minor_and_patch=is_short)
    except ValueError:
        return None
