"""A sink that keeps the latest records in memory: for tests, and for a host without a state directory."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Final

from airssys.errors import AuditUnavailable

from ._record import NO_RECORDS, Entry, Head, read_record
from ._sink import Opened

#: Records kept unless told otherwise; about 5 MB.
DEFAULT_KEPT: Final = 10_000


class MemorySink:
    """Keeps the latest records; older ones fall out.

    Args:
        kept: how many are kept.
    """

    def __init__(self, *, kept: int = DEFAULT_KEPT) -> None:
        self._lines: deque[bytes] = deque(maxlen=kept)
        self._head = NO_RECORDS
        self._is_open = False

    def open(self) -> Opened:
        """See `Sink`."""
        self._is_open = True
        return Opened(head=self._head)

    def write(self, line: bytes, head: Head) -> None:
        """See `Sink`."""
        if not self._is_open:
            raise AuditUnavailable("the audit log is closed")
        self._lines.append(line)
        self._head = head

    def sync(self) -> None:
        """See `Sink`."""

    def close(self) -> None:
        """See `Sink`."""
        self._is_open = False

    @property
    def lines(self) -> tuple[bytes, ...]:
        """The lines that are kept, line breaks included, oldest first."""
        return tuple(self._lines)

    def entries(self) -> Iterator[Entry]:
        """The records that are kept, oldest first."""
        for line in self.lines:
            entry = read_record(line)
            if entry is not None:
                yield entry
