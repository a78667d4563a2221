"""Objects in packs (gitformat-pack(5)): an index of version 2, and the pack beside it."""

from __future__ import annotations

import os
from bisect import bisect_left
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from airssys.trust._files import open_file
from airssys.trust.git._delta import apply_delta, read_size
from airssys.trust.git._effort import Effort
from airssys.trust.git._ids import GitUnreadable, ObjectFormat
from airssys.trust.git._loose import inflate

_INDEX_MAGIC: Final = b"\xfftOc\0\0\0\x02"
_PACK_MAGICS: Final = (b"PACK\0\0\0\x02", b"PACK\0\0\0\x03")
_FANOUT_ENTRIES: Final = 256
_FANOUT_END: Final = len(_INDEX_MAGIC) + 4 * _FANOUT_ENTRIES
#: From here on an offset says where in the table of large offsets the offset is.
_LARGE: Final = 0x80000000
#: No file has more bytes than an offset of the system can say; an index can say more.
_LAST_PLACE: Final = (1 << 63) - 1
_KINDS: Final = {1: "commit", 2: "tree", 3: "blob", 4: "tag"}
_OFFSET_DELTA: Final = 6
_ID_DELTA: Final = 7
#: Kind and size take at most ten bytes, as does a distance.
_MAX_HEADER_BYTES: Final = 16
#: How many bytes a delta copies in the time that one byte of its own takes to be read, at least; 150 were measured.
_COPIED_AT_ONCE: Final = 16
_MAX_STEPS: Final = 4096  # Git reads no longer chains either (pack.depth)


def read_packed(index: Path, id_format: ObjectFormat, object_id: str, effort: Effort) -> tuple[str, bytes] | None:
    """Kind and content of an object of one pack, not verified; None when it is not in the pack.

    Raises:
        GitUnreadable: index or pack are malformed, or it takes more than the effort allows.
        OSError: one of the files cannot be read.
    """
    effort.spend()
    with _Bytes(index) as entries:
        offset = _offset(entries, id_format, bytes.fromhex(object_id))
        if offset is None:
            return None
        with _Bytes(index.with_suffix(".pack")) as pack:
            if pack.at(0, 8) not in _PACK_MAGICS:
                raise GitUnreadable(f"{index.stem} is no pack of a version that is read here")
            return _object(pack, entries, id_format, offset, effort)


class _Bytes:
    """A file that is read here and there. It is not mapped: who truncates a mapped file kills its readers."""

    def __init__(self, path: Path) -> None:
        self._file = open_file(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def up_to(self, at: int, most: int) -> bytes:
        """The bytes from a place on; fewer than asked for at the end, none behind it."""
        return os.pread(self._file.fileno(), most, at) if at + most <= _LAST_PLACE else b""

    def at(self, at: int, count: int) -> bytes:
        """The bytes at a place, all of them."""
        content = self.up_to(at, count)
        if len(content) != count:
            raise GitUnreadable("a pack or its index ends too early")
        return content

    def number(self, at: int, width: int = 4) -> int:
        """A number, highest byte first."""
        return int.from_bytes(self.at(at, width))


def _offset(index: _Bytes, id_format: ObjectFormat, raw_id: bytes) -> int | None:
    """Where in the pack an object is."""
    if index.up_to(0, len(_INDEX_MAGIC)) != _INDEX_MAGIC:
        raise GitUnreadable("an index is not of version 2")
    width, first = id_format.width_bytes, raw_id[0]
    end = index.number(len(_INDEX_MAGIC) + 4 * first)
    begin = index.number(len(_INDEX_MAGIC) + 4 * (first - 1)) if first else 0
    count = index.number(_FANOUT_END - 4)
    if not begin <= end <= count:
        raise GitUnreadable("an index is malformed")

    def id_at(position: int) -> bytes:
        return index.at(_FANOUT_END + position * width, width)

    position = bisect_left(range(count), raw_id, begin, end, key=id_at)
    if position == end or id_at(position) != raw_id:
        return None
    offsets = _FANOUT_END + count * (width + 4)
    offset = index.number(offsets + 4 * position)
    return index.number(offsets + 4 * count + 8 * (offset - _LARGE), 8) if offset >= _LARGE else offset


def _object(pack: _Bytes, index: _Bytes, id_format: ObjectFormat, offset: int, effort: Effort) -> tuple[str, bytes]:
    """Follow the deltas to what they begin from, then apply them the other way."""
    deltas: list[bytes] = []
    for _ in range(_MAX_STEPS):
        kind, size, at = _header(pack, offset)
        base = -1
        if kind == _OFFSET_DELTA:
            back, at = _distance(pack, at)
            base = offset - back
        elif kind == _ID_DELTA:
            base = _offset(index, id_format, pack.at(at, id_format.width_bytes)) or -1
            at += id_format.width_bytes
        effort.spend(size)
        content = _inflated(pack, at, size)
        if kind in _KINDS:
            return _KINDS[kind], _applied(content, deltas, effort)
        if kind not in (_OFFSET_DELTA, _ID_DELTA) or base < 0:
            break
        deltas.append(content)
        offset = base
    raise GitUnreadable("an object is malformed, or not in the pack, or follows from too many others")


def _applied(content: bytes, deltas: list[bytes], effort: Effort) -> bytes:
    for delta in reversed(deltas):
        content = apply_delta(content, delta)
        effort.spend(len(content) // _COPIED_AT_ONCE)
    return content


def _header(pack: _Bytes, offset: int) -> tuple[int, int, int]:
    """Kind and size of an entry, and where what follows begins."""
    start = pack.up_to(offset, _MAX_HEADER_BYTES) + b"\0"  # which ends a number that the file does not
    kind, size, at = start[0] >> 4 & 7, start[0] & 15, 1
    if start[0] & 0x80:
        more, at = read_size(start, 1)
        size |= more << 4
    return kind, size, offset + at


def _distance(pack: _Bytes, offset: int) -> tuple[int, int]:
    """How far before its delta a base is, and where what follows begins."""
    start = pack.up_to(offset, _MAX_HEADER_BYTES) + b"\0"
    value, at = start[0] & 0x7F, 1
    while start[at - 1] & 0x80:
        value = value + 1 << 7 | start[at] & 0x7F
        at += 1
    return value, offset + at


def _inflated(pack: _Bytes, at: int, size: int) -> bytes:
    # deflate makes at most 0.1 % and some bytes more of what it cannot compress (zlib's compressBound)
    content = inflate(pack.up_to(at, size + size // 512 + 64), size)
    if len(content) != size:
        raise GitUnreadable("an object has another size than it says")
    return content
