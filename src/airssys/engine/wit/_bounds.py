"""How large a type is.

Promise: a type within the bounds can be compared, hashed, printed and turned into converters in bounded time, also
when its parts are shared so often that written out it would be astronomically large.
"""

from __future__ import annotations

from airssys.engine.wit._model import MAX_TYPE_DEPTH, Borrow, ValueType, parts_of

MAX_TYPE_SIZE = 10_000
"""Parts of a type or signature, written out. Ours: no signature in WASI 0.2 has over 60; the engine takes 1,000,000."""


class TypeBounds:
    """Measures types, each distinct one once."""

    def __init__(self) -> None:
        self._measured: dict[int, tuple[ValueType, int, int]] = {}

    def problem(self, *value_types: ValueType) -> str | None:
        """What is wrong with these types taken together; None when nothing is."""
        measures = [self._measure(value_type, 0) for value_type in value_types]
        if any(height > MAX_TYPE_DEPTH for height, _ in measures):
            return f"this type nests deeper than {MAX_TYPE_DEPTH} levels"
        if sum(size for _, size in measures) > MAX_TYPE_SIZE:
            return f"this type has more than {MAX_TYPE_SIZE} parts when written out"
        return None

    def _measure(self, value_type: ValueType, depth: int) -> tuple[int, int]:
        """Height and size; deeper than the bound it stops, and the height is over the bound all the same."""
        known = self._measured.get(id(value_type))
        if known is not None:
            return known[1:]
        if depth > MAX_TYPE_DEPTH:
            return (1, 1)
        height, size = 0, 1
        for part in parts_of(value_type):
            if part is not None:
                part_height, part_size = self._measure(part, depth + 1)
                height, size = max(height, part_height), size + part_size
        self._measured[id(value_type)] = (value_type, height + 1, size)
        return (height + 1, size)


def lends(value_type: ValueType) -> bool:
    """Whether a `borrow` is anywhere in the type."""
    pending: list[ValueType | None] = [value_type]
    seen: set[int] = set()
    while pending:
        part = pending.pop()
        if isinstance(part, Borrow):
            return True
        if part is not None and id(part) not in seen:
            seen.add(id(part))
            pending.extend(parts_of(part))
    return False
