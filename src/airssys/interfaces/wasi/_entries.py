"""Making, removing, moving and linking the entries of folders.

Every function runs on a thread that may wait. What it acts on is a name in a folder that was found first, and that
cannot become another folder meanwhile; a link that has that name is never followed.
"""

from __future__ import annotations

import os
import posixpath
import stat
import threading
from itertools import pairwise
from typing import Final

from airssys.capabilities import Action

from ._codes import Refusal, code_of
from ._kernel import is_below, place_of
from ._open_file import OpenFile
from ._paths import Entry, Files, entry_of, find
from ._rights import ENTRY_BYTES, new_entry
from ._stat import NewTimes, new_times

_READ, _WRITE = Action.READ, Action.WRITE
#: Held from the decision about a move until it is made: two components that move things at the same time could bring
#: under a name what was not there when it was decided.
_moving: Final = threading.Lock()
#: Permissions of new folders, before the process's umask: what mkdir(2) is usually given.
_FOLDER_MODE: Final = 0o777


def create_folder(files: Files, base: OpenFile, path: str) -> None:
    """`create-directory-at`."""
    with entry_of(files, base, path, _WRITE) as entry:
        files.rights.require(entry.place, _WRITE)
        if entry.is_dots:
            raise Refusal("exist")
        with new_entry(files.storage):
            os.mkdir(entry.name, _FOLDER_MODE, dir_fd=entry.folder)


def remove_folder(files: Files, base: OpenFile, path: str) -> None:
    """`remove-directory-at`."""
    with entry_of(files, base, path, _WRITE) as entry:
        files.rights.require(entry.place, _WRITE)
        if entry.is_dots:
            raise Refusal("invalid" if entry.name.rstrip("/") == "." else "not-empty")
        os.rmdir(entry.name, dir_fd=entry.folder)
        files.storage.give_back(ENTRY_BYTES)


def unlink(files: Files, base: OpenFile, path: str) -> None:
    """`unlink-file-at`."""
    with entry_of(files, base, path, _WRITE) as entry:
        files.rights.require(entry.place, _WRITE)
        if entry.is_dots:
            raise Refusal("is-directory")
        status = _status(entry)
        os.unlink(entry.name, dir_fd=entry.folder)
        _give_back(files, status)


def rename(files: Files, base: OpenFile, path: str, new_base: OpenFile, new_path: str) -> None:
    """`rename-at`."""
    with (
        _moving,
        entry_of(files, base, path, _WRITE) as old,
        entry_of(files, new_base, new_path, _WRITE) as new,
    ):
        moved = None if old.is_dots else _status(old)
        is_folder = moved is not None and stat.S_ISDIR(moved.st_mode)
        files.rights.require_move(old.place, new.place, folder=is_folder)
        if old.is_dots or new.is_dots:
            raise Refusal("busy")
        _check_target(old, new, new_base)
        replaced = _status(new)
        os.rename(old.name, new.name, src_dir_fd=old.folder, dst_dir_fd=new.folder)
        if moved is not None and replaced is not None and not os.path.samestat(moved, replaced):
            _give_back(files, replaced)


def link(files: Files, base: OpenFile, path: str, new_base: OpenFile, new_path: str) -> None:
    """`link-at`. Links at the end of the old path are not followed; the new name is for the very file that was decided
    about, whatever has its old name by then.
    """
    with (
        _moving,
        entry_of(files, base, path, _WRITE) as old,
        entry_of(files, new_base, new_path, _WRITE) as new,
    ):
        if old.is_dots:
            files.rights.require_move(old.place, new.place, folder=False)
            raise Refusal("not-permitted")
        handle = _handle_of(files, old)
        try:
            files.rights.require_move(place_of(handle), new.place, folder=False)
            if new.is_dots:
                raise Refusal("exist")
            with new_entry(files.storage):
                _link(handle, old, new, new_base)
        finally:
            os.close(handle)


def _handle_of(files: Files, old: Entry) -> int:
    """A handle on what an entry is, and not on what it leads to.

    Raises:
        Refusal, Denied: there is nothing of that name.
    """
    try:
        return files.resolver.find(old.folder, old.name.rstrip("/"), follow=False)
    except OSError as error:
        files.rights.require(old.place, _WRITE)
        raise Refusal(code_of(error)) from None


def _link(handle: int, old: Entry, new: Entry, new_base: OpenFile) -> None:
    mode = os.fstat(handle).st_mode
    if old.name.endswith("/") and not stat.S_ISDIR(mode):
        raise Refusal("not-directory")
    if stat.S_ISLNK(mode):
        _check_target(old, new, new_base)
        os.link(old.name, new.name, src_dir_fd=old.folder, dst_dir_fd=new.folder, follow_symlinks=False)
    else:
        os.link(f"/proc/self/fd/{handle}", new.name, dst_dir_fd=new.folder, follow_symlinks=True)


def _check_target(old: Entry, new: Entry, new_base: OpenFile) -> None:
    """A link that is moved leads elsewhere; it must not lead out from there either.

    Raises:
        Refusal: it would.
    """
    try:
        target = os.readlink(old.name.rstrip("/"), dir_fd=old.folder)
    except OSError:  # it is no link
        return
    if _leads_out(target, new.place, new_base.root):
        raise Refusal("not-permitted")


def _leads_out(target: str, place: str, root: str) -> bool:
    """Whether a link of that place leads out of a folder as it is written, or cannot be told where it leads: what comes
    after a name may lead anywhere if that name is a link."""
    parts = target.split("/")
    if target.startswith("/") or any(one not in ("..", ".", "") and two == ".." for one, two in pairwise(parts)):
        return True
    return not is_below(posixpath.normpath(posixpath.join(posixpath.dirname(place), target)), root)


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
        if _leads_out(target, entry.place, base.root):
            raise Refusal("not-permitted")
        with new_entry(files.storage, len(target.encode())):
            os.symlink(target, entry.name, dir_fd=entry.folder)


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


def _is_no_folder(entry: Entry) -> bool:
    """Whether there is something else of that name."""
    status = _status(entry)
    return status is not None and not stat.S_ISDIR(status.st_mode)


def _give_back(files: Files, status: os.stat_result | None) -> None:
    """The bytes that went with an entry: its own, and those of a link, or of a file that had no other name and that is
    not open."""
    if status is None:
        return
    size = ENTRY_BYTES
    if stat.S_ISLNK(status.st_mode):
        size += status.st_size
    elif stat.S_ISREG(status.st_mode) and status.st_nlink == 1:
        lives_on = files.descriptors.lost_its_name((status.st_dev, status.st_ino))
        size += 0 if lives_on else status.st_size
    files.storage.give_back(size)


def _status(entry: Entry) -> os.stat_result | None:
    try:
        return os.stat(entry.name.rstrip("/"), dir_fd=entry.folder, follow_symlinks=False)
    except OSError:  # there is no such entry
        return None
