"""The keys of a rule in `trust.toml`: each check turns a value of TOML into a typed one, or raises what it must be."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from airssys.errors import KeyUnusable
from airssys.trust._keys import PublicKey
from airssys.trust._paths import Paths
from airssys.trust._urls import UrlPattern

NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.ASCII)
_SHA256: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
#: SHA-1 or SHA-256. An abbreviation is no pin: another commit can begin like it.
_COMMIT: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?", re.ASCII)
#: git-check-ref-format(1), as far as branches go that anybody has.
_BRANCH: Final = re.compile(r"(?![-/.])(?!.*(?:\.\.|//|@\{|/\.))[^\s\\~^:?*\[\x00-\x20\x7f]{1,255}(?<![/.])(?<!\.lock)")
#: Names of components, as manifests have them.
_COMPONENT: Final = re.compile(r"[a-z](?:-?[a-z0-9])*", re.ASCII)


def check_name(value: object) -> str:
    """The name of a rule."""
    text = check_text(value)
    if not NAME.fullmatch(text):
        raise ValueError("1 to 64 of a-z, 0-9, dot, hyphen and underscore, beginning with a letter or digit")
    return text


def check_text(value: object) -> str:
    """A text that is not empty and on one line."""
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ValueError("a text on one line")
    return value


def check_key(value: object) -> PublicKey:
    """A public key."""
    try:
        return PublicKey.parse(check_text(value))
    except KeyUnusable as error:
        raise ValueError(f"the line of an Ed25519 .pub file ({error.message})") from None


def check_components(value: object) -> tuple[str, ...]:
    """Names of components."""
    expected = "a list of names of components, not empty"
    if not isinstance(value, list) or not value:
        raise ValueError(expected)
    if not all(isinstance(name, str) and _COMPONENT.fullmatch(name) for name in value):
        raise ValueError(f"{expected}; a name has a-z, 0-9 and single hyphens, and no wildcard")
    return tuple(value)


def check_time(value: object) -> datetime:
    """A time that says of which zone it is."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError("a date and time with its zone, without quotes, as in 2026-01-31T00:00:00Z")
    return value.astimezone(UTC)


def check_url(value: object) -> UrlPattern:
    """A pattern of addresses."""
    try:
        return UrlPattern.parse(check_text(value))
    except ValueError as why:
        raise ValueError(f"an address as in https://git.example.org/acme/* ({why})") from None


def check_branch(value: object) -> str:
    """A branch."""
    text = check_text(value)
    if not _BRANCH.fullmatch(text):
        raise ValueError("the name of one branch, as in main; there are no wildcards")
    return text


def check_commit(value: object) -> str:
    """The id of a commit."""
    text = check_text(value).lower()
    if not _COMMIT.fullmatch(text):
        raise ValueError("the full id of a commit: 40 hexadecimal digits, or 64")
    return text


def check_sha256(value: object) -> str:
    """A digest."""
    text = check_text(value).lower()
    if not _SHA256.fullmatch(text):
        raise ValueError("a SHA-256 digest: 64 hexadecimal digits")
    return text


def check_path(value: object) -> Paths:
    """A pattern of paths that leaves something out."""
    text = check_text(value)
    try:
        pattern = Paths(text)
    except ValueError as why:
        raise ValueError(f"an absolute path as in /srv/components/* ({why})") from None
    if pattern.is_everything:
        raise ValueError("a path that names at least one folder: this one would trust every file of the machine")
    return pattern
