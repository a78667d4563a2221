"""`get-directories`: the folders that a component starts from, as its capabilities name them."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Iterator, Mapping

from airssys.capabilities import Action, CapabilitySet, Kind, PathPattern

from ._codes import Refusal
from ._kernel import is_below, is_proc, place_of
from ._open_file import OpenFile
from ._paths import Files


def folders_of(rights: CapabilitySet) -> tuple[str, ...]:
    """The folders that patterns lead into: the segments before the first wildcard, or all of them. Whether the last one
    is a file is for the system to say. Pure.

    >>> folders_of(CapabilitySet.of({"filesystem.read": ["/srv/in/**/*.xml", "/srv/in/a/*"], "storage.read": ["a"]}))
    ('/srv/in', '/srv/in/a')
    """
    patterns = (each.pattern for each in rights if each.kind is Kind.FILESYSTEM)
    return tuple(sorted({each.stem or "/" for each in patterns if isinstance(each, PathPattern)}))


def open_folders(
    files: Files, rights: CapabilitySet, named: Mapping[str, str | os.PathLike[str]]
) -> list[tuple[OpenFile, str]]:
    """The folders with their names for the guest: those that the host named, then every one that the rights lead into
    and that lies in none of the others. May wait for a disk.

    Raises:
        Refusal: the component holds too many files open.
    """
    opened: list[tuple[OpenFile, str]] = []
    try:
        for path, name in _wanted(folders_of(rights), named):
            file = _open(files, path)
            if file is not None:
                opened.append((file, name))
    except BaseException:
        for file, _ in opened:
            file.release()
        raise
    return opened


def _wanted(folders: Iterable[str], named: Mapping[str, str | os.PathLike[str]]) -> Iterator[tuple[str, str]]:
    """Paths and names."""
    covered: list[str] = []
    for name, path in named.items():
        real = os.path.realpath(path)
        covered.append(real)
        yield real, name
    for folder in folders:
        existing = folder if os.path.isdir(folder) else posixpath.dirname(folder)
        if not any(is_below(existing, each) for each in covered):
            covered.append(existing)
            yield existing, existing


def _open(files: Files, path: str) -> OpenFile | None:
    files.descriptors.take()
    try:
        fd = os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:  # it is not there: nothing that the guest could be given
        files.descriptors.give_back()
        return None
    try:
        return _opened(files, fd)
    except BaseException as error:
        os.close(fd)
        files.descriptors.give_back()
        if isinstance(error, OSError | Refusal):  # it went away, or the right did
            return None
        raise


def _opened(files: Files, fd: int) -> OpenFile:
    place = place_of(fd)
    if is_proc(fd) and not is_below(place, "/proc"):
        raise Refusal("not-permitted")
    may_read = files.rights.allows(place, Action.READ)
    return OpenFile(
        fd,
        status=os.fstat(fd),
        descriptors=files.descriptors,
        work=files.work,
        root=place,
        held=files.rights.require(place, Action.READ) if may_read else None,
        flags=frozenset({"read", "mutate-directory"}),
    )
