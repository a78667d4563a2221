"""How much memory, and how many threads, of the machine something takes."""

from __future__ import annotations

import gc
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

#: Made before counting: pages that all of them share are there then.
_WARM_UP: Final = 50


async def growth_kib(act: Callable[[], Awaitable[None]], count: int) -> float:
    """KiB that the process grows by, each time."""
    for _ in range(_WARM_UP):
        await act()
    gc.collect()
    before = _process_kib()
    for _ in range(count - _WARM_UP):
        await act()
    gc.collect()
    return (_process_kib() - before) / (count - _WARM_UP)


def threads() -> int:
    """Threads of this process, whoever started them. Linux."""
    return _field("/proc/self/status", "Threads:")


def _process_kib() -> int:
    """Resident memory and page tables of this process. Linux."""
    return _field("/proc/self/smaps_rollup", "Rss:") + _field("/proc/self/status", "VmPTE:")


def _field(file: str, name: str) -> int:
    line = next(line for line in Path(file).read_text("utf-8").splitlines() if line.startswith(name))
    return int(line.split()[1])
