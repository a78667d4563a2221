"""What was found out about a source.

What could not be looked at, or does not hold, is `Unproven` and counts for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from airssys.trust._envelope import Envelope
from airssys.trust._source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Unproven:
    """Nothing is known, and why."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The files are where the source says, and hold the bytes that would run.

    Attributes:
        paths: of all of them, without links.
        open_to_all: a file or folder above one of them that every user of the machine may change; None when there
            is none.
    """

    paths: tuple[str, ...]
    open_to_all: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """A repository that a checkout says it fetches from.

    Attributes:
        url: its address, normalised.
        branches: those whose tip, as last fetched, is the commit that is checked out.
    """

    url: str
    branches: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """The files of the source are, unchanged, those of the commit that the checkout around them is at.

    The ids of commit and files were computed from their content. The remotes are what the checkout's own
    configuration says.

    Attributes:
        root: its folder, without links.
        commit: full id, hexadecimal.
        remotes: all that have an address.
        open_to_all: a part of the repository's own files that every user may change; None when there is none.
    """

    root: str
    commit: str
    remotes: tuple[Remote, ...]
    open_to_all: str | None


_NOT_LOOKED_AT: Final = Unproven(why="nobody looked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that a decision looks at.

    Attributes:
        source: what it is about.
        envelope: the signature file, not verified.
        place: where the files are.
        checkout: the Git checkout that they are in.
    """

    source: Source
    envelope: Envelope | Unproven = _NOT_LOOKED_AT
    place: Place | Unproven = _NOT_LOOKED_AT
    checkout: Checkout | Unproven = _NOT_LOOKED_AT
