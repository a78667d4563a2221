"""One record: a line of JSON that names the digest of the line before it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final, NamedTuple

#: Version of the records' form; readers refuse others.
SCHEMA: Final = 1

#: What the first record names as the digest before it.
NO_DIGEST: Final = "0" * 64

_DIGEST: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


class Head(NamedTuple):
    """Where a chain ends.

    Attributes:
        sequence: the number of the last record; 0 when there is none.
        digest: SHA-256 of its line without the line break, hexadecimal.
    """

    sequence: int
    digest: str


#: The chain before its first record.
NO_RECORDS: Final = Head(0, NO_DIGEST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A record as it was read.

    Attributes:
        sequence: its number, from 1 without gaps.
        previous: the digest of the line before it.
        at: when it was written, in UTC, by a clock that may be set.
        monotonic: seconds on a clock that never goes back, of the process that wrote it.
        event: what kind of record: one of `EVENTS`, or a word that somebody else wrote there.
        members: everything in it, as JSON has it.
    """

    sequence: int
    previous: str
    at: datetime
    monotonic: float
    event: str
    members: Mapping[str, Any]

    @property
    def component(self) -> str | None:
        """Whom it is about; None for records about the log itself."""
        component = self.members.get("component")
        return component if isinstance(component, str) else None

    @property
    def request(self) -> Mapping[str, Any]:
        """What was asked for: `kind`, `action`, `resource`; empty for other records."""
        request = self.members.get("request")
        return request if isinstance(request, dict) else {}

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything in it that is a text."""
        return tuple(value for value in (*self.members.values(), *self.request.values()) if isinstance(value, str))


def record_line(sequence: int, previous: str, wall: float, monotonic: float, body: str) -> bytes:
    """The line of a record, without the line break."""
    second = int(wall // 1)
    return (
        f'{{"schema":{SCHEMA},"sequence":{sequence},"previous":"{previous}",'
        f'"utc":"{_second(second)}.{int((wall - second) * 1e6):06d}Z","monotonic":{monotonic:.6f},{body}}}'
    ).encode("ascii")


def digest_of(line: bytes) -> str:
    """What the next record names as the digest before it."""
    return sha256(line).hexdigest()


def read_record(line: bytes) -> Entry | None:
    """The record on a line; None when it is none."""
    try:
        members = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(members, dict) or members.get("schema") != SCHEMA or not _is_shallow(members):
        return None
    sequence, previous, utc = (members.get(name) for name in ("sequence", "previous", "utc"))
    monotonic, event = members.get("monotonic"), members.get("event")
    if type(sequence) is not int or type(monotonic) is not float or not isinstance(event, str):
        return None
    if not isinstance(previous, str) or not _DIGEST.fullmatch(previous) or not isinstance(utc, str):
        return None
    try:
        at = datetime.fromisoformat(utc)
    except ValueError:
        return None
    if at.tzinfo is None:
        return None
    return Entry(sequence=sequence, previous=previous, at=at, monotonic=monotonic, event=event, members=members)


def _is_shallow(members: Mapping[str, Any]) -> bool:
    """No record has more than one table in it, so that whoever shows one need not fear how deep it is."""
    tables = [value for value in members.values() if isinstance(value, (dict, list))]
    inner = [value for table in tables for value in (table.values() if isinstance(table, dict) else table)]
    return len(tables) <= 1 and not any(isinstance(value, (dict, list)) for value in inner)


@lru_cache(16)
def _second(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")
