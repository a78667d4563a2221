"""Promise: compiling ends within its bounds of size, time and memory, in a process that never outlives it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from airssys.engine import CompileBounds, Compiler, link, read_source
from airssys.errors import AirssysError, CompileError
from airssys.units import MIB
from tests.guests import wat
from tests.guests.compiling import children, refusal, worker_of
from tests.guests.hosting import Guests

EMPTY_COMPONENT = b"\0asm\x0d\0\x01\0"


async def test_the_largest_source_is_read_and_one_byte_more_is_not(tmp_path: Path):
    source = EMPTY_COMPONENT + b"\0\x0a\x01x" + bytes(8)  # with a custom section
    bounds = CompileBounds(source_bytes=len(source))
    path = tmp_path / "component.wasm"
    path.write_bytes(source)
    assert (await Compiler(bounds).compile(source)).size_bytes == len(source)
    assert (await Compiler(bounds).compile_file(path)).size_bytes == len(source)
    tight = CompileBounds(source_bytes=len(source) - 1)
    for attempt in (Compiler(tight).compile(source), Compiler(tight).compile_file(path)):
        with pytest.raises(CompileError, match=r"larg"):
            await attempt


async def test_no_more_than_the_bound_is_ever_read():
    with pytest.raises(CompileError):
        async with asyncio.timeout(20):
            await Compiler(CompileBounds(source_bytes=MIB)).compile_file(Path("/dev/zero"))


@pytest.mark.parametrize("kind", ["missing", "folder", "pipe"])
def test_only_a_regular_file_is_read(tmp_path: Path, kind: str):
    path = tmp_path / "component.wasm"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    errors: list[CompileError] = []

    def read() -> None:
        try:
            read_source(path)
        except CompileError as error:
            errors.append(error)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    thread.join(5)
    blocked = thread.is_alive()
    if blocked:  # let it go
        os.close(os.open(path, os.O_WRONLY))
        thread.join()
    assert not blocked
    assert "component.wasm" in str(errors[0])


async def test_time_is_bounded():
    started = time.perf_counter()
    error = await refusal(wat.slow_to_compile(), timeout_seconds=1.5)
    assert "longer than 1.5 s" in str(error)
    assert time.perf_counter() - started < 6


async def test_memory_is_bounded():
    error = await refusal(wat.slow_to_compile(), memory_bytes=120 * MIB, timeout_seconds=60)
    assert "the compiling process died" in str(error) or "memory" in str(error)
    assert "120 MiB" in error.hint or "memory" in str(error)


async def test_a_worker_that_is_killed_is_told():
    before = children()
    task = asyncio.create_task(Compiler().compile(wat.slow_to_compile().encode()))
    os.kill(await worker_of(task, before), signal.SIGKILL)
    with pytest.raises(CompileError, match="signal 9"):
        await task
    assert children() <= before


async def test_cancelling_kills_the_worker():
    before = children()
    task = asyncio.create_task(Compiler().compile(wat.slow_to_compile().encode()))
    worker = await worker_of(task, before)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(5):
            await task
    assert worker not in children()


async def test_the_event_loop_is_free_while_a_worker_compiles():
    task = asyncio.create_task(Compiler(CompileBounds(timeout_seconds=0.5)).compile(wat.slow_to_compile().encode()))
    turns = 0
    while not task.done():
        await asyncio.sleep(0.001)
        turns += 1
    assert turns > 20
    assert isinstance(task.exception(), CompileError)


async def test_machine_code_out_of_all_proportion_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("airssys.engine._compile._MAX_EXPANSION", 0)
    monkeypatch.setattr("airssys.engine._compile.MIB", 1000)
    assert "out of all proportion" in str(await refusal(wat.text("hostile")))


def record_bomb(fields: int, uses: int) -> str:
    """A small file with huge types: a record that is used again and again."""
    record = " ".join(f'(field "f{i}" u8)' for i in range(fields))
    params = " ".join(f'(param "p{i}" $record)' for i in range(uses))
    return f"""(component
      (type $the-record (record {record}))
      (import "record" (type $record (eq $the-record)))
      (import "demo:bombs/bomb" (instance (alias outer 1 $record (type $inner)) (export "record" (type $r (eq $inner)))
        (export "explode" (func {params.replace("$record", "$r")})))))"""


def tuple_bomb(depth: int) -> str:
    """A few lines with a type of 2 ** depth parts."""
    lines = "\n".join(f"(type $t{i + 1} (tuple $t{i} $t{i}))" for i in range(depth))
    return f'(component (type $t0 (tuple u8 u8)) {lines} (import "f" (func (param "x" $t{depth}))))'


@pytest.mark.parametrize("source", [record_bomb(1000, 90), tuple_bomb(16), tuple_bomb(18)], ids=["records", "16", "18"])
async def test_a_type_bomb_does_not_hold_the_event_loop(guests: Guests, source: str):
    """Its types are refused, or turned into converters fast; either way the loop's thread is not held for seconds."""
    try:
        compiled = await guests.compiled("bomb", text=source)
    except CompileError:
        return
    before = time.thread_time()
    with contextlib.suppress(AirssysError):
        link(compiled)
    assert time.thread_time() - before < 1.5


@pytest.mark.parametrize("uses", [20, 90])
async def test_a_record_that_is_used_often_is_made_once(guests: Guests, uses: int):
    record = " ".join(f'(field "f{i}" u8)' for i in range(1000))
    results = " ".join(["$record"] * uses)
    source = f"""(component
      (core module $m (memory (export "memory") 2) (func (export "f") (result i32) (i32.const 0)))
      (core instance $main (instantiate $m))
      (type $the-record (record {record}))
      (export $record "record" (type $the-record))
      (func (export "f") (result (tuple {results}))
        (canon lift (core func $main "f") (memory (core memory $main "memory")))))"""
    try:
        linked = link(await guests.compiled("records", text=source))
        before = time.thread_time()
        linked.export("f")
    except CompileError:
        return
    assert time.thread_time() - before < 1.0
