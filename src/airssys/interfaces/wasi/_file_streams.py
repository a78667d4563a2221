"""Streams over files: `read-via-stream`, `write-via-stream`, `append-via-stream`."""

from __future__ import annotations

from ._file_io import read_at, write_at
from ._open_file import OpenFile
from ._rights import Storage
from ._streams import EndOfStream, InputStream, OutputStream


class FileInput(InputStream):
    """Reads a file from an offset on. Retains the file until it is closed."""

    def __init__(self, file: OpenFile, offset: int) -> None:
        super().__init__()
        file.retain()
        self._file = file
        self._offset = offset

    async def take(self, size: int) -> bytes | bytearray:
        """See `InputStream`."""
        data = await read_at(self._file, size, self._offset)
        if not data:
            raise EndOfStream
        self._offset += len(data)
        return data

    def close(self) -> None:
        """The guest dropped it."""
        self._file.release()


class FileOutput(OutputStream):
    """Writes a file from an offset on, or at its end. Retains the file until it is closed.

    Args:
        offset: None for the end, wherever that is at the time of each write.
    """

    def __init__(self, file: OpenFile, offset: int | None, storage: Storage) -> None:
        super().__init__()
        file.retain()
        self._file = file
        self._offset = offset
        self._storage = storage

    async def put(self, data: bytes) -> None:
        """See `OutputStream`."""
        count = await write_at(self._file, data, self._offset, self._storage)
        if self._offset is not None:
            self._offset += count

    def close(self) -> None:
        """The guest dropped it."""
        self._file.release()
