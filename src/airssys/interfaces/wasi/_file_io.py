"""Reading and writing open files: bounded, charged, and only with what was granted for them."""

from __future__ import annotations

import errno
import os
from typing import Final

from airssys.capabilities import Action

from ._codes import Refusal
from ._open_file import OpenFile
from ._rights import Storage

#: Most that one call reads, or a stream writes. A guest may name any size; a byte of a list costs 32 in the engine
#: (design rule 13), so a call takes at most 2 MiB there. Programs read and write in pieces no larger than this.
MAX_BYTES: Final = 64 * 1024
#: Largest offset of a file: `off_t` is a signed number of 64 bits.
MAX_OFFSET: Final = (1 << 63) - 1
_AGAIN: Final = frozenset({errno.EAGAIN, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL})


def require_open(file: OpenFile, action: Action) -> None:
    """Check that a file was opened for an action, and that it is still granted.

    Raises:
        Refusal: it is a folder, or was opened for something else.
        Denied: the right was taken back.
    """
    if file.is_folder:
        raise Refusal("is-directory" if action is Action.READ else "bad-descriptor")
    held = file.held
    if held is None or action not in held.actions or (action is Action.WRITE and "write" not in file.flags):
        raise Refusal("bad-descriptor")
    held.check()


async def read_at(file: OpenFile, size: int, offset: int) -> bytes | bytearray:
    """At most `size` bytes, and no more than `MAX_BYTES`; empty at the end of the file.

    Waits only when the bytes are not in memory (preadv2(2), RWF_NOWAIT).

    Raises:
        OSError, Refusal, Denied: it cannot, or may not, be read.
    """
    require_open(file, Action.READ)
    if offset > MAX_OFFSET:
        raise Refusal("invalid")
    size = min(size, MAX_BYTES, MAX_OFFSET - offset)
    if not size:
        return b""
    buffer = bytearray(size)
    try:
        count = os.preadv(file.fd, [buffer], offset, os.RWF_NOWAIT)
    except OSError as error:
        if error.errno not in _AGAIN:
            raise
        return await file.run(lambda: os.pread(file.fd, size, offset))
    if count < size:
        del buffer[count:]
    return buffer


async def write_at(file: OpenFile, data: bytes, offset: int | None, storage: Storage) -> int:
    """Write all of `data`; how many bytes that was. Waits for the system, not for the disk.

    Args:
        offset: where; None at the end of the file, wherever that is by then.
        storage: charged for what the file grows by.

    Raises:
        OSError, Refusal, Denied, QuotaExceeded: not all of it could be written.
    """
    require_open(file, Action.WRITE)
    if offset is not None and offset + len(data) > MAX_OFFSET:
        raise Refusal("file-too-large")
    return await file.run(lambda: _write(file.fd, data, offset, storage))


def _write(fd: int, data: bytes, offset: int | None, storage: Storage) -> int:
    size = os.fstat(fd).st_size
    end = (size if offset is None else offset) + len(data)
    growth = max(0, end - size) if data else 0
    if growth:
        storage.take(growth)
    try:
        _write_all(fd, data, offset)
    except OSError:
        storage.give_back(max(0, growth - max(0, os.fstat(fd).st_size - size)))
        raise
    return len(data)


def _write_all(fd: int, data: bytes, offset: int | None) -> None:
    left = memoryview(data)
    while left:
        if offset is None:
            count = os.pwritev(fd, [left], 0, os.RWF_APPEND)
        else:
            count = os.pwrite(fd, left, offset)
            offset += count
        left = left[count:]


async def set_size(file: OpenFile, size: int, storage: Storage) -> None:
    """Cut a file off, or fill it up with zeroes.

    Raises:
        OSError, Refusal, Denied, QuotaExceeded: it cannot, or may not, be done.
    """
    require_open(file, Action.WRITE)
    if size > MAX_OFFSET:
        raise Refusal("invalid")
    await file.run(lambda: _set_size(file.fd, size, storage))


def _set_size(fd: int, size: int, storage: Storage) -> None:
    before = os.fstat(fd).st_size
    if size > before:
        storage.take(size - before)
    try:
        os.ftruncate(fd, size)
    except OSError:
        storage.give_back(max(0, size - before))
        raise
    storage.give_back(max(0, before - size))
