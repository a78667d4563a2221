"""What a component prints while it runs, on its way to whoever started the command.

To a terminal go lines that say whose they are, and nothing in them can steer it or pass for a line of somebody else.
Anything else, a pipe or a file, gets the bytes as they are: what reads them may want to.
"""

from __future__ import annotations

import codecs
import io
import os
import sys
from collections.abc import Callable
from typing import TextIO

from airssys.cli._console import printable
from airssys.interfaces.wasi import BlockingWork

#: Writes where a reader may keep us waiting for ever: on threads that a signal need not wait for.
_work = BlockingWork()


class RawOutput:
    """The bytes as they are. See `OutputSink`."""

    def __init__(self, stream: TextIO) -> None:
        self._put = _writer(stream)

    async def write(self, data: bytes) -> None:
        """See `OutputSink`."""
        await _work.run(lambda: self._put(data))


class TerminalLines:
    """Both streams of a component on terminals: whole lines, each after the component's name.

    Args:
        name: of the component.
    """

    def __init__(self, name: str) -> None:
        self._lead = f"{name} | "
        self._last: NamedLines | None = None

    def shown(self, text: str, by: NamedLines) -> str:
        """The text as it is shown: with a name before each line, and a line break where another stream goes on."""
        pieces = []
        if self._last is not None and self._last is not by:
            pieces.append("\n")
            self._last = None
        for line in io.StringIO(text, newline="\n"):
            pieces.append((self._lead if self._last is None else "") + printable(line, keep="\n\t"))
            self._last = None if line.endswith("\n") else by
        return "".join(pieces)

    def finish(self) -> None:
        """End a line that the component did not: what follows is not its own."""
        if self._last is not None:
            self._last.end_line()
            self._last = None


class NamedLines:
    """One stream of a component on a terminal. See `OutputSink`."""

    def __init__(self, lines: TerminalLines, stream: TextIO) -> None:
        self._lines = lines
        self._put = _writer(stream)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    async def write(self, data: bytes) -> None:
        """See `OutputSink`."""
        shown = self._lines.shown(self._decoder.decode(data), self).encode(errors="replace")
        await _work.run(lambda: self._put(shown))

    def end_line(self) -> None:
        """Put a line break. Blocks."""
        self._put(b"\n")


def output_to(lines: TerminalLines, *, to_stderr: bool) -> RawOutput | NamedLines:
    """Where a stream of a component goes.

    Args:
        lines: of the component, for the case that it is a terminal.
        to_stderr: standard error, or standard output.
    """
    stream = sys.stderr if to_stderr else sys.stdout
    return NamedLines(lines, stream) if stream.isatty() else RawOutput(stream)


def _writer(stream: TextIO) -> Callable[[bytes], None]:
    """Puts bytes into the file behind a stream, without a buffer that would have to be flushed once more at the end."""
    try:
        fd = stream.fileno()
    except (OSError, ValueError):  # there is none: a test looks at what is printed
        return lambda data: _put_text(stream, data)
    stream.flush()
    return lambda data: _put_all(fd, data)


def _put_all(fd: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(fd, left) :]


def _put_text(stream: TextIO, data: bytes) -> None:
    stream.write(data.decode(errors="replace"))
