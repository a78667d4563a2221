"""From the bytes that a component printed to lines that a person may be shown."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Stream: TypeAlias = Literal["stdout", "stderr", "host"]

#: What a piece takes besides its bytes.
PIECE_BYTES: Final = 160
#: Small writes are kept together up to this size: a page.
TOGETHER_BYTES: Final = 4096
#: A longer line is given as several. Ours: longer than any line for a person.
MAX_LINE_CHARACTERS: Final = 4096


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line.

    Attributes:
        at: seconds since 1970.
        stream: `stdout` or `stderr` of the component, or `host` for what airssys says about them.
        text: without a line break, and fit for a terminal.
    """

    at: float
    stream: Stream
    text: str


@dataclass(slots=True)
class Piece:
    """What one stream printed in a row.

    Attributes:
        at: seconds since 1970, of its first byte.
    """

    at: float
    stream: Stream
    data: bytearray

    def add(self, stream: Stream, data: bytes | bytearray) -> bool:
        """Take what follows, if it is the same stream's and small enough; whether it did."""
        fits = stream == self.stream and len(self.data) + len(data) <= TOGETHER_BYTES
        if fits:
            self.data += data
        return fits


def lines_of(pieces: Iterable[Piece], most_of_each: int) -> Iterator[LogLine]:
    """The lines in pieces, in the order in which they end; of each piece at most so many, its last ones."""
    unfinished = Unfinished()
    for piece in pieces:
        yield from unfinished.lines(piece, most_of_each)
    yield from unfinished.rest()


class Unfinished:
    """The lines that streams have begun."""

    def __init__(self) -> None:
        self._streams: dict[Stream, tuple[codecs.IncrementalDecoder, str, float]] = {}

    def lines(self, piece: Piece, most: int) -> Iterator[LogLine]:
        """The last lines that a piece finishes."""
        decoder, begun, at = self._streams.get(piece.stream) or (
            codecs.getincrementaldecoder("utf-8")("replace"),
            "",
            piece.at,
        )
        *whole, begun = (begun + decoder.decode(bytes(piece.data))).split("\n")
        if whole:
            at = piece.at
            for text in whole[-most:]:
                yield from _cut(piece.at, piece.stream, text)
        if len(begun) >= MAX_LINE_CHARACTERS:
            yield from _cut(piece.at, piece.stream, begun)
            begun = ""
        self._streams[piece.stream] = (decoder, begun, at)

    def rest(self) -> Iterator[LogLine]:
        """What no line break ended."""
        for stream, (_, begun, at) in self._streams.items():
            if begun:
                yield from _cut(at, stream, begun)


def _cut(at: float, stream: Stream, text: str) -> Iterator[LogLine]:
    for start in range(0, len(text) or 1, MAX_LINE_CHARACTERS):
        yield LogLine(at, stream, visible(text[start : start + MAX_LINE_CHARACTERS]))


def visible(text: str, *, keep: str = "\t") -> str:
    r"""Show control characters instead of obeying them, except those in `keep`.

    >>> print(visible("red: \x1b[31m"))
    red: \u001b[31m
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in keep else json.dumps(char)[1:-1] for char in text)
