"""Watches the processes that compile."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Final

import pytest

from airssys.engine import CompileBounds, CompiledComponent, Compiler
from airssys.errors import CompileError

#: More CPU time than a worker needs to start and to read its source.
STARTING_SECONDS: Final = 0.6


def children() -> set[int]:
    """Processes that this one started and that still exist, zombies included."""
    found = set()
    for entry in Path("/proc").iterdir():
        try:
            status = (entry / "stat").read_text() if entry.name.isdigit() else ""
        except OSError:  # it ended in the meantime
            continue
        if status and int(status.rpartition(")")[2].split()[1]) == os.getpid():
            found.add(int(entry.name))
    return found


async def worker_of(task: asyncio.Task[CompiledComponent], before: set[int]) -> int:
    """The process that compiles for a task, once it is deep in its work."""
    while True:
        for worker in children() - before:
            if cpu_seconds(worker) > STARTING_SECONDS:
                return worker
        assert not task.done()
        await asyncio.sleep(0.01)


def cpu_seconds(process: int) -> float:
    """CPU time that a process used so far."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def refusal(source: bytes | str, **bounds: float) -> CompileError:
    """The error of compiling that; no process is left."""
    before = children()
    limits = CompileBounds(**bounds)  # type: ignore[arg-type]
    with pytest.raises(CompileError) as caught:
        await Compiler(limits).compile(source if isinstance(source, bytes) else source.encode())
    assert children() <= before
    assert caught.value.hint
    return caught.value
