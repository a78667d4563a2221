"""Finding where a log continues: after its saved head, past what a crash left, and nowhere if anybody changed it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from airssys.errors import AuditDamaged

from ._events import TornLine
from ._files import MAX_LINE_BYTES, files_in, first_of, lines_of
from ._head_file import Place, SavedHead, load_head
from ._record import digest_of
from ._walk import Walk


@dataclass(frozen=True, slots=True, kw_only=True)
class Continuation:
    """Where a log continues.

    Attributes:
        saved: its last record, and where that ends once the last line has its line break.
        file: the file that is written on; None when there is none yet.
        torn: what stands after the last record and is none; None when nothing does.
        lacks_line_break: the last line of the file does not end.
        is_marked_open: the head on disk says that the log is being written.
    """

    saved: SavedHead
    file: Path | None
    torn: TornLine | None
    lacks_line_break: bool
    is_marked_open: bool


def find_end(folder: Path, head_path: Path) -> Continuation:
    """Where the log of a folder continues. Reads what came after the saved head, which is what one crash can leave.

    Raises:
        AuditDamaged: the log is not as it was left.
        OSError: it cannot be read.
    """
    files = files_in(folder)
    saved = _saved_head(head_path, files)
    _require_record(folder, saved)
    walk = Walk(saved.head)
    for path in files:
        if path.name >= saved.place.file:
            _follow(path, saved, walk)
    if walk.findings:
        raise damaged(folder, walk.findings)
    place = saved.place
    if walk.line is not None:
        place = Place(walk.line.file, walk.line.end + (not walk.line.is_whole))
    return Continuation(
        saved=SavedHead(head=walk.head, place=place),
        file=files[-1] if files else None,
        torn=walk.unread,
        lacks_line_break=walk.lacks_line_break,
        is_marked_open=head_path.exists() and not saved.is_closed,
    )


def _follow(path: Path, saved: SavedHead, walk: Walk) -> None:
    """Follow a file from the saved head on."""
    is_saved = path.name == saved.place.file
    if not is_saved and first_of(path.name) != walk.head.sequence + 1:
        walk.findings.append(f"{path.name} does not begin after record {walk.head.sequence}")
    for line in lines_of(path, saved.place.end if is_saved else 0):
        if saved.is_closed:
            walk.findings.append(f"{path.name} was written to after the log was closed")
            return
        walk.follow(line)


def damaged(folder: Path, findings: list[str]) -> AuditDamaged:
    """The error that tells everything that was found."""
    return AuditDamaged(
        f"the audit log in {folder} is not as it was written:\n" + "\n".join(f"  {each}" for each in findings),
        findings=tuple(findings),
    )


def _saved_head(head_path: Path, files: list[Path]) -> SavedHead:
    if not head_path.exists():
        if files:
            raise damaged(files[0].parent, [f"{head_path.name} is gone, and there are records"])
        return SavedHead()
    saved = load_head(head_path)
    if saved is None:
        raise damaged(head_path.parent, [f"{head_path.name} is not as it was written"])
    return saved


def _require_record(folder: Path, saved: SavedHead) -> None:
    """The record that the head names is where the head says."""
    sequence = saved.head.sequence
    if sequence == 0:
        return
    name, end = saved.place
    start = max(0, end - MAX_LINE_BYTES)
    try:
        with (folder / name).open("rb") as file:
            file.seek(start)
            content = file.read(end - start)
    except FileNotFoundError:
        raise damaged(folder, [f"{name} is gone, which had record {sequence}"]) from None
    if start + len(content) < end:
        raise damaged(folder, [f"{name} was cut off: it ended with record {sequence} or later"])
    if digest_of(content.removesuffix(b"\n").rpartition(b"\n")[2]) != saved.head.digest:
        raise damaged(folder, [f"{name}: record {sequence} is not the one that was written"])
