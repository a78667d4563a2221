"""`open-at`: find, decide on what was found, and open that very file.

Source: `descriptor.open-at` of wasi:filesystem 0.2, and open(2) where that says "similar to `openat` in POSIX".
"""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from airssys.capabilities import Action
from airssys.errors import QuotaExceeded

from ._codes import Refusal, code_of
from ._kernel import MAX_LINKS, NotCached, is_below, is_proc, place_of, reopen
from ._open_file import OpenFile
from ._paths import Files, check_climbs, entry_of, refusal
from ._rights import Held, new_entry

#: How often a file is looked for again that somebody made, or removed, between our looking and our making it.
_MAX_TRIES: Final = 16
#: Permissions of new files and folders, before the process's umask: what open(2) and mkdir(2) are usually given.
FILE_MODE: Final = 0o666

#: Manners that are remembered: programs have a few, and there are 2 x 16 x 64 of them.
_REMEMBERED: Final = 256

_READ, _WRITE = Action.READ, Action.WRITE
#: `descriptor-flags` that files do not have.
_OF_FOLDERS: Final = frozenset({"mutate-directory"})
#: `descriptor-flags` that make writes wait for the disk -> flags of open(2). Linux has no O_RSYNC of its own.
_SYNC: Final = {"file-integrity-sync": os.O_SYNC, "data-integrity-sync": os.O_DSYNC}


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How `open-at` was asked to open: everything but the path.

    Attributes:
        actions: what it takes to open a file that is there. Whoever names nothing may at least look at it.
        access: the flags of open(2) for it.
        access_to_new: the same for a file that is made by it, which may be written by whoever makes it.
    """

    follow: bool
    create: bool
    exclusive: bool
    folder: bool
    truncate: bool
    flags: frozenset[str]
    actions: tuple[Action, ...]
    access: int
    access_to_new: int


@lru_cache(_REMEMBERED)
def manner_of(path_flags: frozenset[str], open_flags: frozenset[str], flags: frozenset[str]) -> Manner:
    """The manner in a call's arguments.

    Raises:
        Refusal: they contradict each other.
    """
    if "directory" in open_flags and len(open_flags) > 1:
        raise Refusal("invalid")
    if "requested-write-sync" in flags:
        raise Refusal("unsupported")
    truncate, reads = "truncate" in open_flags, "read" in flags
    writes = truncate or "write" in flags
    sync = sum(flag for name, flag in _SYNC.items() if name in flags)
    return Manner(
        follow="symlink-follow" in path_flags and not {"create", "exclusive"} <= open_flags,
        create="create" in open_flags,
        exclusive="create" in open_flags and "exclusive" in open_flags,
        folder="directory" in open_flags,
        truncate=truncate,
        flags=flags,
        actions=(*((_READ,) if reads or not writes else ()), *((_WRITE,) if writes else ())),
        access=sync | (os.O_RDONLY if not writes else os.O_RDWR if reads else os.O_WRONLY),
        access_to_new=sync | (os.O_WRONLY if not reads else os.O_RDWR if writes else os.O_RDONLY),
    )


@dataclass(frozen=True, slots=True)
class Wish:
    """What `open-at` was asked for."""

    path: str
    manner: Manner


async def open_at(files: Files, base: OpenFile, wish: Wish) -> OpenFile:
    """The file, open; the caller releases it. What the kernel has at hand is opened here and now."""
    return await base.find(lambda cached: _open(files, base, wish, cached=cached), discard=OpenFile.release)


def _open(files: Files, base: OpenFile, wish: Wish, *, cached: bool) -> OpenFile:
    if wish.manner.create and wish.path.endswith("/"):  # no file has such a name, and a folder is not made like this
        if cached:
            raise NotCached
        _refuse_folder(files, base, wish)
    check_climbs(files, base, wish.path, wish.manner.actions, cached=cached)
    for _ in range(_MAX_TRIES):
        try:
            handle = files.resolver.find(base.fd, wish.path, follow=wish.manner.follow, cached=cached)
        except OSError as error:
            if not wish.manner.create or error.errno != errno.ENOENT:
                raise refusal(files, base, wish.path, error, wish.manner.actions, cached=cached) from None
            if cached:
                raise NotCached from None
            made = _create(files, base, wish)
            if made is not None:
                return made
        else:
            try:
                return _open_found(files, base, wish, handle, cached=cached)
            finally:
                os.close(handle)
    raise Refusal("busy")


# ---------------------------------------------------------------- what is there


def _open_found(files: Files, base: OpenFile, wish: Wish, handle: int, *, cached: bool) -> OpenFile:
    status = os.fstat(handle)
    kind = stat.S_IFMT(status.st_mode)
    # overlayfs copies a file for its first writer, which takes as long as the file is
    if cached and kind == stat.S_IFREG and _WRITE in wish.manner.actions:
        raise NotCached
    place = _place(handle)
    if status.st_dev != base.identity[0] and is_proc(handle) and not is_below(place, "/proc"):
        raise Refusal("not-permitted")  # what is forbidden of it is forbidden by its usual name
    if kind == stat.S_IFDIR:
        return _open_folder(files, base, wish, handle, place, status)
    actions = tuple(dict.fromkeys((*wish.manner.actions, *((_WRITE,) if wish.manner.exclusive else ()))))
    held = files.rights.require(place, *actions)
    if wish.manner.exclusive:
        raise Refusal("exist")
    if kind == stat.S_IFLNK:
        raise Refusal("loop")
    if wish.manner.folder:
        raise Refusal("not-directory")
    if kind != stat.S_IFREG:  # opening a FIFO or a device may wait, or do something
        raise Refusal("not-permitted")
    files.descriptors.take()
    try:
        # O_NONBLOCK means nothing to a regular file but this: who leased it is not waited for (fcntl(2), F_SETLEASE)
        more = os.O_NONBLOCK if cached else os.O_TRUNC if wish.manner.truncate else 0
        fd = reopen(handle, wish.manner.access | more)
    except OSError as error:
        files.descriptors.give_back()
        if cached and error.errno == errno.EAGAIN:
            raise NotCached from None
        raise Refusal(code_of(error)) from None
    if wish.manner.truncate:
        files.storage.give_back(status.st_size)
    return _opened(files, base, fd, status, held, wish.manner.flags - _OF_FOLDERS)


def _place(handle: int) -> str:
    try:
        return place_of(handle)
    except OSError as error:
        raise Refusal(code_of(error)) from None


def _open_folder(files: Files, base: OpenFile, wish: Wish, handle: int, place: str, status: os.stat_result) -> OpenFile:
    """A folder: whoever may read it can list it; everybody else may at most go through."""
    rights = files.rights
    may_read = rights.allows(place, _READ)
    held = rights.require(place, _READ) if may_read or not rights.is_passable(place) else None
    if wish.manner.exclusive:
        raise Refusal("exist")
    if wish.manner.truncate or wish.manner.create or "write" in wish.manner.flags:
        raise Refusal("is-directory")
    flags = (wish.manner.flags & _OF_FOLDERS) | ({"read"} if may_read else frozenset())
    files.descriptors.take()
    try:
        fd = os.dup(handle)
    except OSError as error:
        files.descriptors.give_back()
        raise Refusal(code_of(error)) from None
    return _opened(files, base, fd, status, held, flags)


def _opened(
    files: Files, base: OpenFile, fd: int, status: os.stat_result, held: Held | None, flags: frozenset[str]
) -> OpenFile:
    return OpenFile(
        fd,
        status=status,
        descriptors=files.descriptors,
        work=files.work,
        root=base.root,
        held=held,
        flags=flags,
        is_quick=base.is_quick if status.st_dev == base.identity[0] else None,
    )


# ---------------------------------------------------------------- what is not there yet


def _refuse_folder(files: Files, base: OpenFile, wish: Wish) -> None:
    with entry_of(files, base, wish.path, *wish.manner.actions, _WRITE) as entry:
        files.rights.require(entry.place, _WRITE)
        raise Refusal("is-directory")


def _create(files: Files, base: OpenFile, wish: Wish) -> OpenFile | None:
    """The new file; None when somebody else made it meanwhile."""
    path = wish.path
    for _ in range(MAX_LINKS):
        with entry_of(files, base, path, *wish.manner.actions, _WRITE) as entry:
            if entry.is_dots:
                files.rights.require(entry.place, _WRITE)
                raise Refusal("is-directory")
            target = _link_at(entry.folder, entry.name) if wish.manner.follow else None
            if target is None:
                return _create_in(files, base, wish, entry.folder, entry.name, entry.place)
        if target.startswith("/"):
            raise refusal(files, base, path, OSError(errno.EXDEV, "the link is absolute"), wish.manner.actions)
        path = f"{path.rpartition('/')[0] or '.'}/{target}"
    raise Refusal("loop")


def _link_at(folder: int, name: str) -> str | None:
    try:
        return os.readlink(name.encode(), dir_fd=folder).decode()
    except OSError:  # no link, or nothing at all
        return None
    except UnicodeDecodeError:
        raise Refusal("illegal-byte-sequence") from None


def _create_in(files: Files, base: OpenFile, wish: Wish, folder: int, name: str, place: str) -> OpenFile | None:
    reads = "read" in wish.manner.flags
    held = files.rights.require(place, *((_READ,) if reads else ()), _WRITE)
    files.descriptors.take()
    try:
        flags = wish.manner.access_to_new | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with new_entry(files.storage):
            fd = os.open(name.encode(), flags, FILE_MODE, dir_fd=folder)
    except QuotaExceeded:
        files.descriptors.give_back()
        raise
    except OSError as error:
        files.descriptors.give_back()
        if error.errno == errno.EEXIST and not wish.manner.exclusive:
            return None
        raise Refusal(code_of(error)) from None
    return _opened(files, base, fd, os.fstat(fd), held, wish.manner.flags - _OF_FOLDERS)
