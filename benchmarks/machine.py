"""What a run was measured on and with."""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
import time
from importlib.metadata import version
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).resolve().parent.parent
#: More than this share of the machine for others, and timings of several threads mean little.
NOISY: Final = 0.05


class Neighbours:
    """How much of the machine's CPU time went to others since it was made: other processes, and other machines."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self._busy = _busy_seconds()
        self._own = _own_seconds()

    def share(self) -> float:
        """From 0 to 1; processes that are not finished yet count as others."""
        elapsed = (time.perf_counter() - self._started) * (os.cpu_count() or 1)
        others = (_busy_seconds() - self._busy) - (_own_seconds() - self._own)
        return min(1.0, max(0.0, others / elapsed))


def facts() -> dict[str, str]:
    """Everything that a reader needs to judge the numbers, in the order of the page."""
    return {
        "Date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "CPU": f"{_cpu()}, {len(os.sched_getaffinity(0))} cores",
        "System": f"{platform.system()} {platform.release()} {platform.machine()}, {_memory_gib():.1f} GiB of memory",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "airssys": f"{version('airssys')}, {_commit()}",
        "wasmtime": version("wasmtime"),
        "Extism": f"{version('extism')}, runtime {version('extism-sys')}",
        "Pykka": version("pykka"),
    }


def _busy_seconds() -> float:
    """CPU time of everybody, and what the hypervisor took. The columns are in proc_stat(5)."""
    user, nice, system, _idle, _iowait, irq, softirq, steal = map(
        int, Path("/proc/stat").read_text("utf-8").split(None, 9)[1:9]
    )
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def _own_seconds() -> float:
    """CPU time of this process and of its finished children."""
    return sum(os.times()[:4])


def _cpu() -> str:
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _commit() -> str:
    commit = _git("rev-parse", "--short=12", "HEAD")
    if not commit:
        return "no commit known"
    return f"commit {commit}{', with changes that are not committed' if _git('status', '--porcelain', 'src') else ''}"


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "--no-optional-locks", "-C", str(_ROOT), *arguments], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()
