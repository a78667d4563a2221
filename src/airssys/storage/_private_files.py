"""Files and folders that only this user can read and write; every failure is an `OSError`."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path


def make_private_folder(folder: Path) -> None:
    """Make a folder with mode 0700 where there is none.

    Raises:
        OSError: it cannot be made, is a link, or belongs to somebody else.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise PermissionError(f"{folder} is not a folder of this user")
    if stat.S_IMODE(found.st_mode) & 0o077:
        folder.chmod(0o700)


def open_private_file(path: Path, flags: int) -> int:
    """Open a regular file, which is made with mode 0600 where `flags` have `O_CREAT`; returns its descriptor.

    Raises:
        OSError: it cannot be opened, is a link or no regular file, or belongs to somebody else.
    """
    descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid():
        os.close(descriptor)
        raise PermissionError(f"{path} is not a regular file of this user")
    if stat.S_IMODE(found.st_mode) & 0o077:
        os.fchmod(descriptor, 0o600)
    return descriptor


def replace_file(path: Path, content: bytes) -> None:
    """Put content in place of a file. After a crash there is the old file or the new one, whole, and on disk.

    Raises:
        OSError: it cannot be done; the old file is as it was.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        descriptor = open_private_file(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """See that names that were made or replaced in a folder are on disk.

    Raises:
        OSError: the disk failed.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
