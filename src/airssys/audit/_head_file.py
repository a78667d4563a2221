"""The end of the chain, kept apart from the records: a log that is shorter than its head was cut off or rolled back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from airssys.storage import replace_file

from ._record import NO_RECORDS, SCHEMA, Head

HEAD_FILE: Final = "head.json"

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
        members = {
            "schema": SCHEMA,
            "sequence": self.head.sequence,
            "digest": self.head.digest,
            "file": self.place.file,
            "end": self.place.end,
            "closed": self.is_closed,
        }
        return json.dumps(members).encode("ascii") + b"\n"

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
    with path.open("rb") as file:
        content = file.read(_MAX_HEAD_BYTES)
    try:
        members = json.loads(content)
        saved = SavedHead(
            head=Head(members["sequence"], members["digest"]),
            place=Place(members["file"], members["end"]),
            is_closed=members["closed"],
        )
        return saved if saved.encode() == content else None
    except (ValueError, RecursionError, TypeError, KeyError):
        return None
