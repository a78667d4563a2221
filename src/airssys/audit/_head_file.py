"""The end of the chain, kept apart from the records: a log that is shorter than its head was cut off or rolled back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from airssys.storage import replace_file

from ._record import NO_RECORDS, SCHEMA, Head

HEAD_FILE: Final = "head.json"

#: What a head consists of, besides the schema.
_MEMBERS: Final = ("sequence", "digest", "file", "end", "closed")

#: More than any head takes.
_MAX_HEAD_BYTES: Final = 4096


class Place(NamedTuple):
    """Where a record ends.

    Attributes:
        file: the name of its file; empty before the first record.
        end: how many bytes of the file end with it, line break included.
    """

    file: str = ""
    end: int = 0


NOWHERE: Final = Place()


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedHead:
    """A head that is on disk, after the records that it names.

    Attributes:
        head: the end of the chain when it was saved.
        place: where its record ends.
        is_closed: the log was closed then, so nothing may come after it.
    """

    head: Head = NO_RECORDS
    place: Place = NOWHERE
    is_closed: bool = False

    def encode(self) -> bytes:
        """The one way in which this head is written."""
        values = (*self.head, *self.place, self.is_closed)
        return json.dumps({"schema": SCHEMA, **dict(zip(_MEMBERS, values, strict=True))}).encode("ascii") + b"\n"

    def save(self, path: Path) -> None:
        """Put it in place of the last one, whole, and on disk.

        Raises:
            OSError: it cannot be done; the last one is still there.
        """
        replace_file(path, self.encode())


def load_head(path: Path) -> SavedHead | None:
    """The head that was saved; None when the file holds something else.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as stream:
        content = stream.read(_MAX_HEAD_BYTES)
    try:
        members = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(members, dict):
        return None
    sequence, digest, file, end, is_closed = (members.get(name) for name in _MEMBERS)
    if type(sequence) is not int or type(digest) is not str or type(file) is not str:
        return None
    if type(end) is not int or type(is_closed) is not bool:
        return None
    saved = SavedHead(head=Head(sequence, digest), place=Place(file, end), is_closed=is_closed)
    return saved if saved.encode() == content else None
