"""The small component that `doctor` and `bench` run."""

from __future__ import annotations

from importlib.resources import files

from airssys.engine import CompiledComponent, Compiler, Instance, instantiate, link
from airssys.units import MIB

#: Limit of an instance of the probe: the most that a manifest may declare by default, so that there is room to grow.
LIMIT_BYTES = 4 * MIB


async def compile_probe(compiler: Compiler) -> CompiledComponent:
    """Compile it; in a worker process, when the compiler has it nowhere."""
    return await compiler.compile((files("airssys.cli") / "probe.wat").read_bytes())


async def start_probe(component: CompiledComponent, max_memory_bytes: int = LIMIT_BYTES) -> Instance:
    """A new instance; whoever asks closes it."""
    return await instantiate(link(component), max_memory_bytes=max_memory_bytes)
