"""airssys as its users have it: components in a host, and instances in the engine room below."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import airssys
from airssys.engine import Call, Compiler, HostInterface, Instance, LinkedComponent, link
from airssys.manifest import Manifest, ResourceLimits
from benchmarks import guests

#: The largest memory limit that the shipped bounds allow.
MEMORY_BYTES: Final = 4 * 1024 * 1024


def manifest(guest: str) -> Manifest:
    """The guest with the most memory and time that a manifest may give."""
    limits = ResourceLimits.builder().max_memory_bytes(MEMORY_BYTES).timeout_seconds(300).build()
    return Manifest.create(name=guest, version="1.0.0", wasm=guests.path(guest), limits=limits)


@asynccontextmanager
async def host() -> AsyncIterator[airssys.Host]:
    """A host that keeps no machine code on disk."""
    async with airssys.Host(airssys.HostConfig(cache_folder=None, stop_grace_seconds=0.0)) as entered:
        yield entered


async def linked(guest: str, interfaces: Sequence[HostInterface] = ()) -> LinkedComponent:
    """The guest, ready to be instantiated."""
    return link(await Compiler().compile_file(guests.path(guest)), interfaces)


async def call(instance: Instance, export: str, *args: Any) -> Any:
    """One call on the engine's layer."""
    outcome = instance.begin(export, args)
    return await outcome.finish() if type(outcome) is Call else outcome
