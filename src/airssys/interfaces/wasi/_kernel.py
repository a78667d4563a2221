"""The one place that opens paths: beneath a folder, whatever the path says and whoever moves things meanwhile.

Promise: what `Resolver.find` returns lies beneath the folder that it was asked for, at the moment it was found;
absolute paths, `..` that climbs out, links that lead out and the magic links of /proc are errors. On Linux 5.6 and
newer the kernel keeps that promise (`openat2` with RESOLVE_BENEATH); elsewhere we walk component by component, each
opened without following links.

What is found is a handle that can do nothing yet (`O_PATH`): it has no effect on the file, not even on a FIFO or a
device. `reopen` opens the same file, not the same name, so nothing can change between a decision and what it is about.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import posixpath
import stat
import struct
from functools import cache
from typing import Final, Protocol

#: Number of openat2, the same on every architecture but alpha (Linux, include/uapi/asm-generic/unistd.h).
_SYS_OPENAT2: Final = 437
#: include/uapi/linux/openat2.h
_NO_XDEV, _NO_MAGICLINKS, _BENEATH, _CACHED = 0x01, 0x02, 0x08, 0x20
#: Most links that one path may lead through: the kernel's own bound (MAXSYMLINKS, include/linux/namei.h).
MAX_LINKS: Final = 40
#: How often a path is looked up again when somebody renamed what it leads through; the kernel says EAGAIN then.
_MAX_TRIES: Final = 128
#: Longest path of Linux, in bytes, its NUL included (PATH_MAX, include/uapi/linux/limits.h).
_PATH_MAX: Final = 4096
_HANDLE: Final = os.O_PATH | os.O_CLOEXEC
#: Folders that a walk holds at a time, and its steps, links included: the guest chooses the path. No tree that people
#: or programs use is so deep.
_MAX_HELD, _MAX_STEPS = 128, 4096


class NotCached(Exception):
    """The answer is not in the kernel's cache: finding it may wait for a disk."""


class NoPath(OSError):
    """A text that names nothing on any system: there is nothing to decide about."""


class Resolver(Protocol):
    """Finds what lies beneath a folder."""

    def find(self, folder: int, path: str, *, follow: bool, cached: bool = False) -> int:
        """A handle (`O_PATH`) on what the path leads to; the caller closes it.

        Args:
            folder: a descriptor of a folder.
            path: relative to it.
            follow: whether a link at the end is followed; else the handle is on the link itself.
            cached: answer only when that needs no disk, and no other file system than the folder's own.

        Raises:
            NotCached: with `cached`.
            OSError: EXDEV when the path leads out of the folder; otherwise as open(2) has it.
        """


class KernelResolver:
    """`openat2`."""

    def __init__(self) -> None:
        call = ctypes.CDLL(None, use_errno=True).syscall
        call.restype = ctypes.c_long
        call.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t]
        self._call = call

    def find(self, folder: int, path: str, *, follow: bool, cached: bool = False) -> int:
        """See `Resolver`."""
        name = encoded(path)
        how = _HOW[follow, cached]
        for _ in range(_MAX_TRIES):
            found: int = self._call(_SYS_OPENAT2, folder, name, how, _HOW_SIZE)
            if found >= 0:
                return found
            error = ctypes.get_errno()
            if cached and error in (errno.EAGAIN, errno.EXDEV):
                raise NotCached
            if error not in (errno.EAGAIN, errno.EINTR):
                break
        raise OSError(error, os.strerror(error))

    def works(self) -> bool:
        """Whether the kernel knows the call, and no filter keeps it from us."""
        try:
            root = os.open("/", _HANDLE)
        except OSError:
            return False
        try:
            os.close(self.find(root, ".", follow=True))
        except OSError:
            return False
        finally:
            os.close(root)
        return True


def _how(*, follow: bool, cached: bool) -> bytes:
    flags = _HANDLE | (0 if follow else os.O_NOFOLLOW)
    return struct.pack("QQQ", flags, 0, _BENEATH | _NO_MAGICLINKS | ((_CACHED | _NO_XDEV) if cached else 0))


#: `struct open_how`, by what is asked for.
_HOW: Final = {
    (follow, cached): _how(follow=follow, cached=cached) for follow in (False, True) for cached in (False, True)
}
_HOW_SIZE: Final = 24


class WalkingResolver:
    """Component by component, each opened with O_NOFOLLOW: for kernels without `openat2`, and for filters that forbid
    it. It holds a handle on every folder on the way, so `..` goes back to where the path came from."""

    def find(self, folder: int, path: str, *, follow: bool, cached: bool = False) -> int:
        """See `Resolver`. Nothing is known about caches here, so `cached` always raises."""
        name = encoded(path)
        if cached:
            raise NotCached
        if name.startswith(b"/"):
            raise _out()
        walk = _Walk(folder, name, follow=follow)
        try:
            return walk.run()
        finally:
            walk.close()


class _Walk:
    """One path, component by component.

    Attributes:
        held: handles on the folders on the way, the first one on where it begins.
        is_out: it led out of that folder.
        stopped_at: the component that led nowhere; empty when none did.
        left: the components after that, the last one first.
    """

    def __init__(self, folder: int, name: bytes, *, follow: bool) -> None:
        self.held = [os.open(".", _HANDLE | os.O_DIRECTORY, dir_fd=folder)]
        self.left = _components(name)
        self.is_out = False
        self.stopped_at = b""
        self._follow = follow
        self._links = self._steps = 0

    def run(self) -> int:
        while self.left:
            component = self.left.pop()
            self.stopped_at = component
            self._steps += 1
            if len(self.held) > _MAX_HELD or self._steps > _MAX_STEPS:
                raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))
            if component == b"..":
                self._climb()
            elif component != b".":
                self._enter(component)
        self.stopped_at = b""
        return self.held.pop()

    def _climb(self) -> None:
        if len(self.held) == 1:
            self.is_out = True
            raise _out()
        os.close(self.held.pop())

    def _enter(self, component: bytes) -> None:
        here = os.open(component, _HANDLE | os.O_NOFOLLOW, dir_fd=self.held[-1])
        mode = os.fstat(here).st_mode
        if stat.S_ISLNK(mode) and (self.left or self._follow):
            try:
                target = os.readlink(b"", dir_fd=here)
            finally:
                os.close(here)
            self._follow_link(target)
        elif self.left and not stat.S_ISDIR(mode):
            os.close(here)
            raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        else:
            self.held.append(here)

    def _follow_link(self, target: bytes) -> None:
        self._links += 1
        if self._links > MAX_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        if target.startswith(b"/") or not target:
            raise _out()
        self.left += _components(target)

    def close(self) -> None:
        for held in self.held:
            os.close(held)


def place_of_dead_end(folder: int, path: str) -> str | None:
    """Where that would be which a path does not lead to, because there is nothing, or a link out of the folder: the
    absolute path of the last folder on the way, and what is left. None when the path itself leads out.

    Takes one lookup for each component. A path that leads somewhere after all is told where.
    """
    name = encoded(path)
    if name.startswith(b"/"):
        return None
    walk = _Walk(folder, name, follow=True)
    try:
        with contextlib.suppress(OSError):
            walk.held.append(walk.run())
        if walk.is_out:
            return None
        rest = b"/".join([walk.stopped_at, *reversed(walk.left)]).decode(errors="backslashreplace")
        return posixpath.normpath(posixpath.join(place_of(walk.held[-1]), rest))
    finally:
        walk.close()


def _components(name: bytes) -> list[bytes]:
    """The components, the last one first; a slash at the end asks for a folder, as `.` does."""
    parts = [part for part in name.split(b"/") if part]
    return [*([b"."] if name.endswith(b"/") else []), *reversed(parts)]


def _out() -> OSError:
    return OSError(errno.EXDEV, "the path leads out of its folder")


@cache
def best_resolver() -> Resolver:
    """The kernel's own way where it has one."""
    kernel = KernelResolver()
    return kernel if kernel.works() else WalkingResolver()


# ---------------------------------------------------------------- what was found


def encoded(path: str) -> bytes:
    """A guest's path as the system takes it.

    Raises:
        NoPath: it is none: empty, too long, or with a NUL.
    """
    if not path:
        raise NoPath(errno.ENOENT, os.strerror(errno.ENOENT))
    if "\0" in path:
        raise NoPath(errno.EINVAL, os.strerror(errno.EINVAL))
    name = path.encode()
    if len(name) >= _PATH_MAX:
        raise NoPath(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))
    return name


def place_of(handle: int) -> str:
    """Where a handle's file is now: an absolute path without links, as the kernel knows it.

    A name that is no UTF-8 is told with backslashes, which no pattern matches.

    Raises:
        OSError: ENOENT when it has no name any more.
    """
    place = os.readlink(b"/proc/self/fd/%d" % handle)
    if place.endswith(b" (deleted)") and not _is_at(handle, place):
        raise OSError(errno.ENOENT, os.strerror(errno.ENOENT))
    return place.decode(errors="backslashreplace")


def _is_at(handle: int, place: bytes) -> bool:
    """Whether a path is that of a handle's file: names may end in what the kernel says of names that are gone."""
    try:
        return os.path.samestat(os.lstat(place), os.fstat(handle))
    except OSError:
        return False


def is_below(place: str, folder: str) -> bool:
    """Whether a path is a folder's own, or that of something in it.

    >>> is_below("/srv/a", "/srv"), is_below("/srv2", "/srv"), is_below("/x", "/")
    (True, False, True)
    """
    return place == folder or place.startswith(folder.rstrip("/") + "/")


def reopen(handle: int, flags: int) -> int:
    """Open the very file that a handle is on. Not for links; FIFOs and devices may wait or have effects.

    Raises:
        OSError: as open(2) has it.
    """
    return os.open(b"/proc/self/fd/%d" % handle, flags | os.O_CLOEXEC | os.O_NOCTTY)


#: File systems that answer from memory once a file is open, by their magic numbers (include/uapi/linux/magic.h, and the
#: sources of xfs, f2fs and OpenZFS). A network is behind none of them.
_LOCAL: Final = frozenset(
    {
        0xEF53,  # ext2, ext3, ext4
        0x58465342,  # xfs
        0x9123683E,  # btrfs
        0xF2F52010,  # f2fs
        0x2FC12FC1,  # zfs
        0x01021994,  # tmpfs
        0x858458F6,  # ramfs
        0x794C7630,  # overlayfs
        0x73717368,  # squashfs
    }
)
_PROC: Final = 0x9FA0
_fstatfs = ctypes.CDLL(None, use_errno=True).fstatfs
_fstatfs.argtypes = [ctypes.c_int, ctypes.c_void_p]


def is_local(handle: int) -> bool:
    """Whether metadata of files that were found already is at hand without a disk or a network."""
    return _file_system(handle) in _LOCAL


def is_proc(handle: int) -> bool:
    """Whether a file is one of procfs, wherever that is mounted."""
    return _file_system(handle) == _PROC


def _file_system(handle: int) -> int:
    """The magic number of a file's file system; 0 when the system does not tell."""
    told = ctypes.create_string_buffer(256)  # struct statfs has 120 bytes; its first field, of 8, is the magic number
    return 0 if _fstatfs(handle, ctypes.addressof(told)) else int.from_bytes(told.raw[:8], "little")
