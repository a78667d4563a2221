"""Where `airssys run` records: a log of its own, since a log has one writer at a time and many components may run."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from airssys.audit import FileSink, Head, Opened
from airssys.errors import AuditBusy, AuditUnavailable

#: In the state folder; the logs in it are numbered from 1.
RUN_AUDIT_FOLDER: Final = "audit-runs"

#: Runs with one state folder at the same time that find a log; far more than a machine has cores.
MAX_LOGS: Final = 1000


class RunSink:
    """Continues the first log of a state folder that no other run writes at the moment, so that runs one after another
    share one. See `Sink`.

    Args:
        state: the state folder.
    """

    def __init__(self, state: Path) -> None:
        self._folder = state / RUN_AUDIT_FOLDER
        self._sink: FileSink | None = None

    def open(self) -> Opened:
        """See `Sink`.

        Raises:
            AuditUnavailable: no log can be written.
            AuditDamaged: that log was changed since it was last written.
        """
        for number in range(1, MAX_LOGS + 1):
            sink = FileSink(self._folder / str(number))
            try:
                opened = sink.open()
            except AuditBusy:
                continue
            self._sink = sink
            return opened
        raise AuditBusy(f"{MAX_LOGS} components run with the logs in {self._folder} already")

    def write(self, line: bytes, head: Head) -> None:
        """See `Sink`."""
        if self._sink is None:
            raise AuditUnavailable(f"the audit log in {self._folder} is closed")
        self._sink.write(line, head)

    def sync(self) -> None:
        """See `Sink`."""
        if self._sink is not None:
            self._sink.sync()

    def close(self) -> None:
        """See `Sink`."""
        sink, self._sink = self._sink, None
        if sink is not None:
            sink.close()
