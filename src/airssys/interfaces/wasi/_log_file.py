"""The file of one component's output: its lines, each with time and stream; begun anew when it is full."""

from __future__ import annotations

import logging
import os
import threading
from collections import deque
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

from ._lines import PIECE_BYTES, Piece, Unfinished
from ._work import BlockingWork

_FORMAT: Final = "%(asctime)s %(name)s %(message)s"


class LogFile:
    """Written on a thread; what waits for it is bounded, and what it could not take is told.

    Args:
        path: its folder is made when the first line comes.
        file_bytes: size at which a new file is begun.
        files: older ones that are kept.
        waiting_bytes: most that waits for the disk.
    """

    def __init__(self, path: Path, file_bytes: int, files: int, waiting_bytes: int, work: BlockingWork) -> None:
        self._path = path
        self._file_bytes = file_bytes
        self._files = files
        self._most = waiting_bytes
        self._work = work
        self._lock = threading.Lock()  # of whoever writes the file
        self._guard = threading.Lock()  # of the four below, and never held while the disk works
        self._waiting: deque[Piece] = deque()
        self._waiting_bytes = 0
        self._lost = 0
        self._is_sent = False
        self._handler: _Handler | None = None
        self._unfinished = Unfinished()

    def write(self, piece: Piece) -> None:
        """Have a piece written. Never waits for the disk."""
        with self._guard:
            if self._waiting_bytes + len(piece.data) + PIECE_BYTES > self._most:
                self._lost += len(piece.data)
                return
            self._waiting_bytes += len(piece.data)
            if not self._waiting or not self._waiting[-1].add(piece.stream, piece.data):
                self._waiting.append(piece)
                self._waiting_bytes += PIECE_BYTES
            was_sent, self._is_sent = self._is_sent, True
        if not was_sent:
            self._work.send(self._drain)

    def _drain(self) -> None:
        """On a thread, one at a time."""
        with self._lock:
            with self._guard:
                self._is_sent = False
            handler = self._handler or self._open()
            while (piece := self._next()) is not None:
                try:
                    self._emit(handler, piece)
                except OSError:  # a full disk is told once there is room again
                    self._lose(len(piece.data))

    def _next(self) -> Piece | None:
        with self._guard:
            if not self._waiting:
                return None
            piece = self._waiting.popleft()
            self._waiting_bytes -= len(piece.data) + PIECE_BYTES
            return piece

    def _lose(self, size: int) -> None:
        with self._guard:
            self._lost += size

    def _emit(self, handler: _Handler, piece: Piece) -> None:
        if lost := self._lost:
            handler.emit(_record(piece.at, "host", f"{lost} bytes could not be written here: dropped"))
            self._lose(-lost)
        for line in self._unfinished.lines(piece, len(piece.data) + 1):
            handler.emit(_record(line.at, line.stream, line.text))

    def _open(self) -> _Handler:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handler = self._handler = _Handler(
            self._path, maxBytes=self._file_bytes, backupCount=self._files, encoding="utf-8", delay=True
        )
        handler.setFormatter(logging.Formatter(_FORMAT))
        return handler

    def close(self) -> None:
        """Write what waits, and close the file. Waits for the disk."""
        if self._handler is None and not self._waiting:
            return
        self._drain()
        with self._lock:
            handler = self._handler
            if handler is not None:
                for line in self._unfinished.rest():
                    handler.emit(_record(line.at, line.stream, line.text))
                handler.close()


class _Handler(RotatingFileHandler):
    def emit(self, record: logging.LogRecord) -> None:
        """Write a line. What cannot be written is the log's business, not the standard error's.

        Raises:
            OSError: it cannot.
        """
        if self.shouldRollover(record):
            self.doRollover()
            if not self.backupCount:  # nothing was put away then, and it would grow for ever
                os.truncate(self.baseFilename, 0)
        if self.stream is None:
            self.stream = self._open()
        self.stream.write(self.format(record) + self.terminator)
        self.flush()


def _record(at: float, stream: str, text: str) -> logging.LogRecord:
    record = logging.LogRecord(stream, logging.INFO, "", 0, "%s", (text,), None)
    record.created, record.msecs = at, at % 1 * 1000
    return record
