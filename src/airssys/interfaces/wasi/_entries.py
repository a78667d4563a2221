"""Making, removing, moving and linking the entries of folders.

Every function runs on a thread that may wait. What it acts on is a name in a folder that was found first, and that
cannot become another folder meanwhile; a link that has that name is never followed.
"""

from __future__ import annotations

import os
import posixpath
import stat
from typing import Final

from airssys.capabilities import Action

from ._codes import Refusal
from ._kernel import place_of
from ._open_file import OpenFile
from ._paths import Entry, Files, entry_of, find
from ._stat import NewTimes, new_times

_READ, _WRITE = Action.READ, Action.WRITE
#: Permissions of new folders, before the process's umask: what mkdir(2) is usually given.
_FOLDER_MODE: Final = 0o777


def create_folder(files: Files, base: OpenFile, path: str) -> None:
    """`create-directory-at`."""
    with entry_of(files, base, path, _WRITE) as entry:
        files.rights.require(entry.place, _WRITE)
        if entry.is_dots:
            raise Refusal("exist")
        os.mkdir(entry.name, _FOLDER_MODE, dir_fd=entry.folder)


def remove_folder(files: Files, base: OpenFile, path: str) -> None:
    """`remove-directory-at`."""
    with entry_of(files, base, path, _WRITE) as entry:
        files.rights.require(entry.place, _WRITE)
        if entry.is_dots:
            raise Refusal("invalid" if entry.name.rstrip("/") == "." else "not-empty")
        os.rmdir(entry.name, dir_fd=entry.folder)


def unlink(files: Files, base: OpenFile, path: str) -> None:
    """`unlink-file-at`."""
    with entry_of(files, base, path, _WRITE) as entry:
        files.rights.require(entry.place, _WRITE)
        if entry.is_dots:
            raise Refusal("is-directory")
        size = _last_size(entry)
        os.unlink(entry.name, dir_fd=entry.folder)
        files.storage.give_back(size)


def rename(files: Files, base: OpenFile, path: str, new_base: OpenFile, new_path: str) -> None:
    """`rename-at`."""
    with (
        entry_of(files, base, path, _WRITE) as old,
        entry_of(files, new_base, new_path, _WRITE) as new,
    ):
        is_folder = not old.is_dots and _is_folder(old)
        files.rights.require_move(old.place, new.place, folder=is_folder)
        if old.is_dots or new.is_dots:
            raise Refusal("busy")
        size = _last_size(new)
        os.rename(old.name, new.name, src_dir_fd=old.folder, dst_dir_fd=new.folder)
        files.storage.give_back(size)


def link(files: Files, base: OpenFile, path: str, new_base: OpenFile, new_path: str) -> None:
    """`link-at`. Links at the end of the old path are not followed."""
    with (
        entry_of(files, base, path, _WRITE) as old,
        entry_of(files, new_base, new_path, _WRITE) as new,
    ):
        files.rights.require_move(old.place, new.place, folder=False)
        if old.is_dots:
            raise Refusal("not-permitted")
        if new.is_dots:
            raise Refusal("exist")
        os.link(old.name, new.name, src_dir_fd=old.folder, dst_dir_fd=new.folder, follow_symlinks=False)


def symlink(files: Files, base: OpenFile, target: str, path: str) -> None:
    """`symlink-at`. The target stays below the preopened folder, as it is written: other programs may follow it."""
    with entry_of(files, base, path, _WRITE) as entry:
        files.rights.require(entry.place, _WRITE)
        if entry.is_dots:
            raise Refusal("exist")
        if entry.name.endswith("/") and _is_no_folder(entry):
            raise Refusal("not-directory")
        if not target:
            raise Refusal("no-entry")
        if "\0" in target:
            raise Refusal("invalid")
        leads_to = posixpath.normpath(posixpath.join(posixpath.dirname(entry.place), target))
        if target.startswith("/") or not is_below(leads_to, base.root):
            raise Refusal("not-permitted")
        os.symlink(target, entry.name, dir_fd=entry.folder)


def is_below(place: str, folder: str) -> bool:
    """Whether a path is a folder's own, or that of something in it.

    >>> is_below("/srv/a", "/srv"), is_below("/srv2", "/srv"), is_below("/x", "/")
    (True, False, True)
    """
    return place == folder or place.startswith(folder.rstrip("/") + "/")


def read_link(files: Files, base: OpenFile, path: str) -> str:
    """`readlink-at`."""
    handle = find(files, base, path, _READ, follow=False)
    try:
        files.rights.require(place_of(handle), _READ)
        if not stat.S_ISLNK(os.fstat(handle).st_mode):
            raise Refusal("invalid")
        target = os.readlink(b"", dir_fd=handle)
    finally:
        os.close(handle)
    if target.startswith(b"/"):  # where things are on this machine is not the guest's business
        raise Refusal("not-permitted")
    try:
        return target.decode()
    except UnicodeDecodeError:
        raise Refusal("illegal-byte-sequence") from None


def set_times(files: Files, base: OpenFile, path: str, times: NewTimes) -> None:
    """`set-times-at` that does not follow a link at the end: of the link itself, if it is one."""
    with entry_of(files, base, path, _WRITE) as entry:
        files.rights.require(entry.place, _WRITE)
        name = entry.name or "."
        status = os.stat(name, dir_fd=entry.folder, follow_symlinks=False)
        os.utime(name, ns=new_times(*times, status), dir_fd=entry.folder, follow_symlinks=False)


def _is_folder(entry: Entry) -> bool:
    """Whether there is a folder of that name."""
    status = _status(entry)
    return status is not None and stat.S_ISDIR(status.st_mode)


def _is_no_folder(entry: Entry) -> bool:
    """Whether there is something else of that name."""
    status = _status(entry)
    return status is not None and not stat.S_ISDIR(status.st_mode)


def _last_size(entry: Entry) -> int:
    """The bytes that go when an entry goes: those of a file that has no other name."""
    status = _status(entry)
    if status is None or not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:
        return 0
    return status.st_size


def _status(entry: Entry) -> os.stat_result | None:
    try:
        return os.stat(entry.name.rstrip("/"), dir_fd=entry.folder, follow_symlinks=False)
    except OSError:  # there is no such entry
        return None
