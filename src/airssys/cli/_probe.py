"""The small component that `doctor` and `bench` run."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from importlib.resources import as_file, files
from typing import Final

from airssys.engine import CompiledComponent, Compiler
from airssys.host import Component, Host, HostConfig
from airssys.manifest import Manifest, MemoryConfig, ResourceLimits
from airssys.units import MIB

#: Limit of the probe: the most that a manifest may declare by default, so that there is room to grow.
LIMIT_BYTES: Final = 4 * MIB

_SOURCE: Final = files("airssys.cli") / "probe.wat"


async def compile_probe(compiler: Compiler) -> CompiledComponent:
    """Compile it; in a worker process, when the compiler has it nowhere."""
    return await compiler.compile(_SOURCE.read_bytes())


@contextlib.asynccontextmanager
async def running_probe(config: HostConfig) -> AsyncIterator[Component]:
    """The probe as a component of a host of its own, for as long as the context lasts."""
    limits = ResourceLimits(memory=MemoryConfig(max_bytes=LIMIT_BYTES))
    with as_file(_SOURCE) as wasm:
        manifest = Manifest.create(name="probe", version="1.0.0", wasm=wasm, limits=limits)
        async with Host(config) as host:
            yield await host.start(manifest)
