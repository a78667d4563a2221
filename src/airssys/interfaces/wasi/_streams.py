"""`wasi:io/streams`: what all streams have in common. The kinds of streams say how they read and write.

Source: wasi:io 0.2. `read` may give fewer bytes than it was asked for, and none when there are none yet; at the end of
the stream it is `closed`. Who writes more than `check-write` permits is a faulty guest and traps. Guests name sizes as
they like; what the host reads or keeps for one call is bounded.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from airssys.engine import Case, Err
from airssys.errors import GuestTrapped, QuotaExceeded

from ._answers import FAILURES, error_code
from ._codes import Refusal
from ._file_io import MAX_BYTES
from ._poll import ALWAYS, Pollable, Source, wait_for_any

#: Most that a `blocking-write-zeroes-and-flush` takes (wasi:io 0.2, output-stream).
MAX_BLOCKING_ZEROES: Final = 4096


class IoError:
    """The resource `error` of wasi:io/error.

    Attributes:
        code: the `error-code` of wasi:filesystem; None where the error is of another kind.
    """

    __slots__ = ("code",)

    def __init__(self, code: str | None) -> None:
        self.code = code

    def to_debug_string(self) -> str:
        """`error.to-debug-string`: nothing about the host."""
        return self.code or "the other side went away"


class EndOfStream(Exception):
    """There is no more, or nobody takes any more."""


_CLOSED: Final = Err(Case("closed"))


class InputStream:
    """The resource `input-stream`. A kind of stream overrides `source` and `take`."""

    def __init__(self) -> None:
        self._is_closed = False

    @property
    def source(self) -> Source:
        """Ready when `take` gives something at once, an end or an error included."""
        return ALWAYS

    async def take(self, size: int) -> bytes | bytearray:
        """At most so many bytes, at most one piece of `MAX_BYTES`; none when there are none yet.

        Raises:
            EndOfStream: there are no more.
        """
        raise EndOfStream

    # -- wasi:io/streams

    async def read(self, size: int) -> Any:
        """`input-stream.read`."""
        if self._is_closed:
            return _CLOSED
        try:
            return await self.take(min(size, MAX_BYTES)) if size else b""
        except EndOfStream:
            self._is_closed = True
            return _CLOSED
        except FAILURES as error:
            self._is_closed = True
            return await _failed(error)

    async def blocking_read(self, size: int) -> Any:
        """`input-stream.blocking-read`."""
        while True:
            if size and not self._is_closed:
                await wait_for_any([self.source])
            data = await self.read(size)
            if data or not size:
                return data
            await asyncio.sleep(0)  # somebody else was faster

    async def skip(self, size: int) -> Any:
        """`input-stream.skip`."""
        data = await self.read(size)
        return data if isinstance(data, Err) else len(data)

    async def blocking_skip(self, size: int) -> Any:
        """`input-stream.blocking-skip`."""
        data = await self.blocking_read(size)
        return data if isinstance(data, Err) else len(data)

    def subscribe(self) -> Pollable:
        """`input-stream.subscribe`."""
        return Pollable(self.source)


class OutputStream:
    """The resource `output-stream`. A kind of stream overrides `put`, which takes everything before it returns, so
    that there is never anything left to flush."""

    def __init__(self) -> None:
        self._is_closed = False

    async def put(self, data: bytes) -> None:
        """Take all of it. Waits until it is taken.

        Raises:
            EndOfStream: nobody takes any more.
        """
        raise EndOfStream

    # -- wasi:io/streams

    def check_write(self) -> Any:
        """`output-stream.check-write`."""
        return _CLOSED if self._is_closed else MAX_BYTES

    async def write(self, contents: bytes) -> Any:
        """`output-stream.write`."""
        if self._is_closed:
            return _CLOSED
        _permit(len(contents), MAX_BYTES, "write")
        try:
            if contents:
                await self.put(contents)
        except EndOfStream:
            self._is_closed = True
            return _CLOSED
        except FAILURES as error:
            self._is_closed = True
            return await _failed(error)
        return None

    async def blocking_write_and_flush(self, contents: bytes) -> Any:
        """`output-stream.blocking-write-and-flush`. More than the 4096 bytes that WASI promises are taken as well."""
        for start in range(0, len(contents) or 1, MAX_BYTES):
            failure = await self.write(contents[start : start + MAX_BYTES])
            if failure is not None:
                return failure
        return None

    def flush(self) -> Any:
        """`output-stream.flush`."""
        return _CLOSED if self._is_closed else None

    blocking_flush = flush

    def subscribe(self) -> Pollable:
        """`output-stream.subscribe`."""
        return Pollable(ALWAYS)

    async def write_zeroes(self, size: int) -> Any:
        """`output-stream.write-zeroes`."""
        _permit(size, MAX_BYTES, "write-zeroes")
        return await self.write(bytes(size))

    async def blocking_write_zeroes_and_flush(self, size: int) -> Any:
        """`output-stream.blocking-write-zeroes-and-flush`."""
        _permit(size, MAX_BLOCKING_ZEROES, "blocking-write-zeroes-and-flush")
        return await self.write(bytes(size))

    async def splice(self, source: InputStream, size: int) -> Any:
        """`output-stream.splice`."""
        return await self._splice(await source.read(size) if not self._is_closed else _CLOSED)

    async def blocking_splice(self, source: InputStream, size: int) -> Any:
        """`output-stream.blocking-splice`."""
        return await self._splice(await source.blocking_read(size) if not self._is_closed else _CLOSED)

    async def _splice(self, data: Any) -> Any:
        if isinstance(data, Err):
            return data
        failure = await self.write(bytes(data))
        return len(data) if failure is None else failure


async def _failed(error: Refusal | QuotaExceeded | OSError) -> Err[Any]:
    return Err(Case("last-operation-failed", IoError(await error_code(error))))


def _permit(size: int, most: int, function: str) -> None:
    """Raises GuestTrapped when a guest passes more than it may, before any of it is kept."""
    if size > most:
        raise GuestTrapped(
            f"the guest passed {size} bytes to output-stream.{function}, which takes at most {most}",
            kind="misuse",
            hint="ask check-write how much may be written, as WASI has it",
        )
