"""The engine room: runs WebAssembly components under exact limits, inside asyncio, in pure Python over `wasmtime`.

Promise: a guest gets the memory and the CPU time it was given and no more; it cannot harm the process, its neighbours
or the event loop; and whatever ends it is a typed error. This is the only room that imports `wasmtime`.

    compiler = Compiler.with_user_cache()
    component = await compiler.compile_file(path)         # in a worker process, cached
    linked = link(component, interfaces)                  # every import answered, types compared
    instance = await instantiate(linked, max_memory_bytes=1_048_576)
    outcome = instance.begin("add", (1, 2))               # a value, or a Call to await
"""

from airssys.engine._cache import CodeCache, default_cache_folder
from airssys.engine._capacity import Capacity, maps_of, max_map_count
from airssys.engine._compile import CompileBounds, Compiler, read_source
from airssys.engine._component import CompiledComponent, ImportNeed
from airssys.engine._fair_queue import FairQueue, Share
from airssys.engine._instance import Call, CpuUsage, Instance, instantiate
from airssys.engine._interface import HostInterface
from airssys.engine._limiter import ResourceLimiter
from airssys.engine._linking import LinkedComponent, link, link_whole
from airssys.engine._memory import live_memories
from airssys.engine._monitor import MemoryMonitor, MemorySample, MemoryUsage
from airssys.engine._runtime import runtime
from airssys.engine._signals import deferred_signals
from airssys.engine._store import CpuMeter, StoreBounds
from airssys.engine._ticker import TICK_SECONDS
from airssys.engine._traps import TRAP_KINDS
from airssys.engine.values import Case, Err, GuestResource, Ok, Some

__all__ = [
    "TICK_SECONDS",
    "TRAP_KINDS",
    "Call",
    "Capacity",
    "Case",
    "CodeCache",
    "CompileBounds",
    "CompiledComponent",
    "Compiler",
    "CpuMeter",
    "CpuUsage",
    "Err",
    "FairQueue",
    "GuestResource",
    "HostInterface",
    "ImportNeed",
    "Instance",
    "LinkedComponent",
    "MemoryMonitor",
    "MemorySample",
    "MemoryUsage",
    "Ok",
    "ResourceLimiter",
    "Share",
    "Some",
    "StoreBounds",
    "default_cache_folder",
    "deferred_signals",
    "instantiate",
    "link",
    "link_whole",
    "live_memories",
    "maps_of",
    "max_map_count",
    "read_source",
    "runtime",
]
