"""Listing folders, however large they are: a few entries at a time are in memory, never all."""

from __future__ import annotations

import contextlib
import os
import stat
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from ._answers import answering
from ._codes import Refusal
from ._open_file import OpenFile
from ._stat import type_of

#: Entries that are read ahead: about one call of the system (getdents64 fills 32 KiB).
_BATCH: Final = 256


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """`directory-entry` of wasi:filesystem/types."""

    type: str
    name: str


class DirectoryEntryStream:
    """The resource `directory-entry-stream`. Entries come in the system's order, without `.` and `..`.

    A name that is no UTF-8 cannot be told: reading its entry fails with `illegal-byte-sequence`, and the next one
    follows.

    Args:
        folder: retained until this is closed.
    """

    def __init__(self, folder: OpenFile) -> None:
        folder.retain()
        self._folder = folder
        self._scan: Iterator[os.DirEntry[str]] | None = None
        self._ahead: deque[DirectoryEntry | None] = deque()
        self._is_closed = False

    @answering
    async def read_directory_entry(self) -> Any:
        """`read-directory-entry`."""
        if self._folder.held is not None:
            self._folder.held.check()
        if not self._ahead:
            self._ahead.extend(await self._folder.run(self._read_ahead))
        if not self._ahead:
            return None
        entry = self._ahead.popleft()
        if entry is None:
            raise Refusal("illegal-byte-sequence")
        return entry

    def _read_ahead(self) -> list[DirectoryEntry | None]:
        if self._scan is None:
            again = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=self._folder.fd)
            try:
                self._scan = os.scandir(again)
            finally:
                os.close(again)  # scandir has a descriptor of its own
        return [_told(entry) for entry in islice(self._scan, _BATCH)]

    def close(self) -> None:
        """The guest dropped it."""
        if self._is_closed:
            return
        self._is_closed = True
        scan = self._scan
        if isinstance(scan, contextlib.AbstractContextManager):
            scan.__exit__(None, None, None)
        self._folder.release()


def _told(entry: os.DirEntry[str]) -> DirectoryEntry | None:
    try:
        entry.name.encode()
    except UnicodeEncodeError:
        return None
    return DirectoryEntry(_type(entry), entry.name)


def _type(entry: os.DirEntry[str]) -> str:
    """From what the folder itself says, where that is enough."""
    if entry.is_symlink():
        return type_of(stat.S_IFLNK)
    if entry.is_dir(follow_symlinks=False):
        return type_of(stat.S_IFDIR)
    if entry.is_file(follow_symlinks=False):
        return type_of(stat.S_IFREG)
    try:
        return type_of(entry.stat(follow_symlinks=False).st_mode)
    except OSError:  # it is gone
        return "unknown"
