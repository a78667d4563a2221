"""Reading and writing files that others may want to tamper with: no links, no pipes, whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

#: Stands at the end of every file that is not finished.
_UNFINISHED: Final = ".unfinished"


class NotPrivate(PermissionError):
    """The file is somebody else's, or others may read or write it; the text says which."""


def open_file(path: Path) -> BinaryIO:
    """Open a regular file for reading, without following a link or waiting for the other end of a pipe.

    What is something else is not even opened: opening some devices does something.
    """
    mode = os.lstat(path).st_mode
    if not stat.S_ISREG(mode):
        raise OSError("it is a link" if stat.S_ISLNK(mode) else "it is no regular file")
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError("it is no regular file")
    return os.fdopen(descriptor, "rb")


def read_file(path: Path, most: int) -> bytes:
    """The content of a regular file that is no link.

    Raises:
        OSError: it cannot be read, is something else, or has more than `most` bytes.
    """
    with open_file(path) as file:
        return _content(file, most)


def read_private_file(path: Path, most: int) -> bytes:
    """The content of a regular file that is no link, belongs to this user, and that nobody else may read or write.

    Raises:
        NotPrivate: others could have read or written it.
        OSError: as `read_file`.
    """
    if path.is_symlink():
        raise NotPrivate("it is a link")
    with open_file(path) as file:
        found = os.fstat(file.fileno())
        if found.st_uid != os.geteuid():
            raise NotPrivate("it belongs to another user")
        if stat.S_IMODE(found.st_mode) & 0o077:
            raise NotPrivate(f"it is open to other users (mode {stat.S_IMODE(found.st_mode):04o}, expected 0600)")
        return _content(file, most)


def write_file(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Put content in place of whatever the path names; after a crash there is the old file or the new one, whole.

    Waits for the disk. A link is replaced, not followed.
    """
    with _finished(path, content, mode) as unfinished:
        unfinished.replace(path)


def create_file(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Like `write_file`, where nothing is.

    Raises:
        FileExistsError: something is there, if only a link that leads nowhere.
    """
    with _finished(path, content, mode) as unfinished:
        os.link(unfinished, path)


def refusal(error: OSError) -> str:
    """What the system, or one of these functions, said; without the path, which the message has already."""
    return error.strerror or str(error)


def sweep(folder: Path, name: str = "") -> None:
    """Remove what writers left that were killed: of all files whose names begin so.

    Only for who knows that nobody else is writing now.
    """
    for each in folder.iterdir():
        if each.name.startswith(f".{name}") and each.name.endswith(_UNFINISHED):
            each.unlink(missing_ok=True)


@contextlib.contextmanager
def _finished(path: Path, content: bytes, mode: int) -> Iterator[Path]:
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(8)}{_UNFINISHED}")
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(unfinished, flags, mode), "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield unfinished
    finally:
        unfinished.unlink(missing_ok=True)
    _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    """Make the names in it last."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _content(file: BinaryIO, most: int) -> bytes:
    size = os.fstat(file.fileno()).st_size  # asked first, because `read` makes room for as much as it may read
    if size > most:
        raise OSError(f"it has more than {most} bytes")
    content = file.read(size + 1)
    if len(content) > size:
        raise OSError("it grew while it was read")
    return content
