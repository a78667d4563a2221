"""What a component prints while it runs, on its way to whoever started the command.

To a terminal go lines that say whose they are, and nothing in them can steer it. Anything else, a pipe or a file, gets
the bytes as they are: what reads them may want to.
"""

from __future__ import annotations

import asyncio
import codecs
import io
import sys
from typing import IO

from airssys.cli._console import printable


class RawOutput:
    """The bytes as they are. See `OutputSink`."""

    def __init__(self, target: IO[bytes]) -> None:
        self._target = target

    async def write(self, data: bytes) -> None:
        """See `OutputSink`."""
        await asyncio.to_thread(self._write, data)

    def _write(self, data: bytes) -> None:
        self._target.write(data)
        self._target.flush()


class NamedLines:
    """Lines after the component's name, for people. See `OutputSink`."""

    def __init__(self, name: str, target: IO[str]) -> None:
        self._lead = f"{name} | "
        self._target = target
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._is_at_start = True

    async def write(self, data: bytes) -> None:
        """See `OutputSink`."""
        await asyncio.to_thread(self._write, self._decoder.decode(data))

    def _write(self, text: str) -> None:
        for line in io.StringIO(text, newline="\n"):
            self._target.write((self._lead if self._is_at_start else "") + printable(line, keep="\n\t"))
            self._is_at_start = line.endswith("\n")
        self._target.flush()


def output_to(name: str, *, to_stderr: bool) -> RawOutput | NamedLines:
    """Where a stream of a component goes.

    Args:
        name: of the component.
        to_stderr: standard error, or standard output.
    """
    stream = sys.stderr if to_stderr else sys.stdout
    return NamedLines(name, stream) if stream.isatty() else RawOutput(stream.buffer)
