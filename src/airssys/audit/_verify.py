"""Verifying a log: every record is there, as it was written, in its place, up to the head that was kept apart."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from airssys.errors import AuditUnavailable

from ._events import TornLine
from ._files import files_in, first_of, lines_of
from ._head_file import HEAD_FILE, Place, SavedHead, load_head
from ._record import NO_RECORDS, Head
from ._recovery import damaged
from ._walk import UNKNOWN_DIGEST, Walk


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A log that is what was written.

    Attributes:
        first: the number of its first record.
        head: its last record; keep it elsewhere, as the `anchor` of a later `verify`.
        torn: what crashes left behind, each reported by a record of the log.
        pending: what a crash left at the very end, which the next opening will report; None when there is nothing.
        is_closed: the log was closed, and not written to since.
    """

    first: int
    head: Head
    torn: tuple[TornLine, ...]
    pending: TornLine | None
    is_closed: bool


def verify(folder: Path, *, head_path: Path | None = None, first: int = 1, anchor: Head | None = None) -> Verified:
    """Read a whole log and return only if nothing in it was edited, removed, moved, added or cut off. The log may be
    written meanwhile.

    Args:
        folder: where the log is.
        head_path: where its head is kept, if not in the folder.
        first: the number of its first record, where older files were archived.
        anchor: a head that was kept elsewhere: it finds a log that was rolled back together with its head.

    Raises:
        AuditDamaged: something is wrong; `findings` has all of it.
        AuditUnavailable: the log cannot be read.
    """
    try:
        return _verify(folder, folder / HEAD_FILE if head_path is None else head_path, first, anchor)
    except OSError as error:
        raise AuditUnavailable(f"the audit log in {folder} cannot be read: {error.strerror or error}") from error


def _verify(folder: Path, head_path: Path, first: int, anchor: Head | None) -> Verified:
    saved = load_head(head_path) if head_path.exists() else None  # before the records, which may grow meanwhile
    anchors = [head for head in (saved.head if saved else None, anchor) if head is not None]
    walk = Walk(_start(first, anchors), watched=frozenset(head.sequence for head in anchors))
    for path in files_in(folder):
        if first_of(path.name) != walk.head.sequence + 1:
            walk.findings.append(f"{path.name} does not begin after record {walk.head.sequence}")
        for line in lines_of(path):
            walk.follow(line)
    if saved is None:
        said = "not as it was written" if head_path.exists() else "gone"
        walk.findings.append(f"{head_path.name} is {said}")
    else:
        _check_saved(saved, walk)
    for head in anchors:
        _check_anchor(head, first, walk)
    if walk.findings:
        raise damaged(folder, walk.findings)
    return Verified(
        first=first,
        head=walk.head,
        torn=tuple(walk.torn),
        pending=walk.unread,
        is_closed=saved is not None and saved.is_closed,
    )


def _start(first: int, anchors: list[Head]) -> Head:
    """The record before the first one; what it was is known for a new log, and where an anchor names it."""
    if first == 1:
        return NO_RECORDS
    return next((head for head in anchors if head.sequence == first - 1), Head(first - 1, UNKNOWN_DIGEST))


def _check_saved(saved: SavedHead, walk: Walk) -> None:
    """What the saved head says besides the digest of its record."""
    passed = walk.passed.get(saved.head.sequence)
    if passed is not None and Place(passed[1].file, passed[1].end) != saved.place:
        walk.findings.append(f"record {saved.head.sequence} is not where it was written")
    if saved.is_closed and walk.head.sequence > saved.head.sequence:
        walk.findings.append(f"records after {saved.head.sequence} were added after the log was closed")
    if saved.is_closed and walk.unread is not None:
        walk.findings.append("something was added after the log was closed")


def _check_anchor(head: Head, first: int, walk: Walk) -> None:
    """A head that was kept apart names a record that is in the log."""
    if head.sequence < first - 1:
        walk.findings.append(f"record {head.sequence} cannot be looked up: the log begins with record {first}")
    elif head.sequence > walk.head.sequence:
        walk.findings.append(f"the log ends with record {walk.head.sequence}, and had record {head.sequence}")
    elif head.sequence in walk.passed and walk.passed[head.sequence][0] != head.digest:
        walk.findings.append(f"record {head.sequence} is not the one that was written")
