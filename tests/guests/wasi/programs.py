"""Remote controls in hosts, and programs: components with a `wasi:cli/run`.

    remote = await start(guests, host, wasi=WasiSetup(stdin=b"text"))
    stream = await remote("stdin-get-stdin")
    assert await remote("input-stream-read", stream, 4) == b"text"
    assert await remote.failure("input-stream-read", stream, 4) == CLOSED

They have all of WASI but files and sockets, unless a test says otherwise: to link those takes ten times as long.

`program(code)` is a remote control that is a program as well: `code` is the core function `$run`, and may call every
function that a remote control has, by the name of its export.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Self

import pytest

from airssys import Component, Host
from airssys.engine import Case
from airssys.errors import GuestReturnedError
from airssys.interfaces.wasi import WasiSetup
from tests.guests import wasi_remote
from tests.guests.hosting import MIB, Guests

#: What a remote control imports, with what that uses.
BASIC: Final = (
    "wasi:cli/environment",
    "wasi:cli/exit",
    "wasi:cli/stderr",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/terminal-stderr",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/timezone",
    "wasi:clocks/wall-clock",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:random/insecure",
    "wasi:random/insecure-seed",
    "wasi:random/random",
)
#: The same, and what `Remote.why` needs.
TELLING: Final = (*BASIC, "wasi:filesystem/types")
CLOSED: Final = Case("closed")
#: What one call reads or writes at most.
PERMIT: Final = 64 * 1024

#: Prints each of its arguments as a line.
PRINTS_ARGUMENTS: Final = """(func $run (result i32) (local $list i32) (local $end i32) (local $to i32) (local $out i32)
      (local.set $list (call $remote-environment-get-arguments))
      (local.set $end (i32.add
        (i32.load (local.get $list)) (i32.mul (i32.load offset=4 (local.get $list)) (i32.const 8))))
      (local.set $list (i32.load (local.get $list)))
      (local.set $out (call $stdout-get-stdout))
      (local.set $to (call $allocate (i32.const 16) (i32.const 4)))
      (i32.store8 offset=12 (local.get $to) (i32.const 10))
      (block $all (loop $more
        (br_if $all (i32.ge_u (local.get $list) (local.get $end)))
        (call $output-stream-blocking-write-and-flush (local.get $out)
          (i32.load (local.get $list)) (i32.load offset=4 (local.get $list)) (local.get $to))
        (call $output-stream-blocking-write-and-flush (local.get $out)
          (i32.add (local.get $to) (i32.const 12)) (i32.const 1) (local.get $to))
        (local.set $list (i32.add (local.get $list) (i32.const 8)))
        (br $more)))
      (i32.const 0))"""
#: Copies standard input to standard output.
COPIES: Final = """(func $run (result i32) (local $in i32) (local $out i32) (local $to i32)
      (local.set $in (call $stdin-get-stdin))
      (local.set $out (call $stdout-get-stdout))
      (local.set $to (call $allocate (i32.const 16) (i32.const 8)))
      (loop $more
        (call $output-stream-blocking-splice
          (local.get $out) (local.get $in) (i64.const 100) (local.get $to))
        (br_if $more (i32.eqz (i32.load8_u (local.get $to)))))
      (i32.const 0))"""
#: Reads standard input, and gives back nothing of what that took of its memory.
HOARDS: Final = """(func $run (result i32) (local $in i32) (local $to i32)
      (local.set $in (call $stdin-get-stdin))
      (local.set $to (call $allocate (i32.const 16) (i32.const 8)))
      (loop $more
        (call $input-stream-blocking-read (local.get $in) (i64.const 65536) (local.get $to))
        (br_if $more (i32.eqz (i32.load8_u (local.get $to)))))
      (i32.const 0))"""
#: Ends with the number of runs that its memory has seen before.
COUNTS_RUNS: Final = """(global $runs (mut i32) (i32.const 0))
    (func $run (result i32)
      (global.set $runs (i32.add (global.get $runs) (i32.const 1)))
      (call $exit-exit-with-code (i32.sub (global.get $runs) (i32.const 1)))
      (i32.const 0))"""
#: Waits for an hour.
SLEEPS: Final = """(func $run (result i32)
      (call $pollable-block (call $monotonic-clock-subscribe-duration (i64.const 3600000000000)))
      (i32.const 0))"""
TRAPS: Final = "(func $run (result i32) unreachable)"


def ends(how: str) -> str:
    """A program that ends itself in this way: an instruction, and then 0 is success."""
    return f"(func $run (result i32) {how} (i32.const 0))"


def program(code: str, *, version: str = "0.2.0") -> str:
    """The WAT of a program."""
    text = wasi_remote.component(BASIC, version=version)
    module, found, rest = text.partition(")\n  (core instance $wasi\n")
    if not found:
        raise ValueError("remote controls are built in another way now")
    return f"""{module}
    {code}
    (export "run" (func $run))
    {found}{rest.rstrip().removesuffix(")")}
  (func $main (result (result)) (canon lift (core func $remote "run")))
  (instance $main (export "run" (func $main)))
  (export "wasi:cli/run@{version}" (instance $main)))
"""


@dataclass(frozen=True, slots=True)
class Remote:
    """A started remote control."""

    component: Component

    async def __call__(self, export: str, *args: Any, timeout: float | None = None) -> Any:
        """Call an export."""
        return await self.component.call(export, *args, timeout=timeout)

    async def failure(self, export: str, *args: Any, timeout: float | None = None) -> Any:
        """The error that the function behind an export answers with."""
        with pytest.raises(GuestReturnedError) as failed:
            await self.component.call(export, *args, timeout=timeout)
        return failed.value.value

    async def why(self, export: str, *args: Any) -> tuple[str, str]:
        """How an operation on a stream failed: what the error says about itself, and its filesystem code."""
        failure = await self.failure(export, *args)
        assert failure.name == "last-operation-failed"
        return (
            await self("error-to-debug-string", failure.value),
            await self("types-filesystem-error-code", failure.value),
        )


async def start(
    guests: Guests,
    host: Host,
    *,
    wasi: WasiSetup | None = None,
    code: str | None = None,
    interfaces: tuple[str, ...] = BASIC,
    name: str | None = None,
    max_bytes: int = MIB,
    more: str = "",
    **cpu: Any,
) -> Remote:
    """A remote control in an entered host; with `code`, a program."""
    text = _remote(interfaces) if code is None else program(code)
    project = guests.project("remote", text=text, max_bytes=max_bytes, more=more, **cpu)
    return Remote(await host.start(project, name=name, wasi=wasi))


@cache
def _remote(interfaces: tuple[str, ...]) -> str:
    return wasi_remote.component(interfaces)


class Pipe:
    """A pipe whose ends are closed when the `with` block is left."""

    def __init__(self) -> None:
        self.reader, self.writer = os.pipe()
        self._open = {self.reader, self.writer}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for end in tuple(self._open):
            self._close(end)

    def write(self, data: bytes) -> None:
        """Put bytes in."""
        assert os.write(self.writer, data) == len(data)

    def end(self) -> None:
        """Nothing more will be written."""
        self._close(self.writer)

    def close_reader(self) -> None:
        """Nobody reads any more."""
        self._close(self.reader)

    def _close(self, end: int) -> None:
        self._open.remove(end)
        os.close(end)


def readers() -> int:
    """How many files the running loop watches."""
    selector: Any = getattr(asyncio.get_running_loop(), "_selector")  # noqa: B009 - nothing public tells
    return len(selector.get_map())
