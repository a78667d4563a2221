"""Reading a log: all of it, what fits a question, or its end. Reading proves nothing: `verify` does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path

from airssys.errors import AuditUnavailable

from ._files import files_in, lines_of
from ._record import Entry, read_record


def read_log(folder: Path, *, newest_first: bool = False) -> Iterator[Entry]:
    """The records of a folder. Lines that are no records are passed over.

    Raises:
        AuditUnavailable: the log cannot be read.
    """
    try:
        files = files_in(folder)
        for path in reversed(files) if newest_first else files:
            lines = (line.content for line in lines_of(path))
            contents = reversed(list(lines)) if newest_first else lines
            yield from (entry for entry in map(read_record, contents) if entry is not None)
    except OSError as error:
        raise AuditUnavailable(f"the audit log in {folder} cannot be read: {error.strerror or error}") from error


def tail(folder: Path, count: int) -> tuple[Entry, ...]:
    """The last records of a folder, oldest first.

    Raises:
        AuditUnavailable: the log cannot be read.
    """
    return tuple(reversed(list(islice(read_log(folder, newest_first=True), count))))


def search(
    entries: Iterable[Entry],
    *,
    event: str | None = None,
    component: str | None = None,
    kind: str | None = None,
    decision: str | None = None,
    text: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Iterator[Entry]:
    """The records that fit everything that is named, in the order in which they come.

    Args:
        entries: of `read_log`, or of a `MemorySink`.
        event: the kind of record, as in `Entry.event`.
        component: its name.
        kind: what was asked for: `filesystem`, `network`, ...
        decision: `allowed` or `denied`.
        text: what stands anywhere in a record: in the resource, the rule, the grant, who approved, ...
        since, until: when, both included; with a time zone.
    """
    for entry in entries:
        wanted = (
            (event, entry.event),
            (component, entry.component),
            (kind, entry.request.get("kind")),
            (decision, entry.members.get("decision")),
        )
        is_in_time = (since is None or since <= entry.at) and (until is None or entry.at <= until)
        has_text = text is None or any(text in each for each in entry.texts)
        if is_in_time and has_text and all(asked is None or asked == found for asked, found in wanted):
            yield entry
