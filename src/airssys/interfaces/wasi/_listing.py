"""Listing folders, however large they are: a few entries at a time are in memory, never all."""

from __future__ import annotations

import contextlib
import os
import stat
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from ._answers import answering
from ._codes import Refusal
from ._open_file import Descriptors, OpenFile
from ._rights import Held
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
        held: what was granted for listing it.
        descriptors: where the one that this opens is counted.

    Raises:
        Refusal: too many files are open.
    """

    def __init__(self, folder: OpenFile, held: Held, descriptors: Descriptors) -> None:
        descriptors.take()
        folder.retain()
        self._folder = folder
        self._held = held
        self._descriptors = descriptors
        self._scan: Iterator[os.DirEntry[str]] | None = None
        self._ahead: deque[DirectoryEntry | None] = deque()
        self._is_closed = self._is_put_away = False
        self._in_use = threading.Lock()  # of whoever is inside the system's listing, which two must not be

    @answering
    async def read_directory_entry(self) -> Any:
        """`read-directory-entry`."""
        self._held.check()
        if not self._ahead:
            self._ahead.extend(await self._folder.run(self._read_ahead))
        if not self._ahead:
            return None
        entry = self._ahead.popleft()
        if entry is None:
            raise Refusal("illegal-byte-sequence")
        return entry

    def _read_ahead(self) -> list[DirectoryEntry | None]:
        """On a thread. When the guest is gone by the end of it, nobody else puts the listing away."""
        try:
            with self._in_use:
                if self._is_closed:
                    return []
                if self._scan is None:  # by a path, so that entries can be asked about without another descriptor
                    self._scan = os.scandir(f"/proc/self/fd/{self._folder.fd}")
                return [_told(entry) for entry in islice(self._scan, _BATCH)]
        finally:
            if self._is_closed:
                self._put_away()

    def close(self) -> None:
        """The guest dropped it, or is gone."""
        self._is_closed = True
        if self._in_use.acquire(blocking=False):
            self._in_use.release()
            self._put_away()

    def _put_away(self) -> None:
        with self._in_use:
            if self._is_put_away:
                return
            self._is_put_away = True
            scan = self._scan
            if isinstance(scan, contextlib.AbstractContextManager):
                scan.__exit__(None, None, None)
        self._descriptors.give_back()
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
