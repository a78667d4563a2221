"""Processes that are killed with `kill -9` in the middle of their work, and what they said before."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, Final

#: Forks each process from one that has these imported, so that a kill costs milliseconds.
_FORKS: Final = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["airssys.approval", "airssys.audit", "airssys.storage"])


def kill_during(work: Callable[..., None], *args: object, after_reports: int, after_seconds: float) -> list[Any]:
    """Let `work(*args, say)` run in a process until it has called `say` so often, and a moment longer; then kill it.

    Returns everything that it said. What it says is on its way before `say` returns, so a kill loses none of it.
    """
    ours, theirs = _FORKS.Pipe(duplex=False)
    process = _FORKS.Process(target=_run, args=(work, args, theirs), daemon=True)
    process.start()
    theirs.close()
    said = [ours.recv() for _ in range(after_reports)]
    process.join(after_seconds)
    process.kill()
    process.join()
    assert process.exitcode == -9
    return said + _rest(ours)


def run_apart(work: Callable[..., None], *args: object) -> list[Any]:
    """Let `work(*args, say)` run to its end in a process of its own; returns everything that it said."""
    ours, theirs = _FORKS.Pipe(duplex=False)
    process = _FORKS.Process(target=_run, args=(work, args, theirs), daemon=True)
    process.start()
    theirs.close()
    said = _rest(ours)
    process.join()
    assert process.exitcode == 0
    return said


def _rest(pipe: Connection) -> list[Any]:
    """Everything that comes until the other side is gone."""
    said = []
    try:
        while True:
            said.append(pipe.recv())
    except (EOFError, OSError):  # nothing more, or the beginning of something
        pipe.close()
    return said


def _run(work: Callable[..., None], args: tuple[object, ...], pipe: Connection) -> None:
    work(*args, pipe.send)
