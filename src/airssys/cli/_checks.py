"""What a machine must have for airssys, one function for each thing. Nothing here raises: a check tells."""

from __future__ import annotations

import platform
import secrets
import stat
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from time import perf_counter
from typing import Final

from semver import Version

from airssys.cli._machine import cores, engine_version
from airssys.cli._probe import LIMIT_BYTES, compile_probe, running_probe
from airssys.engine import Capacity, CodeCache, Compiler, maps_of, max_map_count
from airssys.errors import AirssysError
from airssys.host import HostConfig
from airssys.interfaces.wasi import KernelResolver, best_resolver
from airssys.units import format_size

#: Lowest engine without known security advisories when this version was made (docs/adr/0002-dependencies.md).
ENGINE_FLOOR: Final = Version(50, 0, 1)
#: The engine that our native border is written for, as pyproject.toml pins it.
ENGINE_SERIES: Final = (50, 0)
#: As `requires-python` in pyproject.toml.
PYTHONS: Final = ((3, 11), (3, 14))
#: Fewer instances than this and a busy host meets the limit; the design plans for 16,000.
FEW_INSTANCES: Final = 1_000


class State(StrEnum):
    """The outcome of a check."""

    OK = "ok"
    NOTE = "note"  # works, but somebody should know
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check found.

    Attributes:
        name: of the thing that was looked at.
        found: what is there.
        advice: what to do about it; empty where nothing is to be done.
    """

    name: str
    state: State
    found: str
    advice: str = ""


def check_python(running: tuple[int, int] | None = None) -> Finding:
    """The interpreter is one that we are tested with."""
    lowest, beyond = PYTHONS
    fits = lowest <= (running or sys.version_info[:2]) < beyond
    return Finding(
        name="python",
        state=State.OK if fits else State.BROKEN,
        found=f"{platform.python_implementation()} {platform.python_version()}",
        advice="" if fits else f"use Python {lowest[0]}.{lowest[1]} up to, but not including, {beyond[0]}.{beyond[1]}",
    )


def check_engine(installed: str | None = None) -> Finding:
    """The engine is the one that we are written for, and no known advisory applies to it."""
    text = installed or engine_version()
    found = f"wasmtime {text}; no known advisory from {ENGINE_FLOOR} on"
    try:
        parsed = Version.parse(text)
        fits = (parsed.major, parsed.minor) == ENGINE_SERIES and parsed >= ENGINE_FLOOR
    except ValueError:
        fits = False
    advice = f"install wasmtime {ENGINE_FLOOR} or a later {ENGINE_SERIES[0]}.{ENGINE_SERIES[1]}.x"
    return Finding(name="engine", state=State.OK if fits else State.BROKEN, found=found, advice="" if fits else advice)


def check_system() -> Finding:
    """The operating system is one that we are tested on."""
    found = f"{platform.system()} {platform.release()} on {platform.machine()}"
    if platform.system() == "Linux":
        return Finding(name="system", state=State.OK, found=found)
    return Finding(name="system", state=State.NOTE, found=found, advice="airssys is tested on Linux only")


def check_cores() -> Finding:
    """How many guests can compute at the same time."""
    count = cores()
    if count > 1:
        return Finding(name="cores", state=State.OK, found=f"{count} for this process")
    advice = "guests that compute share the only core with the host; give the process more for parallel work"
    return Finding(name="cores", state=State.NOTE, found="1 for this process", advice=advice)


def check_capacity() -> Finding:
    """How many instances fit into this process: each takes memory maps, and the kernel bounds those."""
    instances = Capacity.of_this_machine().maps // maps_of(1)
    found = f"{instances:,} instances of one memory at a time (vm.max_map_count is {max_map_count()})"
    advice = "raise it: sysctl -w vm.max_map_count=262144"
    if instances >= FEW_INSTANCES:
        return Finding(name="capacity", state=State.OK, found=found)
    return Finding(name="capacity", state=State.NOTE if instances else State.BROKEN, found=found, advice=advice)


def check_addresses() -> Finding:
    """Address space is free: every linear memory reserves addresses that it may never use."""
    import resource

    most, _ = resource.getrlimit(resource.RLIMIT_AS)
    if most == resource.RLIM_INFINITY:
        return Finding(name="addresses", state=State.OK, found="not limited (ulimit -v)")
    advice = "lift the limit (ulimit -v unlimited): memories reserve far more addresses than they use memory"
    return Finding(name="addresses", state=State.NOTE, found=f"limited to {format_size(most)}", advice=advice)


def check_overcommit(setting: Path = Path("/proc/sys/vm/overcommit_memory")) -> Finding:
    """The kernel lets processes reserve more than there is."""
    try:
        mode = setting.read_text("ascii").strip()
    except (OSError, ValueError):
        return Finding(name="overcommit", state=State.NOTE, found="cannot be read", advice="nothing, on other systems")
    if mode != "2":
        return Finding(name="overcommit", state=State.OK, found=f"vm.overcommit_memory is {mode}")
    advice = "many instances may be refused memory before it is used up; 0 or 1 avoids that"
    return Finding(name="overcommit", state=State.NOTE, found="vm.overcommit_memory is 2 (strict)", advice=advice)


def check_files(links: Path = Path("/proc/self/fd")) -> Finding:
    """Files can be opened beneath a folder, and the very file that was decided about."""
    if not links.is_dir():
        return Finding(
            name="files",
            state=State.BROKEN,
            found=f"{links} is not there, so components cannot open files",
            advice="mount /proc where airssys runs",
        )
    if isinstance(best_resolver(), KernelResolver):
        return Finding(name="files", state=State.OK, found="the kernel keeps paths beneath their folder (openat2)")
    return Finding(
        name="files",
        state=State.NOTE,
        found="no openat2: paths are walked component by component, which is slower",
        advice="a kernel of 5.6 or newer, and a seccomp filter that allows openat2",
    )


def check_cache(folder: Path) -> Finding:
    """Machine code can be kept, in a folder that nobody else can touch."""
    cache = CodeCache(folder)
    name, content = f"doctor-{secrets.token_hex(8)}", secrets.token_bytes(64)
    cache.store(name, content)
    kept = cache.load(name) == content
    try:
        found = folder.lstat()
        (folder / name).unlink(missing_ok=True)
    except OSError as error:
        kept, problem = False, error.strerror or str(error)
    else:
        problem = f"mode {stat.S_IMODE(found.st_mode):o}, owner {found.st_uid}"
    if kept:
        return Finding(name="cache", state=State.OK, found=f"{folder} ({problem})")
    advice = "make it a folder of your own with mode 700, or set XDG_CACHE_HOME; until then every start compiles"
    return Finding(
        name="cache", state=State.BROKEN, found=f"{folder} is not private and writable: {problem}", advice=advice
    )


async def check_compiling() -> Finding:
    """The worker process starts, and compiles."""
    start = perf_counter()
    try:
        await compile_probe(Compiler())
    except (AirssysError, OSError) as error:
        advice = "see that this process may start others, and how much memory they may have"
        return Finding(name="compiling", state=State.BROKEN, found=str(error), advice=advice)
    took = (perf_counter() - start) * 1000
    return Finding(name="compiling", state=State.OK, found=f"a worker process took {took:.0f} ms")


async def check_running() -> Finding:
    """A guest runs, computes right, and gets no more memory than its limit."""
    try:
        async with running_probe(HostConfig(cache_folder=None)) as probe:
            total = await probe.call("add", 20, 22)
            refused = await probe.call("grow", LIMIT_BYTES) == -1 and probe.memory.current_bytes <= LIMIT_BYTES
    except (AirssysError, OSError) as error:
        return Finding(name="running", state=State.BROKEN, found=str(error), advice="please report this, all of it")
    if total == 42 and refused:
        return Finding(name="running", state=State.OK, found="a guest computes, and its memory limit holds")
    found = f"a guest computed 20 + 22 = {total}, and its memory limit {'holds' if refused else 'does NOT hold'}"
    return Finding(name="running", state=State.BROKEN, found=found, advice="do not run guests here; please report this")
