"""The component that stands beside a manifest: what it needs before it can start."""

from __future__ import annotations

from pathlib import Path

from airssys.cli._progress import Waiting
from airssys.engine import read_source
from airssys.engine.binary import BinaryFacts, BinaryKind, analyse
from airssys.errors import CompileError, ManifestError
from airssys.host import HostConfig
from airssys.manifest import ManifestInvalid, Problem, component_at_hand


async def facts_of(wasm: Path, config: HostConfig, waiting: Waiting) -> BinaryFacts:
    """What instantiating the file once creates. Reads a `.wasm`; assembles anything else, which is compiling it.

    Raises:
        CompileError: it is not a component.
    """
    if wasm.suffix == ".wasm":
        facts = analyse(read_source(wasm, config.compile))
        if facts.kind is BinaryKind.COMPONENT:
            return facts
    compiled = await config.compiler().compile_file(wasm, on_compile=lambda: waiting.compiling(wasm, config))
    return compiled.facts


async def with_smallest(error: ManifestError, path: Path, config: HostConfig) -> ManifestError:
    """The same error; where it is about the memory limit, with the smallest one that starts the component at hand."""
    if not isinstance(error, Problem | ManifestInvalid) or not error.wants_smallest:
        return error
    wasm = component_at_hand(path)
    if wasm is None:
        return error
    try:
        with Waiting() as waiting:
            facts = await facts_of(wasm, config, waiting)
    except CompileError:
        return error
    return error.with_smallest(facts.smallest_limit_bytes)
