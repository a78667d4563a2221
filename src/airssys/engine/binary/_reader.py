"""Bytes to numbers and names, with every bound checked.

Promise: reading past the end, a number that is too long, a section that lies about its size or a binary with too many
pieces raises `MalformedBinary` with the offset; nothing else is ever raised, and work is bounded by `MAX_PIECES`.

Source: WebAssembly core specification, "Binary Format: Values"; component model, Binary.md.
"""

from __future__ import annotations

from airssys.engine.binary._facts import MalformedBinary

MAX_PIECES = 250_000
"""Sections and vector elements that one walk reads. Ours: an 18 MB componentize-py component has 4,700."""

MAX_DEPTH = 100
"""How deep components and types may nest. The engine's own bounds on type nesting and on text are of that size."""


class Budget:
    """Counts the pieces of one binary over all its parts."""

    def __init__(self) -> None:
        self._left = MAX_PIECES

    def spend(self, pieces: int, offset: int) -> None:
        """Account for pieces about to be read."""
        self._left -= pieces
        if self._left < 0:
            raise MalformedBinary(f"offset {offset:#x}: more than {MAX_PIECES} sections and entries in one binary")


class Reader:
    """A cursor over a part of the binary; parts never overlap their surroundings."""

    def __init__(self, data: bytes, start: int, end: int, budget: Budget) -> None:
        self._data = data
        self._end = end
        self._budget = budget
        self.offset = start

    def malformed(self, problem: str) -> MalformedBinary:
        """The error to raise for a problem at the cursor."""
        return MalformedBinary(f"offset {self.offset:#x}: {problem}")

    @property
    def at_end(self) -> bool:
        """Whether everything was read."""
        return self.offset >= self._end

    def byte(self) -> int:
        """One byte."""
        if self.offset >= self._end:
            raise self.malformed("unexpected end")
        self.offset += 1
        return self._data[self.offset - 1]

    def peek(self) -> int:
        """The next byte, not consumed."""
        value = self.byte()
        self.offset -= 1
        return value

    def flag(self) -> bool:
        """One byte that is 0 or 1."""
        value = self.byte()
        if value > 1:
            raise self.malformed(f"{value:#x} is neither 0 nor 1")
        return value == 1

    def expect(self, expected: bytes, what: str) -> None:
        """Step over bytes that have to be there."""
        self.skip(len(expected))
        if self._data[self.offset - len(expected) : self.offset] != expected:
            raise self.malformed(f"this is not {what} of the current format")

    def u32(self) -> int:
        """An unsigned number of at most 32 bits in LEB128."""
        return self._unsigned(32)

    def u64(self) -> int:
        """An unsigned number of at most 64 bits in LEB128."""
        return self._unsigned(64)

    def s33(self) -> int:
        """A signed number of at most 33 bits in LEB128: an index, or a type opcode when negative."""
        value, shift = 0, 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return value - (1 << shift) if byte & 0x40 else value
            if shift >= 35:
                raise self.malformed("a number has more than 33 bits")

    def count(self) -> int:
        """The length of a vector; its elements are charged to the budget."""
        length = self.u32()
        self._budget.spend(length, self.offset)
        return length

    def name(self) -> bytes:
        """A length and that many bytes; whether they are UTF-8 is for the engine to say."""
        length = self.u32()
        self.skip(length)
        return self._data[self.offset - length : self.offset]

    def skip(self, length: int) -> None:
        """Step over bytes."""
        if length > self._end - self.offset:
            raise self.malformed(f"{length} bytes announced, {self._end - self.offset} left")
        self.offset += length

    def section(self) -> tuple[int, Reader]:
        """The id of the next section and a reader of its content; this cursor goes behind it."""
        self._budget.spend(1, self.offset)
        section_id = self.byte()
        length = self.u32()
        self.skip(length)
        return section_id, Reader(self._data, self.offset - length, self.offset, self._budget)

    def finish(self) -> None:
        """Raise unless everything was read."""
        if not self.at_end:
            raise self.malformed(f"{self._end - self.offset} bytes too many in this section")

    def _unsigned(self, bits: int) -> int:
        value, shift = 0, 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
            if shift >= bits:
                raise self.malformed(f"a number has more than {bits} bits")
        if value >> bits:
            raise self.malformed(f"a number has more than {bits} bits")
        return value
