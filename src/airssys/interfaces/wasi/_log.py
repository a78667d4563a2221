"""What a component prints: kept in memory, in a file where the operator wants one, never without bound.

Promise: keeping it costs a copy, whatever is in it; control characters, and with them every escape that could steer a
terminal, are shown and not obeyed; what comes faster than the rate is dropped, and a line says how much that was.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from airssys.clock import Clock

from ._lines import PIECE_BYTES, TOGETHER_BYTES, LogLine, Piece, Stream, lines_of, visible
from ._log_file import LogFile
from ._work import BlockingWork

#: Once something was dropped, this part of a second's bytes has to fit before anything is kept again, or a page if that
#: is less: else each write of a flood would keep some bytes, and a longer line about the others.
_PART_OF_SECOND: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputConfig:
    """How much of what components print is kept.

    Attributes:
        memory_bytes: for each component; the oldest goes first.
        bytes_per_second: for each component; the bytes of one second may come at once. What comes faster is dropped.
        folder: where each component has a file `NAME.log`; None for nowhere.
        file_bytes: size at which a new file is begun.
        files: older files that are kept of each component.
    """

    memory_bytes: int = 256 * 1024
    bytes_per_second: int = 1024 * 1024
    folder: Path | None = None
    file_bytes: int = 1024 * 1024
    files: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class LogStatistics:
    """A snapshot, in bytes.

    Attributes:
        written: everything that the component printed.
        dropped: what of it came too fast, and is kept nowhere.
        forgotten: what was kept in memory, and has made room since.
        kept: what is in memory now.
    """

    written: int
    dropped: int
    forgotten: int
    kept: int


class OutputLog:
    """What one component printed, over all its instances. Belongs to the host's event loop.

    Args:
        name: of the component.
        config: how much is kept.
        clock: for times and the rate.
        work: writes the file.
    """

    def __init__(self, name: str, config: OutputConfig, clock: Clock, work: BlockingWork) -> None:
        self._config = config
        self._clock = clock
        self._pieces: deque[Piece] = deque()
        self._room = float(config.bytes_per_second)
        self._room_at = clock.monotonic()
        self._kept = self._written = self._dropped = self._untold = self._forgotten = 0
        self._file: LogFile | None = None
        if config.folder is not None:
            self._file = LogFile(
                config.folder / f"{name}.log", config.file_bytes, config.files, config.memory_bytes, work
            )

    # -- reading it

    def lines(self, last: int = 1000) -> tuple[LogLine, ...]:
        """The last lines in memory, at most so many, the oldest first. The last one of a stream may be unfinished."""
        return tuple(deque(lines_of(self._pieces, last), maxlen=last))

    @property
    def text(self) -> str:
        """All that is in memory as one text, as the component wrote it but for control characters."""
        written = b"".join(piece.data for piece in self._pieces if piece.stream != "host")
        return visible(written.decode(errors="replace"), keep="\n\t")

    def statistics(self) -> LogStatistics:
        """How much there was, and what became of it."""
        return LogStatistics(written=self._written, dropped=self._dropped, forgotten=self._forgotten, kept=self._kept)

    # -- writing it

    def write(self, stream: Stream, data: bytes) -> None:
        """Keep what a component printed, as far as there is room. Never waits."""
        self._written += len(data)
        fits = self._take(len(data))
        if fits:
            self._tell_dropped()
            self._keep(stream, data[:fits])
        self._dropped += len(data) - fits
        self._untold += len(data) - fits

    def finish(self) -> None:
        """An instance has ended: say what was dropped at its end."""
        self._tell_dropped()

    def close(self) -> None:
        """Nothing more will come. Waits for the disk, if there is a file."""
        if self._file is not None:
            self._file.close()

    def _take(self, size: int) -> int:
        """How many of so many bytes the rate allows."""
        now, rate = self._clock.monotonic(), self._config.bytes_per_second
        self._room = min(float(rate), self._room + (now - self._room_at) * rate)
        self._room_at = now
        if self._untold and self._room < min(rate / _PART_OF_SECOND, TOGETHER_BYTES):
            return 0
        fits = min(size, int(self._room))
        self._room -= fits
        return fits

    def _tell_dropped(self) -> None:
        if self._untold:
            count, self._untold = self._untold, 0
            self._keep("host", f"{count} bytes came faster than they are kept: dropped\n".encode())

    def _keep(self, stream: Stream, data: bytes) -> None:
        if self._file is not None:
            self._file.write(Piece(self._clock.wall(), stream, bytearray(data)))
        too_much = min(max(0, len(data) + PIECE_BYTES - self._config.memory_bytes), len(data))
        self._forgotten += too_much
        data = data[too_much:]
        self._kept += len(data)
        if not self._pieces or not self._pieces[-1].add(stream, data):
            self._pieces.append(Piece(self._clock.wall(), stream, bytearray(data)))
            self._kept += PIECE_BYTES
        while self._kept > self._config.memory_bytes and self._pieces:
            gone = len(self._pieces.popleft().data)
            self._kept -= gone + PIECE_BYTES
            self._forgotten += gone
