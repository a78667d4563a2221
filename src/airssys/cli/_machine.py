"""Facts about the machine that need no component to find out."""

from __future__ import annotations

import os
from importlib.metadata import version


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def engine_version() -> str:
    """The version of the engine's wheel."""
    return version("wasmtime")
