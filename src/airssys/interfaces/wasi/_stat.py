"""Metadata of files, as WASI has it."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from airssys.engine import Case

from ._codes import Refusal

NS_PER_SECOND: Final = 1_000_000_000
#: Seconds of a timestamp that the system takes: 64 bits, one of them the sign.
_MAX_SECONDS: Final = (1 << 63) // NS_PER_SECOND - 1

#: Of this process: what a hash is made of could be found out by trying otherwise.
_KEY: Final = os.urandom(32)

#: What two timestamps are to become, and what time `now` is, in nanoseconds since 1970.
NewTimes: TypeAlias = tuple[Case, Case, int]

#: The type in st_mode -> `descriptor-type`.
_TYPES: Final = {
    stat.S_IFBLK: "block-device",
    stat.S_IFCHR: "character-device",
    stat.S_IFDIR: "directory",
    stat.S_IFIFO: "fifo",
    stat.S_IFLNK: "symbolic-link",
    stat.S_IFREG: "regular-file",
    stat.S_IFSOCK: "socket",
}


@dataclass(frozen=True, slots=True)
class Datetime:
    """`datetime` of wasi:clocks/wall-clock."""

    seconds: int
    nanoseconds: int

    @classmethod
    def of_ns(cls, ns: int) -> Datetime | None:
        """Of nanoseconds since 1970; None before that, which WASI cannot tell."""
        return cls(*divmod(ns, NS_PER_SECOND)) if ns >= 0 else None


@dataclass(frozen=True, slots=True)
class Status:
    """`descriptor-stat` of wasi:filesystem/types."""

    type: str
    link_count: int
    size: int
    data_access_timestamp: Datetime | None
    data_modification_timestamp: Datetime | None
    status_change_timestamp: Datetime | None

    @classmethod
    def of(cls, status: os.stat_result) -> Status:
        """From what the system says."""
        return cls(
            type_of(status.st_mode),
            status.st_nlink,
            status.st_size,
            Datetime.of_ns(status.st_atime_ns),
            Datetime.of_ns(status.st_mtime_ns),
            Datetime.of_ns(status.st_ctime_ns),
        )


@dataclass(frozen=True, slots=True)
class MetadataHash:
    """`metadata-hash-value` of wasi:filesystem/types."""

    lower: int
    upper: int

    @classmethod
    def of(cls, status: os.stat_result) -> MetadataHash:
        """Of what a file is: equal for equal files, and telling nothing else."""
        text = f"{status.st_dev} {status.st_ino}"
        digest = hashlib.blake2b(text.encode(), digest_size=16, key=_KEY).digest()
        return cls(int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:], "little"))


def type_of(mode: int) -> str:
    """`descriptor-type` of st_mode."""
    return _TYPES.get(stat.S_IFMT(mode), "unknown")


def new_times(access: Case, modification: Case, now_ns: int, status: os.stat_result) -> tuple[int, int]:
    """Nanoseconds for utimensat(2), from two `new-timestamp`s.

    Args:
        now_ns: what `now` is.
        status: the file's present one, for `no-change`.

    Raises:
        Refusal: a timestamp that there is not.
    """
    return _new_time(access, now_ns, status.st_atime_ns), _new_time(modification, now_ns, status.st_mtime_ns)


def _new_time(wanted: Case, now_ns: int, present_ns: int) -> int:
    if wanted.name == "now":
        return now_ns
    if wanted.name == "no-change":
        return present_ns
    at: Any = wanted.value
    if at.nanoseconds >= NS_PER_SECOND:
        raise Refusal("invalid")
    if at.seconds > _MAX_SECONDS:
        raise Refusal("overflow")
    return int(at.seconds) * NS_PER_SECOND + int(at.nanoseconds)
