"""A sink that writes records to standard output, or to any descriptor: for log collectors."""

from __future__ import annotations

import os

from airssys.errors import AuditUnavailable

from ._record import NO_RECORDS, Head
from ._sink import Opened


class StreamSink:
    """Writes each record at once. Each opening begins a new chain, because what was written cannot be read back.

    Args:
        descriptor: where to; standard output by default. It stays open.
    """

    def __init__(self, descriptor: int = 1) -> None:
        self._descriptor = descriptor
        self._fault: str | None = "the audit log is closed"

    def open(self) -> Opened:
        """See `Sink`."""
        self._fault = None
        return Opened(head=NO_RECORDS)

    def write(self, line: bytes, head: Head) -> None:
        """See `Sink`. A line of which only a part was taken cannot be taken back: nothing is written after it."""
        if self._fault is not None:
            raise AuditUnavailable(self._fault)
        rest = memoryview(line)
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError as error:
            reason = f"descriptor {self._descriptor} takes no audit records: {error.strerror}"
            if len(rest) < len(line):
                self._fault = reason
            raise AuditUnavailable(reason) from error

    def sync(self) -> None:
        """See `Sink`. A stream has nothing that could be waited for."""

    def close(self) -> None:
        """See `Sink`."""
        self._fault = "the audit log is closed"
