"""A thread that syncs a sink some time after something was written, and sleeps while nothing is."""

from __future__ import annotations

import threading
from collections.abc import Callable

from airssys.errors import AuditUnavailable


class Syncer:
    """Calls `sync` at most `seconds` after `note_write`, and again as long as it fails.

    What `sync` raises is not lost: a sink remembers it, and refuses to write.
    """

    def __init__(self, sync: Callable[[], None], seconds: float) -> None:
        self._sync = sync
        self._seconds = seconds
        self._written = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="airssys-audit-sync", daemon=True)
        self._thread.start()

    def note_write(self) -> None:
        """Something was written."""
        if not self._written.is_set():
            self._written.set()

    def stop(self) -> None:
        """Wait for the thread to end; it does not sync again."""
        self._stopping.set()
        self._written.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            self._written.wait()
            if self._stopping.wait(self._seconds):
                return
            self._written.clear()
            try:
                self._sync()
            except AuditUnavailable:
                self._written.set()
