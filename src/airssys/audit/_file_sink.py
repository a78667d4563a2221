"""The sink of a host with a state directory: files that only grow, one after another, and the head beside them.

Promise: when `write` returns, the record has left this process: killing it loses nothing. At most `sync_seconds` later
the record and the head that names it are on disk: a power cut loses no more than that. What could not be written was
not written at all. docs/adr/0011-audit-durability.md has the reasons.
"""

from __future__ import annotations

import fcntl
import os
import threading
from pathlib import Path
from typing import Final, TypeAlias

from airssys.errors import AuditBusy, AuditUnavailable
from airssys.storage import make_private_folder, open_private_file, sync_folder

from ._append_file import AppendFile
from ._files import file_name
from ._head_file import HEAD_FILE, Place, SavedHead
from ._record import Head
from ._recovery import find_end
from ._sink import Opened
from ._syncer import Syncer

#: A file of some 150,000 records: small enough to copy away, and to be read at once.
DEFAULT_MAX_FILE_BYTES: Final = 64 * 1024 * 1024

#: How long a record may be on its way to the disk, unless told otherwise; as Redis (`appendfsync everysec`) has it.
DEFAULT_SYNC_SECONDS: Final = 1.0

_LOCK_FILE: Final = "lock"

#: The last record, and where it ends.
_Position: TypeAlias = tuple[Head, Place]


class FileSink:
    """Appends to the log of a folder.

    Args:
        folder: made with mode 0700; one process at a time writes there.
        head_path: where the head is kept; in the folder unless told otherwise. In another folder, best on another disk,
            it is not rolled back together with the records.
        max_file_bytes: a file that would grow larger is followed by the next one.
        sync_seconds: how long a record may be on its way to the disk; None for until `sync` or `close`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        head_path: Path | None = None,
        max_file_bytes: int = DEFAULT_MAX_FILE_BYTES,
        sync_seconds: float | None = DEFAULT_SYNC_SECONDS,
    ) -> None:
        self.folder = folder
        self.head_path = folder / HEAD_FILE if head_path is None else head_path
        self._max_file_bytes = max_file_bytes
        self._sync_seconds = sync_seconds
        self._sync_lock = threading.Lock()
        self._lock_file: int | None = None
        self._file: AppendFile | None = None
        self._syncer: Syncer | None = None
        self._written: _Position | None = None
        self._saved: _Position | None = None
        self._fault: str | None = None
        self._is_behind = False

    def open(self) -> Opened:
        """See `Sink`.

        Raises:
            AuditBusy: another process writes there.
            AuditUnavailable: the folder cannot be written.
            AuditDamaged: the log was changed since it was last written.
        """
        try:
            make_private_folder(self.folder)
            self._take_lock()
            return self._continue()
        except OSError as error:
            self._release()
            raise self._unavailable(error) from error
        except BaseException:
            self._release()
            raise

    def write(self, line: bytes, head: Head) -> None:
        """See `Sink`."""
        file = self._file
        if file is None or self._fault is not None:
            raise AuditUnavailable(self._fault or f"the audit log in {self.folder} is closed")
        try:
            if self._is_behind:
                self.sync()
            if file.size + len(line) > self._max_file_bytes and file.size > 0:
                file = self._begin_file(head.sequence)
            file.append(line)
            self._written = (head, Place(file.name, file.size))
        except OSError as error:
            raise self._unavailable(error) from error
        except AuditUnavailable:
            raise
        except BaseException:
            self._fault = f"the audit log in {self.folder} was interrupted while it wrote: open it again"
            raise
        if self._syncer is not None:
            self._syncer.note_write()

    def sync(self) -> None:
        """See `Sink`. Any thread may sync; those that wait meanwhile share the next one."""
        with self._sync_lock:
            written, file = self._written, self._file
            if self._fault is not None:
                raise AuditUnavailable(self._fault)
            if file is None or written is None or written == self._saved:
                return
            self._is_behind = True
            self._save(file, SavedHead(head=written[0], place=written[1]))
            self._saved = written
            self._is_behind = False

    def close(self) -> None:
        """See `Sink`."""
        if self._syncer is not None:
            self._syncer.stop()
        try:
            if self._file is not None and self._written is not None:
                self.sync()
                self._save(self._file, SavedHead(head=self._written[0], place=self._written[1], is_closed=True))
        finally:
            self._release()

    def _continue(self) -> Opened:
        found = find_end(self.folder, self.head_path)
        if not found.is_marked_open:
            found.saved.save(self.head_path)
        self._file = AppendFile(found.file or self.folder / file_name(found.saved.head.sequence + 1))
        sync_folder(self.folder)
        if found.lacks_line_break:
            self._file.append(b"\n")
        # What is torn is reported by the next record; until then the head stays where it is.
        self._written = None if found.torn else (found.saved.head, found.saved.place)
        self._saved = None
        self._fault = None
        self._is_behind = False
        if self._sync_seconds is not None:
            self._syncer = Syncer(self.sync, self._sync_seconds)
        return Opened(head=found.saved.head, torn=found.torn)

    def _begin_file(self, first: int) -> AppendFile:
        """Go on in a new file, once everything before it is on disk."""
        self.sync()
        with self._sync_lock:
            following = AppendFile(self.folder / file_name(first))
            sync_folder(self.folder)
            if self._file is not None:
                self._file.close()
            self._file = following
        return following

    def _save(self, file: AppendFile, saved: SavedHead) -> None:
        """See that the records are on disk, then the head that names them: never the other way round."""
        try:
            file.sync()
        except OSError as error:
            # What did not reach the disk may look as if it had: nothing more is written after it.
            self._fault = str(self._unavailable(error))
            raise AuditUnavailable(self._fault) from error
        try:
            saved.save(self.head_path)
        except OSError as error:
            raise self._unavailable(error) from error

    def _take_lock(self) -> None:
        self._lock_file = open_private_file(self.folder / _LOCK_FILE, os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AuditBusy(f"another host writes the audit log in {self.folder}") from None

    def _release(self) -> None:
        self._syncer = self._written = self._saved = None
        file, self._file = self._file, None
        if file is not None:
            file.close()
        lock, self._lock_file = self._lock_file, None
        if lock is not None:
            os.close(lock)

    def _unavailable(self, error: OSError) -> AuditUnavailable:
        return AuditUnavailable(f"the audit log in {self.folder} cannot be written: {error.strerror or error}")
