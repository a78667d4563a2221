"""Objects in files of their own (gitformat-loose(5)), and what every object has to pass."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Final

from airssys.trust._files import read_file
from airssys.trust.git._effort import Effort
from airssys.trust.git._ids import GitUnreadable

#: Largest commit or tree that is read, inflated. A folder of 100,000 files has a tree of about 6 MB.
MAX_OBJECT_BYTES: Final = 16 * 1024 * 1024
#: `commit`, a space, digits and a null.
_MAX_HEADER_BYTES: Final = 32


def read_loose(objects: Path, object_id: str, effort: Effort) -> tuple[str, bytes] | None:
    """Kind and content of a loose object, not verified; None when there is none of that id.

    Raises:
        GitUnreadable: it is malformed, too large, or more than the effort allows.
        OSError: its file cannot be read.
    """
    path = objects / object_id[:2] / object_id[2:]
    effort.spend()
    try:
        packed = read_file(path, MAX_OBJECT_BYTES)
    except FileNotFoundError:
        return None
    effort.spend(len(packed))
    content = inflate(packed, MAX_OBJECT_BYTES + _MAX_HEADER_BYTES)
    effort.spend(len(content))
    header, null, body = content.partition(b"\0")
    kind, _, size = header[:_MAX_HEADER_BYTES].decode("ascii", "replace").partition(" ")
    if not null or size != str(len(body)):
        raise GitUnreadable(f"object {object_id} is damaged")
    return kind, body


def inflate(packed: bytes | memoryview, most: int) -> bytes:
    """What zlib's stream at the beginning of the bytes holds.

    Raises:
        GitUnreadable: it is none, does not end, or holds more than `most` bytes.
    """
    stream = zlib.decompressobj()
    try:
        content = stream.decompress(packed, most + 1)
    except zlib.error:
        raise GitUnreadable("an object is damaged") from None
    if len(content) > most or not stream.eof:
        raise GitUnreadable(f"an object does not end, or has more than {most} bytes")
    return content
