"""What a run was measured on and with."""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).resolve().parent.parent


def facts() -> dict[str, str]:
    """Everything that a reader needs to judge the numbers, in the order of the page."""
    return {
        "Date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "CPU": f"{_cpu()}, {len(os.sched_getaffinity(0))} cores",
        "System": f"{platform.system()} {platform.release()} {platform.machine()}, {_memory_gib():.1f} GiB of memory",
        "Load before": f"{os.getloadavg()[0]:.2f} in the last minute",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "airssys": f"{version('airssys')}, {_commit()}",
        "wasmtime": version("wasmtime"),
        "Extism": f"{version('extism')}, runtime {version('extism-sys')}",
    }


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
        done = subprocess.run(["git", "-C", str(_ROOT), *arguments], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()
