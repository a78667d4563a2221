"""Following a chain line by line, and saying everything that is wrong with it. Pure."""

from __future__ import annotations

from hashlib import sha256

from ._events import TornLine
from ._files import Line
from ._record import Entry, Head, digest_of, read_record

#: The digest of a head that is not known: whatever the next record names before it is believed.
UNKNOWN_DIGEST = ""


class Walk:
    """A chain as far as it was followed.

    Attributes:
        head: the last record so far.
        line: its line; None when none was followed.
        records: how many there were.
        findings: one sentence for everything that no crash leaves behind.
        torn: what crashes left behind, each reported by the record after it.
        passed: the lines of the records that were to be watched for, with their digests.
    """

    def __init__(self, start: Head, *, watched: frozenset[int] = frozenset()) -> None:
        self.head = start
        self.line: Line | None = None
        self.records = 0
        self.findings: list[str] = []
        self.torn: list[TornLine] = []
        self.passed: dict[int, tuple[str, Line]] = {}
        self._watched = watched
        self._unread: list[Line] = []
        self._last: Line | None = None

    def follow(self, line: Line) -> None:
        """Take the next line. A last one that lacks nothing but its line break was written whole."""
        if self._last is not None and not self._last.is_whole and line.file != self._last.file:
            self.findings.append(f"{self._last.place}: the line does not end, and another file follows")
        self._last = line
        entry = read_record(line.content)
        if entry is None:
            self._unread.append(line)
            return
        if self._unread:
            self._account_for_unread(entry)
        self._check_place(line, entry)
        self.head = Head(entry.sequence, digest_of(line.content))
        self.line = line
        self.records += 1
        if entry.sequence in self._watched:
            self.passed[entry.sequence] = (self.head.digest, line)

    @property
    def unread(self) -> TornLine | None:
        """What stands after the last record and is none; None when nothing does."""
        if not self._unread:
            return None
        region = b"".join(line.content + b"\n" * line.is_whole for line in self._unread).removesuffix(b"\n")
        return TornLine(size_bytes=len(region), sha256=sha256(region).hexdigest())

    @property
    def lacks_line_break(self) -> bool:
        """The last line does not end."""
        return self._last is not None and not self._last.is_whole

    def _account_for_unread(self, entry: Entry) -> None:
        """Lines that are no records were torn by a crash if the next record says so, to the byte."""
        torn = self.unread
        reported = entry.event, entry.members.get("size_bytes"), entry.members.get("sha256")
        if torn is not None and reported == ("torn-line", torn.size_bytes, torn.sha256):
            self.torn.append(torn)
        else:
            self.findings += [f"{line.place}: this is no record" for line in self._unread]
        self._unread.clear()

    def _check_place(self, line: Line, entry: Entry) -> None:
        expected = self.head.sequence + 1
        if entry.sequence > expected:
            gap = f"record {expected} is" if entry.sequence == expected + 1 else f"records from {expected} on are"
            self.findings.append(f"{line.place}: {gap} missing before record {entry.sequence}")
        elif entry.sequence < expected:
            self.findings.append(f"{line.place}: record {entry.sequence} stands after record {self.head.sequence}")
        elif self.head.digest not in (entry.previous, UNKNOWN_DIGEST):
            self.findings.append(f"{line.place}: what stands before record {entry.sequence} is not what stood there")
