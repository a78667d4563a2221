"""`airssys run`: start a component under its manifest, call one export, print what it returns."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from airssys.cli._arguments import choose_export, read_arguments, unshield
from airssys.cli._at_hand import with_smallest
from airssys.cli._console import printable
from airssys.cli._errors import UsageError
from airssys.cli._options import OFFERED, ConfigOption, JsonFlag, ProfileOption, ProjectPath, host_config
from airssys.cli._outcome import Outcome, report
from airssys.cli._progress import Waiting
from airssys.errors import AirssysError, ManifestError
from airssys.host import Component, Host, HostConfig


class NoExportNamed(UsageError):
    """`run` was not told what to call."""

    code = "no-export-named"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the command line asks for. `export` is None when it names none."""

    path: Path
    export: str | None
    words: Sequence[str]
    config: HostConfig
    overrides: Mapping[str, object]


def run(
    path: ProjectPath,
    export: Annotated[
        str | None, typer.Argument(metavar="EXPORT", help="The function to call. Without it: what there is to call.")
    ] = None,
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="ARG", help="JSON values; text needs no quotes. After -- nothing is an option."),
    ] = None,
    timeout: Annotated[
        str | None,
        typer.Option("--timeout-seconds", "--timeout", metavar="SECONDS", help="Deadline of the call: 1 to 300."),
    ] = None,
    max_memory: Annotated[
        str | None,
        typer.Option("--max-bytes", "--max-memory", metavar="SIZE", help="Memory limit, in bytes or as in 1MiB."),
    ] = None,
    config: ConfigOption = None,
    profile: ProfileOption = None,
    stats: Annotated[bool, typer.Option("--stats", help="Also tell what it used: memory and CPU time.")] = False,
    as_json: JsonFlag = False,
) -> int:
    """Start a component under the limits that it declares, call one export, and print the result.

    An argument is a JSON value, or plain text where the function takes text:
    airssys run examples/greeter greet World
    """
    request = Request(
        path=path,
        export=None if export is None else unshield(export),
        words=[unshield(word) for word in arguments or ()],
        config=host_config(config, profile),
        overrides={
            "resources.cpu.timeout_seconds": _seconds(timeout),
            "resources.memory.max_bytes": _size(max_memory),
        },
    )
    outcome = asyncio.run(_run(request))
    return report(outcome, as_json=as_json, with_stats=stats)


def _seconds(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return float(unshield(text))
    except ValueError:
        raise UsageError(f"--timeout-seconds is no number: {text!r}", hint="write seconds, as in 30 or 2.5") from None


def _size(text: str | None) -> int | str | None:
    """Bytes, or a text with a unit for the manifest's own check."""
    if text is None:
        return None
    try:
        return int(unshield(text))
    except ValueError:
        return text


async def _run(request: Request) -> Outcome:
    with Waiting() as waiting:
        async with Host(request.config) as host:
            component = await _start(host, request, waiting)
            waiting.end()
            if request.export is None:
                raise _no_export_named(component, request.path)
            return await _call(component, request.export, request.words, waiting)


async def _start(host: Host, request: Request, waiting: Waiting) -> Component:
    try:
        return await host.start(
            request.path,
            interfaces=OFFERED,
            overrides=request.overrides,
            on_compile=lambda: waiting.compiling(request.path, request.config),
        )
    except ManifestError as error:
        raise await with_smallest(error, request.path, request.config) from None


async def _call(component: Component, wanted: str, words: Sequence[str], waiting: Waiting) -> Outcome:
    export = choose_export(component.functions, wanted)
    function = component.functions[export]
    arguments = read_arguments(function, words)
    waiting.begin(f"calling {printable(export)}", component.status.limits.cpu.timeout_seconds)
    try:
        result = await component.call(export, *arguments)
    except AirssysError as error:
        return Outcome.of_failure(component, export, error)
    return Outcome.of_success(component, export, result)


def _no_export_named(component: Component, path: Path) -> NoExportNamed:
    exports = component.functions
    if not exports:
        return NoExportNamed(f"{component.name} exports no functions: there is nothing to call", hint="export one")
    listed = "\n".join(f"    {name}: {component.exports[name]}" for name in exports)
    name, function = next(iter(exports.items()))
    example = " ".join(["airssys run", str(path), name, *(param.upper() for param, _ in function.params)])
    program = any(name.startswith("wasi:cli/run@") for name in exports)
    why = " (running a component as a program, through wasi:cli/run, is not supported yet)" if program else ""
    return NoExportNamed(f"say which export to call{why}; {component.name} has\n{listed}", hint=f"as in `{example}`")
