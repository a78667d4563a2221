"""airssys as its users have it: components in a host, and instances in the engine room below."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import airssys
from airssys.engine import Call, Compiler, HostInterface, Instance, LinkedComponent, link
from airssys.manifest import Manifest, ResourceLimits
from benchmarks import guests
from benchmarks.rounds import Side

#: The largest memory limit that the shipped bounds allow.
MEMORY_BYTES: Final = 4 * 1024 * 1024


def manifest(guest: str, capabilities: airssys.CapabilitySet | None = None) -> Manifest:
    """The guest with the most memory and time that a manifest may give."""
    limits = ResourceLimits.builder().max_memory_bytes(MEMORY_BYTES).timeout_seconds(300).build()
    return Manifest.create(
        name=guest, version="1.0.0", wasm=guests.path(guest), limits=limits, capabilities=capabilities
    )


@asynccontextmanager
async def host(state: Path | None = None) -> AsyncIterator[airssys.Host]:
    """A host that keeps no machine code on disk, and approves what components ask for.

    Args:
        state: where it keeps the rest, the audit log included; in memory by default.
    """
    config = airssys.HostConfig(cache_folder=None, stop_grace_seconds=0.0)
    async with airssys.Host(config, state=state, approver=_approve) as entered:
        yield entered


async def _approve(_: airssys.ApprovalRequest) -> airssys.Verdict:
    return airssys.Verdict(choice=airssys.Choice.ALWAYS, by="the benchmarks")


async def linked(guest: str, interfaces: Sequence[HostInterface] = ()) -> LinkedComponent:
    """The guest, ready to be instantiated."""
    return link(await Compiler().compile_file(guests.path(guest)), interfaces)


async def call(instance: Instance, export: str, *args: Any) -> Any:
    """One call on the engine's layer."""
    outcome = instance.begin(export, args)
    return await outcome.finish() if type(outcome) is Call else outcome


def repeated(component: airssys.Component, export: str) -> Side:
    """An export that does its thing as often as its argument says, in one call."""

    async def side(times: int) -> float:
        started = perf_counter()
        await component.call(export, times)
        return perf_counter() - started

    return side
