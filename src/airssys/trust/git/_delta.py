"""Objects that are written as changes of others (gitformat-pack(5), Deltified representation)."""

from __future__ import annotations

from airssys.trust.git._ids import GitUnreadable
from airssys.trust.git._loose import MAX_OBJECT_BYTES


def apply_delta(base: bytes, delta: bytes) -> bytes:
    """The object that the delta makes of its base.

    Raises:
        GitUnreadable: the delta is malformed, or is not for this base.
    """
    try:
        base_size, at = read_size(delta, 0)
        size, at = read_size(delta, at)
        if base_size != len(base) or size > MAX_OBJECT_BYTES:
            raise GitUnreadable("a delta does not fit its base")
        return _apply(base, delta, at, size)
    except IndexError:
        raise GitUnreadable("a delta ends too early") from None


def read_size(data: bytes, at: int) -> tuple[int, int]:
    """A number in groups of seven bits, lowest first; and where the bytes after it begin."""
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        shift += 7
        at += 1
        if not byte & 0x80:
            return value, at
        if shift > 63:
            raise GitUnreadable("a number is too large")


def _apply(base: bytes, delta: bytes, at: int, size: int) -> bytes:
    result = bytearray()
    while at < len(delta):
        command = delta[at]
        at += 1
        if command & 0x80:
            begin, length, at = _copied(command, delta, at)
            part = base[begin : begin + length]
        else:
            length = command  # 0 is reserved, and makes no progress either
            part = delta[at : at + length]
            at += length
        if not length or len(part) != length or len(result) + length > size:
            raise GitUnreadable("a delta is malformed")
        result += part
    if len(result) != size:
        raise GitUnreadable("a delta makes less than it says")
    return bytes(result)


def _copied(command: int, delta: bytes, at: int) -> tuple[int, int, int]:
    """Which part of the base to copy: where it begins, how long it is; and where the next command begins."""
    values = [0, 0]
    for bit in range(7):
        if command & (1 << bit):
            values[bit >= 4] |= delta[at] << 8 * (bit if bit < 4 else bit - 4)
            at += 1
    return values[0], values[1] or 0x10000, at
