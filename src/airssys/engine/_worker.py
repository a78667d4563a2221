"""The compiling process: reads one source on standard input, writes facts and machine code on standard output.

Compiling is bounded neither by fuel nor by epochs and can even abort (design rules 3 and 12), so it happens here, under
the kernel's limits on memory and CPU time, and never in the host's own process.
"""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import json
import os
import signal
import sys
from typing import Any, BinaryIO, Final

from wasmtime import WasmtimeError, wat2wasm
from wasmtime.component import Component

from airssys.engine import _native as native
from airssys.engine._printable import printable
from airssys.engine.binary import BinaryKind, analyse
from airssys.errors import CompileError

#: Linux, prctl(2): the signal that this process gets when its parent dies.
_PR_SET_PDEATHSIG: Final = 1


def main() -> None:
    """One compilation; always answers with one header line, unless the process dies."""
    request = json.loads(sys.stdin.buffer.readline())
    _die_with(request["parent"])
    _limit(memory_bytes=request["memory_bytes"], cpu_seconds=request["cpu_seconds"])
    source = sys.stdin.buffer.read()
    try:
        header, artifact = _compile(source, consume_fuel=request["consume_fuel"])
    except CompileError as error:
        header, artifact = {"error": error.message, "hint": error.hint}, b""
    except WasmtimeError as error:
        header, artifact = {"error": _first_lines(str(error)), "hint": None}, b""
    except MemoryError:
        header, artifact = {"error": "compiling ran out of its memory", "hint": None}, b""
    _answer(sys.stdout.buffer, header, artifact)


def _compile(source: bytes, *, consume_fuel: bool) -> tuple[dict[str, Any], bytes]:
    wasm = source if source.startswith(b"\0asm") else _from_text(source)
    facts = analyse(wasm)
    if facts.kind is not BinaryKind.COMPONENT:
        raise CompileError(
            f"the file is a {facts.kind.value}, not a component"
            if facts.kind is BinaryKind.CORE_MODULE
            else "the file is neither WebAssembly nor its text format",
            hint="wrap a core module into a component (`wasm-tools component new`, or see examples/text-stats)",
        )
    if facts.uses_async:
        raise CompileError(
            "the component uses future, stream or async functions, which belong to WASI 0.3 and are not supported",
            hint="build the component for WASI 0.2",
        )
    engine = native.new_engine(consume_fuel=consume_fuel, new_memory=None)
    artifact = Component(engine, wasm).serialize()
    plain = dataclasses.asdict(facts)
    plain["kind"] = facts.kind.value
    return {"facts": plain, "wasm_bytes": len(wasm)}, bytes(artifact)


def _from_text(source: bytes) -> bytes:
    try:
        text = source.decode()
    except UnicodeDecodeError:
        raise CompileError("the file is neither WebAssembly nor its text format") from None
    return bytes(wat2wasm(text))


def _die_with(parent: int) -> None:
    """Let the kernel end this process when its parent dies, however that happens. Linux only."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None and sys.platform == "linux":
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before that
            sys.exit(1)


def _limit(*, memory_bytes: int, cpu_seconds: int) -> None:
    """Let the kernel bound this process; where it cannot, the parent's clock still does."""
    try:
        import resource
    except ImportError:  # not a Unix
        return
    for what, most in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # a lower hard limit is in force already
            resource.setrlimit(what, (most, most))


def _answer(out: BinaryIO, header: dict[str, Any], artifact: bytes) -> None:
    out.write(json.dumps(header).encode() + b"\n")
    out.write(artifact)
    out.flush()


def _first_lines(text: str) -> str:
    """Enough of the engine's message to act on; it quotes the guest's own text."""
    return "\n".join(map(printable, text.strip().splitlines()[:12]))[:2_000]
