"""`airssys check`: whether a manifest is right, all problems at once; and what is in force."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from airssys.cli._at_hand import facts_of, with_smallest
from airssys.cli._console import printable, show, show_json
from airssys.cli._options import ConfigOption, JsonFlag, ProfileOption, ProjectPath, host_config
from airssys.cli._progress import Waiting
from airssys.engine.binary import BinaryFacts
from airssys.errors import ManifestError, OperatorError
from airssys.host import HostConfig
from airssys.manifest import Effective, Manifest, WasmNotFound, explain, load_manifest
from airssys.units import format_size


class LimitBelowComponent(OperatorError):
    """The manifest is well formed, but its memory limit is less than what the component beside it starts with."""

    code = "limit-below-component"
    hint = "raise max_bytes in [resources.memory]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A manifest without problems.

    Attributes:
        component: the component's file; None when it is not there (yet).
        smallest_limit_bytes: what that component needs to start.
    """

    manifest: Manifest
    component: Path | None
    smallest_limit_bytes: int | None


def check(
    path: ProjectPath,
    explain_values: Annotated[
        bool, typer.Option("--explain", help="Show every value in force, and where it came from.")
    ] = False,
    config: ConfigOption = None,
    profile: ProfileOption = None,
    as_json: JsonFlag = False,
) -> int:
    """Check a manifest: all problems at once, and whether its memory limit lets the component start."""
    verdict = asyncio.run(_checked(path, host_config(config, profile)))
    values = explain(verdict.manifest)
    if as_json:
        show_json(verdict_as_json(verdict, values))
    else:
        show(verdict_as_lines(verdict, values if explain_values else ()))
    return 0


async def _checked(path: Path, config: HostConfig) -> Verdict:
    try:
        manifest = load_manifest(path, operator=config.operator, profile=config.profile)
    except ManifestError as error:
        raise await with_smallest(error, path, config) from None
    try:
        wasm = manifest.find_wasm()
    except WasmNotFound:
        if any(candidate.exists() for candidate in manifest.candidates):
            raise  # it is there, and it is not a file that may be used
        return Verdict(manifest=manifest, component=None, smallest_limit_bytes=None)
    with Waiting() as waiting:
        facts = await facts_of(wasm, config, waiting)
    _require_room(manifest, wasm, facts)
    return Verdict(manifest=manifest, component=wasm, smallest_limit_bytes=facts.smallest_limit_bytes)


def _require_room(manifest: Manifest, wasm: Path, facts: BinaryFacts) -> None:
    declared, smallest = manifest.limits.memory.max_bytes, facts.smallest_limit_bytes
    if declared >= smallest:
        return
    least = "" if facts.exact else "at least "
    most = manifest.limits.memory.bounds.max_bytes
    hint = f"write max_bytes = {smallest} under [resources.memory]"
    if smallest > most:
        hint += f"; the operator has to raise [bounds.memory] max_bytes first, which is {most}"
    raise LimitBelowComponent(
        f"{manifest.path}: resources.memory.max_bytes is {declared}, and {wasm.name} takes {least}{smallest} bytes "
        f"({format_size(smallest)}) before it runs: it cannot start",
        hint=hint,
    )


def verdict_as_json(verdict: Verdict, values: Sequence[Effective]) -> dict[str, Any]:
    """The verdict with all values in force; docs/guides/cli.md lists the keys."""
    return {
        "valid": True,
        "file": str(verdict.manifest.path),
        "name": verdict.manifest.component.name,
        "version": str(verdict.manifest.component.version),
        "component": None if verdict.component is None else str(verdict.component),
        "smallest_limit_bytes": verdict.smallest_limit_bytes,
        "values": [{"key": each.key, "value": each.value, "source": each.source} for each in values],
    }


def verdict_as_lines(verdict: Verdict, values: Sequence[Effective]) -> Iterator[Text]:
    """The verdict, and the values that are to be explained."""
    manifest = verdict.manifest
    about = f"{manifest.component.name} {manifest.component.version}, memory limit "
    about += format_size(manifest.limits.memory.max_bytes)
    yield Text(f"{printable(str(manifest.path))}: ").append("ok", style="bold green").append(f" ({printable(about)})")
    if verdict.component is None:
        yield Text(f"  the component is not there yet; looked for {_looked_for(manifest)}", style="yellow")
    yield from _table(values)


def _looked_for(manifest: Manifest) -> str:
    return " and ".join(printable(str(candidate)) for candidate in manifest.candidates)


def _table(values: Sequence[Effective]) -> Iterator[Text]:
    rows = [(each.key, _value(each), printable(each.source)) for each in values]
    widths = [max((len(row[column]) for row in rows), default=0) for column in (0, 1)]
    for key, value, source in rows:
        yield (
            Text("  ")
            .append(key.ljust(widths[0]), style="cyan")
            .append(f"  {value.ljust(widths[1])}  ")
            .append(source, style="dim")
        )


def _value(each: Effective) -> str:
    if each.value is None:
        return "none"
    if each.key.endswith("_bytes") and isinstance(each.value, int):
        return f"{each.value} ({format_size(each.value)})"
    return printable(", ".join(each.value) if isinstance(each.value, tuple) else str(each.value))
