"""The resource `descriptor` of wasi:filesystem/types: an open file, or a folder that paths start at.

What each method needs is decided on the file that the path leads to, never on the path as it is written. Whatever may
wait for a disk runs on a thread; what the kernel has at hand is answered at once.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Final, TypeVar

from airssys.capabilities import Action
from airssys.engine import Case

from . import _entries as entries
from ._answers import answering
from ._codes import Refusal
from ._file_io import MAX_OFFSET, read_at, require_open, set_size, write_at
from ._file_streams import FileInput, FileOutput
from ._kernel import place_of
from ._listing import DirectoryEntryStream
from ._open_file import OpenFile
from ._opening import Wish, manner_of, open_at
from ._paths import Files, find
from ._stat import MetadataHash, NewTimes, Status, new_times, type_of

T = TypeVar("T")

_READ, _WRITE = Action.READ, Action.WRITE
_ADVICE: Final = {
    "normal": os.POSIX_FADV_NORMAL,
    "sequential": os.POSIX_FADV_SEQUENTIAL,
    "random": os.POSIX_FADV_RANDOM,
    "will-need": os.POSIX_FADV_WILLNEED,
    "dont-need": os.POSIX_FADV_DONTNEED,
    "no-reuse": os.POSIX_FADV_NOREUSE,
}


class Descriptor:
    """See wasi:filesystem 0.2 for what each method promises.

    Args:
        files: of the component.
        file: taken over.
        now_ns: what time a timestamp `now` is, in nanoseconds since 1970.
    """

    __slots__ = ("_files", "_is_closed", "_now_ns", "file")

    def __init__(self, files: Files, file: OpenFile, now_ns: Callable[[], int]) -> None:
        self.file = file
        self._files = files
        self._now_ns = now_ns
        self._is_closed = False

    def close(self) -> None:
        """The guest dropped it. Streams that it gave stay."""
        if not self._is_closed:
            self._is_closed = True
            self.file.release()

    # -- what is in a file

    @answering
    async def read_via_stream(self, offset: int) -> Any:
        """`read-via-stream`."""
        require_open(self.file, _READ)
        return FileInput(self.file, offset)

    @answering
    async def write_via_stream(self, offset: int) -> Any:
        """`write-via-stream`."""
        require_open(self.file, _WRITE)
        return FileOutput(self.file, offset, self._files.storage)

    @answering
    async def append_via_stream(self) -> Any:
        """`append-via-stream`."""
        require_open(self.file, _WRITE)
        return FileOutput(self.file, None, self._files.storage)

    @answering
    async def read(self, length: int, offset: int) -> Any:
        """`read`."""
        data = await read_at(self.file, length, offset)
        return data, not data and length > 0

    @answering
    async def write(self, buffer: bytes, offset: int) -> Any:
        """`write`."""
        return await write_at(self.file, buffer, offset, self._files.storage)

    @answering
    async def set_size(self, size: int) -> Any:
        """`set-size`."""
        file = self.file
        if not file.is_folder and "write" not in file.flags:
            await file.look(lambda: self._files.rights.require(place_of(file.fd), _WRITE))
            raise Refusal("invalid")  # it may be written, and was not opened for that (ftruncate(2))
        await set_size(file, size, self._files.storage)

    @answering
    async def advise(self, offset: int, length: int, advice: str) -> Any:
        """`advise`."""
        file = self.file
        if file.is_folder or file.held is None:
            raise Refusal("bad-descriptor")
        file.held.check()
        if offset > MAX_OFFSET or length > MAX_OFFSET:
            raise Refusal("invalid")
        await file.run(lambda: os.posix_fadvise(file.fd, offset, length, _ADVICE[advice]))

    @answering
    async def sync(self) -> Any:
        """`sync`."""
        await self._synchronise(os.fsync)

    @answering
    async def sync_data(self) -> Any:
        """`sync-data`."""
        await self._synchronise(os.fdatasync)

    async def _synchronise(self, synchronise: Callable[[int], None]) -> None:
        file = self.file
        if file.held is None:
            await file.look(self._require_writing)
        else:
            file.held.check()
        await file.run(lambda: _synchronise(file, synchronise))

    def _require_writing(self) -> None:
        """Of a folder that may not be read: it may be written, then."""
        self._files.rights.require(place_of(self.file.fd), _WRITE)

    # -- what a file is

    @answering
    async def get_flags(self) -> Any:
        """`get-flags`."""
        return self.file.flags

    @answering
    async def get_type(self) -> Any:
        """`get-type`."""
        return type_of(self.file.mode)

    @answering
    async def stat(self) -> Any:
        """`stat`."""
        return Status.of(await self._status())

    @answering
    async def metadata_hash(self) -> Any:
        """`metadata-hash`."""
        return MetadataHash.of(await self._status())

    async def _status(self) -> os.stat_result:
        """Metadata are there for whoever opened the file, for whatever; a folder has to be readable where it is now."""
        file = self.file
        if file.held is None or file.is_folder:
            await file.look(lambda: self._files.rights.require(place_of(file.fd), _READ))
        else:
            file.held.check()
        return await file.look(lambda: os.fstat(file.fd))

    @answering
    async def stat_at(self, path_flags: frozenset[str], path: str) -> Any:
        """`stat-at`."""
        return Status.of(await self._status_at(path_flags, path))

    @answering
    async def metadata_hash_at(self, path_flags: frozenset[str], path: str) -> Any:
        """`metadata-hash-at`."""
        return MetadataHash.of(await self._status_at(path_flags, path))

    async def _status_at(self, path_flags: frozenset[str], path: str) -> os.stat_result:
        base, follow = self._folder, "symlink-follow" in path_flags
        return await base.find(lambda cached: _status_at(self._files, base, path, follow=follow, cached=cached))

    @answering
    async def set_times(self, access: Case, modification: Case) -> Any:
        """`set-times`."""
        file, times = self.file, (access, modification, self._now_ns())

        def set_times() -> None:
            self._files.rights.require(place_of(file.fd), _WRITE)
            _set_times(file.fd, times)

        await file.run(set_times)

    @answering
    async def set_times_at(self, path_flags: frozenset[str], path: str, access: Case, modification: Case) -> Any:
        """`set-times-at`."""
        files, times = self._files, (access, modification, self._now_ns())
        names_folder = path.rpartition("/")[2] in ("", ".", "..")  # the system follows links there, whatever it is told
        act = _set_times_at if names_folder or "symlink-follow" in path_flags else entries.set_times
        await self._on_folder(lambda base: act(files, base, path, times))

    def is_same_object(self, other: Descriptor) -> bool:
        """`is-same-object`."""
        return self.file.identity == other.file.identity

    # -- what is in a folder

    @answering
    async def open_at(
        self, path_flags: frozenset[str], path: str, open_flags: frozenset[str], flags: frozenset[str]
    ) -> Any:
        """`open-at`."""
        wish = Wish(path, manner_of(path_flags, open_flags, flags))
        return Descriptor(self._files, await open_at(self._files, self._folder, wish), self._now_ns)

    @answering
    async def read_directory(self) -> Any:
        """`read-directory`."""
        folder = self._folder
        held = await folder.look(lambda: self._files.rights.require(place_of(folder.fd), _READ))
        return DirectoryEntryStream(folder, held, self._files.descriptors)

    @answering
    async def create_directory_at(self, path: str) -> Any:
        """`create-directory-at`."""
        await self._on_folder(lambda base: entries.create_folder(self._files, base, path))

    @answering
    async def remove_directory_at(self, path: str) -> Any:
        """`remove-directory-at`."""
        await self._on_folder(lambda base: entries.remove_folder(self._files, base, path))

    @answering
    async def unlink_file_at(self, path: str) -> Any:
        """`unlink-file-at`."""
        await self._on_folder(lambda base: entries.unlink(self._files, base, path))

    @answering
    async def readlink_at(self, path: str) -> Any:
        """`readlink-at`."""
        return await self._on_folder(lambda base: entries.read_link(self._files, base, path))

    @answering
    async def symlink_at(self, old_path: str, new_path: str) -> Any:
        """`symlink-at`."""
        await self._on_folder(lambda base: entries.symlink(self._files, base, old_path, new_path))

    @answering
    async def link_at(self, path_flags: frozenset[str], old_path: str, new: Descriptor, new_path: str) -> Any:
        """`link-at`."""
        if "symlink-follow" in path_flags:
            raise Refusal("invalid")
        await self._on_folders(new, lambda base, there: entries.link(self._files, base, old_path, there, new_path))

    @answering
    async def rename_at(self, old_path: str, new: Descriptor, new_path: str) -> Any:
        """`rename-at`."""
        await self._on_folders(new, lambda base, there: entries.rename(self._files, base, old_path, there, new_path))

    @property
    def _folder(self) -> OpenFile:
        if not self.file.is_folder:
            raise Refusal("not-directory")
        return self.file

    async def _on_folder(self, work: Callable[[OpenFile], T]) -> T:
        folder = self._folder
        return await folder.run(lambda: work(folder))

    async def _on_folders(self, new: Descriptor, work: Callable[[OpenFile, OpenFile], T]) -> T:
        folder, there = self._folder, new._folder

        def both() -> T:
            try:
                return work(folder, there)
            finally:
                there.release()

        there.retain()
        return await folder.run(both)


def _status_at(files: Files, base: OpenFile, path: str, *, follow: bool, cached: bool) -> os.stat_result:
    handle = find(files, base, path, _READ, follow=follow, cached=cached)
    try:
        place = place_of(handle)
        status = os.fstat(handle)
        files.rights.require(place, _READ)
        return status
    finally:
        os.close(handle)


def _set_times_at(files: Files, base: OpenFile, path: str, times: NewTimes) -> None:
    handle = find(files, base, path, _WRITE, follow=True)
    try:
        files.rights.require(place_of(handle), _WRITE)
        _set_times(handle, times)
    finally:
        os.close(handle)


def _set_times(handle: int, times: NewTimes) -> None:
    """Of the file that a handle is on, which is no link."""
    os.utime(b"/proc/self/fd/%d" % handle, ns=new_times(*times, os.fstat(handle)))


def _synchronise(file: OpenFile, synchronise: Callable[[int], None]) -> None:
    if not file.is_folder:
        synchronise(file.fd)
        return
    again = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=file.fd)
    try:
        synchronise(again)
    finally:
        os.close(again)
