"""Where the command line records what people decide about approvals."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from airssys.audit import AuditLog, Event, FileSink
from airssys.clock import Clock

#: In the state folder, beside the log of the host: a log has one writer, and the host goes on writing its own.
APPROVAL_AUDIT_FOLDER: Final = "audit-approvals"


class EachRecord:
    """A log that is opened for each record. Steps of approvals are made inside a transaction of the database, which
    lets one process in at a time: so several commands can share the log, one after another.

    Args:
        folder: of the log.
        clock: where the times of the records come from.
    """

    def __init__(self, folder: Path, *, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock

    def append(self, event: Event, /, *, durable: bool = False) -> int:
        """Record an event; it is on disk when the call returns.

        Raises:
            AuditUnavailable: it could not be written.
            AuditDamaged: the log was changed since it was last written.
        """
        with AuditLog(FileSink(self._folder, sync_seconds=None), clock=self._clock) as log:
            return log.append(event, durable=durable)
