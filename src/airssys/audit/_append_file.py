"""A file that only grows: a piece is appended whole, or not at all."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from airssys.storage import open_private_file


class AppendFile:
    """A file that is open for appending. Every failure is an `OSError`.

    Attributes:
        name: of the file, without its folder.
        size: in bytes.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._descriptor = open_private_file(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self.size = os.fstat(self._descriptor).st_size
        self._is_torn = False

    def append(self, piece: bytes) -> None:
        """Hand a piece to the operating system.

        Raises:
            OSError: it was not taken. A part that was taken is taken back, before the next piece at the latest.
        """
        if self._is_torn:
            self._cut()
        size = len(piece)
        written = 0
        try:
            written = os.write(self._descriptor, piece)
            while written < size:  # a disk that is nearly full takes a part, and refuses the rest
                written += os.write(self._descriptor, piece[written:])
        except OSError:
            self._is_torn = written > 0
            if self._is_torn:
                with contextlib.suppress(OSError):
                    self._cut()
            raise
        self.size += size

    def sync(self) -> None:
        """Wait until everything is on disk."""
        os.fdatasync(self._descriptor)

    def close(self) -> None:
        """Close it."""
        os.close(self._descriptor)

    def _cut(self) -> None:
        os.ftruncate(self._descriptor, self.size)
        self._is_torn = False
