"""Standard input, output and error of one component."""

from __future__ import annotations

import asyncio
import os
import select
from collections.abc import Callable
from typing import Any

from ._lines import Stream
from ._log import OutputLog
from ._poll import ALWAYS, Source, Undo
from ._setup import OutputSink
from ._streams import EndOfStream, InputStream, OutputStream
from ._work import BlockingWork


class StandardInput:
    """Where standard input comes from: all streams that the guest asks for read from the same place."""

    @property
    def source(self) -> Source:
        """Ready when `take` gives something at once."""
        return ALWAYS

    async def take(self, size: int) -> bytes:
        """See `InputStream.take`. Here: nothing."""
        raise EndOfStream


class GivenBytes(StandardInput):
    """A text that is all there."""

    def __init__(self, data: bytes) -> None:
        self._left = memoryview(data)

    async def take(self, size: int) -> bytes:
        """See `InputStream.take`."""
        if not self._left:
            raise EndOfStream
        data, self._left = bytes(self._left[:size]), self._left[size:]
        return data


class Readable(StandardInput):
    """A file descriptor: a pipe, a terminal, a file. It is not changed, not even to be non-blocking, since others may
    use it; it is read only when there is something, and then on a thread all the same."""

    def __init__(self, fd: int, work: BlockingWork) -> None:
        self._fd = fd
        self._work = work
        self._poll = select.poll()
        self._poll.register(fd, select.POLLIN)
        self._wakes: list[Callable[[], None]] = []
        self._watched = -1

    @property
    def source(self) -> Source:
        """See `StandardInput`."""
        return self

    def is_ready(self) -> bool:
        """See `Source`."""
        return bool(self._poll.poll(0))

    def watch(self, wake: Callable[[], None]) -> Undo:
        """See `Source`."""
        loop = asyncio.get_running_loop()
        if not self._wakes:
            # a loop watches a descriptor for one, and others may want to know about this one, too
            self._watched = os.dup(self._fd)
            try:
                loop.add_reader(self._watched, self._wake_all)
            except PermissionError:  # a regular file, which is always ready (epoll_ctl(2))
                os.close(self._watched)
                loop.call_soon(wake)
                return lambda: None
            except BaseException:
                os.close(self._watched)
                raise
        self._wakes.append(wake)

        def undo() -> None:
            self._wakes.remove(wake)
            if not self._wakes:
                loop.remove_reader(self._watched)
                os.close(self._watched)

        return undo

    def _wake_all(self) -> None:
        for wake in self._wakes:
            wake()

    async def take(self, size: int) -> bytes:
        """See `InputStream.take`."""
        if not self.is_ready():
            return b""
        data = await self._work.run(lambda: os.read(self._fd, size))
        if not data:
            raise EndOfStream
        return data


class InputFrom(InputStream):
    """What `get-stdin` gives."""

    def __init__(self, origin: StandardInput) -> None:
        super().__init__()
        self._origin = origin

    @property
    def source(self) -> Source:
        """See `InputStream`."""
        return self._origin.source

    async def take(self, size: int) -> bytes:
        """See `InputStream`."""
        return await self._origin.take(size)


class OutputTo(OutputStream):
    """What `get-stdout` and `get-stderr` give: the component's log, and where its host wants it besides."""

    def __init__(self, stream: Stream, log: OutputLog, sink: OutputSink | None) -> None:
        super().__init__()
        self._stream: Stream = stream
        self._log = log
        self._sink = sink

    async def put(self, data: bytes) -> None:
        """See `OutputStream`."""
        self._log.write(self._stream, data)
        if self._sink is not None:
            try:
                await self._sink.write(data)
            except BrokenPipeError:
                raise EndOfStream from None


class Terminal:
    """The resources `terminal-input` and `terminal-output`: there is nothing that could be done with them."""

    __slots__ = ()


def input_of(stdin: bytes | int | None, work: BlockingWork) -> StandardInput:
    """Where standard input comes from."""
    if stdin is None:
        return StandardInput()
    return GivenBytes(stdin) if isinstance(stdin, bytes) else Readable(stdin, work)


def terminal_functions(is_terminal: bool) -> dict[str, dict[str, Callable[..., Any]]]:
    """`terminal-*`. Output goes through a filter, so it is no terminal, whatever is behind that."""
    return {
        "wasi:cli/terminal-stdin": {"get-terminal-stdin": lambda: Terminal() if is_terminal else None},
        "wasi:cli/terminal-stdout": {"get-terminal-stdout": lambda: None},
        "wasi:cli/terminal-stderr": {"get-terminal-stderr": lambda: None},
    }
