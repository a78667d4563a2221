"""The groups of figures, and how one is measured apart from the others."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from typing import Final, TypeAlias

from benchmarks.effort import Effort
from benchmarks.figure import Figure

Group: TypeAlias = Callable[[Effort], Awaitable[Sequence[Figure]]]

#: Name -> the module of the function of that name; in the order of the page.
GROUPS: Final = {
    "calls": "calls",
    "instances": "instances",
    "idle": "idle",
    "compute": "compute",
    "fairness": "fairness",
    "host_calls": "host_calls",
    "growth": "growth",
    "compiling": "growth",
    "capabilities": "capabilities",
    "policy": "policy",
    "quotas": "quotas",
    "audit": "audit",
    "actors": "actors",
    "wasi": "wasi",
    "wasi_files": "wasi_files",
}


def measure_apart(name: str, effort: Effort) -> Sequence[Figure]:
    """Measure one group in a new process: nobody inherits another group's threads, heap or mappings."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(measure, name, effort).result()


def measure(name: str, effort: Effort) -> Sequence[Figure]:
    """Measure one group in this process."""
    group: Group = getattr(import_module(f"benchmarks.{GROUPS[name]}"), name)

    async def run() -> Sequence[Figure]:
        return await group(effort)

    return asyncio.run(run())
