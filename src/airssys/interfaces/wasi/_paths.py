"""From a guest's path to what may be decided about: what it leads to, or where it would be.

Every function here runs on any thread, and acts on nothing.
"""

from __future__ import annotations

import errno
import os
import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from airssys.capabilities import Action

from ._codes import Refusal, code_of
from ._kernel import NoPath, NotCached, Resolver, encoded, place_of, place_of_dead_end
from ._open_file import Descriptors, OpenFile
from ._rights import Denied, Rights, Storage
from ._work import BlockingWork

#: Last components that name no entry of a folder.
_DOTS: Final = ("", ".", "..")
#: How often a path may go into a folder and back; each time is looked at. Programs put paths together out of a few.
_MAX_CLIMBS: Final = 16
#: Components of a path up to which it is found out on the loop's thread why it leads nowhere: about 4 us each.
_QUICK_DEPTH: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """What all open files of one component have in common."""

    rights: Rights
    storage: Storage
    resolver: Resolver
    work: BlockingWork
    descriptors: Descriptors


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A name in a folder, whether or not there is such an entry.

    Attributes:
        folder: a handle on the folder.
        name: one component, with the slash that the guest wrote behind it.
        place: the entry's absolute path, resolved up to its name.
    """

    folder: int
    name: str
    place: str

    @property
    def is_dots(self) -> bool:
        """It is the folder itself or the one above."""
        return self.name.rstrip("/") in _DOTS


def find(files: Files, base: OpenFile, path: str, *actions: Action, follow: bool, cached: bool = False) -> int:
    """A handle on what a path leads to; the caller closes it.

    Args:
        actions: what is wanted of it. Whoever may not do that learns nothing from the way in which finding it fails.

    Raises:
        NotCached: with `cached`.
        Refusal, Denied: there is nothing, or the path leads out of the folder.
    """
    check_climbs(files, base, path, actions, cached=cached)
    try:
        return files.resolver.find(base.fd, path, follow=follow, cached=cached)
    except OSError as error:
        raise refusal(files, base, path, error, actions, cached=cached) from None


def check_climbs(files: Files, base: OpenFile, path: str, actions: tuple[Action, ...], *, cached: bool) -> None:
    """Let no path go through a folder and back that is closed to the guest: whether it arrives would say whether there
    is such a folder.

    Raises:
        NotCached, Refusal, Denied: as `find`.
    """
    if "/.." not in path:
        return
    parts = path.split("/")
    climbs = [at for at in range(1, len(parts)) if parts[at] == ".." and parts[at - 1] not in _DOTS]
    if climbs and cached:
        raise NotCached
    if len(climbs) > _MAX_CLIMBS:
        raise Refusal("name-too-long")
    for at in climbs:
        before = "/".join(parts[:at]) + "/"
        try:
            handle = files.resolver.find(base.fd, before, follow=True)
        except OSError as error:
            raise refusal(files, base, path if error.errno == errno.EXDEV else before, error, actions) from None
        try:
            place = place_of(handle)
        finally:
            os.close(handle)
        if not files.rights.is_passable(place):
            files.rights.require(place, Action.READ)


def refusal(
    files: Files, base: OpenFile, path: str, error: OSError, actions: tuple[Action, ...], *, cached: bool = False
) -> Refusal:
    """Why a path leads to nothing, told to whoever may know that.

    Raises:
        NotCached: with `cached`, for paths that are long.
        Denied: the guest may not know it.
    """
    if isinstance(error, NoPath):
        return Refusal(code_of(error))
    if cached and path.count("/") > _QUICK_DEPTH:
        raise NotCached
    wanted = dict.fromkeys(actions)
    place = place_of_dead_end(base.fd, path)
    if place is None:  # it is recorded what the guest tried; the way there is closed in any case
        try:
            files.rights.require(place_as_written(base, path), *wanted)
        except Denied as denied:
            return Denied(denied.pause_seconds, "not-permitted")
        return Refusal("not-permitted")
    files.rights.require(place, *wanted)
    return Refusal("not-permitted" if error.errno == errno.EXDEV else code_of(error))


def place_as_written(base: OpenFile, path: str) -> str:
    """Where a path would be if there were no links on the way."""
    return "/" + posixpath.normpath(posixpath.join(place_of(base.fd), path)).lstrip("/")


@contextmanager
def entry_of(files: Files, base: OpenFile, path: str, *actions: Action) -> Iterator[Entry]:
    """The entry that a path names, with a link at its end not followed.

    Raises:
        Refusal, Denied: there is no such folder, or it lies outside.
    """
    try:
        check(path)
    except OSError as error:
        raise refusal(files, base, path, error, actions) from None
    stem = path.rstrip("/")
    head, _, name = stem.rpartition("/")
    if name == "..":  # whether it leads out
        os.close(find(files, base, path, *actions, follow=True))
    folder = find(files, base, f"{head}/" if head else ("." if path else ""), *actions, follow=True)
    try:
        place = posixpath.join(place_of(folder), name)
        yield Entry(folder=folder, name=name + path[len(stem) :], place=posixpath.normpath(place))
    finally:
        os.close(folder)


def check(path: str) -> None:
    """Look at a path before it is taken apart.

    Raises:
        OSError: no system takes it, or it is absolute and so leads out of every folder.
    """
    encoded(path)
    if path.startswith("/"):
        raise OSError(errno.EXDEV, "the path is absolute")
