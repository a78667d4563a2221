"""The file of one component's output: its lines, each with time and stream; begun anew when it is full."""

from __future__ import annotations

import logging
import threading
from collections import deque
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

from ._lines import Piece, Unfinished
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
        self._lock = threading.Lock()
        self._waiting: deque[Piece] = deque()
        self._waiting_bytes = 0
        self._lost = 0
        self._handler: _Handler | None = None
        self._unfinished = Unfinished()

    def write(self, piece: Piece) -> None:
        """Have a piece written. Never waits."""
        if self._waiting_bytes + len(piece.data) > self._most:
            self._lost += len(piece.data)
            return
        self._waiting_bytes += len(piece.data)
        self._waiting.append(piece)
        self._work.send(self._drain)

    def _drain(self) -> None:
        """On a thread, one at a time."""
        with self._lock:
            handler = self._handler or self._open()
            while self._waiting:
                piece = self._waiting.popleft()
                self._waiting_bytes -= len(piece.data)
                try:
                    self._emit(handler, piece)
                except OSError:  # a full disk is told once there is room again
                    self._lost += len(piece.data)

    def _emit(self, handler: _Handler, piece: Piece) -> None:
        if self._lost:
            handler.emit(_record(piece.at, "host", f"{self._lost} bytes could not be written here: dropped"))
            self._lost = 0
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
        if self.stream is None:
            self.stream = self._open()
        self.stream.write(self.format(record) + self.terminator)
        self.flush()


def _record(at: float, stream: str, text: str) -> logging.LogRecord:
    record = logging.LogRecord(stream, logging.INFO, "", 0, "%s", (text,), None)
    record.created = at
    return record
