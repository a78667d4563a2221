"""`airssys run`: start a component under its manifest, call one export, print what it returns."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from airssys.cli._arguments import choose_export, read_arguments, unshield
from airssys.cli._at_hand import with_smallest
from airssys.cli._console import plural, printable, remarks, show_json, show_text
from airssys.cli._errors import ExitCode, UsageError, tell
from airssys.cli._json_values import encode
from airssys.cli._options import OFFERED, ConfigOption, JsonFlag, ProfileOption, ProjectPath, host_config
from airssys.cli._progress import Waiting
from airssys.engine.wit import FuncType, Primitive, ResultType, ValueType, print_function
from airssys.errors import AirssysError, GuestReturnedError, ManifestError
from airssys.host import Component, Host, HostConfig
from airssys.units import format_size

#: A value longer than this is printed on several lines.
_LINE_WIDTH: Final = 100


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a request: a result as JSON, or an error, and what the component used."""

    component: str
    export: str
    result: Any = None
    is_nothing: bool = False
    error: AirssysError | None = None
    stats: Mapping[str, Any]


def run(
    path: ProjectPath,
    export: Annotated[
        str | None, typer.Argument(metavar="[EXPORT]", help="The function to call. Without it: what there is to call.")
    ] = None,
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ARG]...", help="JSON values; text needs no quotes. After -- nothing is an option."),
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
            "resources.cpu.timeout_seconds": _number(timeout),
            "resources.memory.max_bytes": _number(max_memory),
        },
    )
    outcome = asyncio.run(_run(request))
    return _report(outcome, as_json=as_json, with_stats=stats)


def _number(text: str | None) -> int | float | str | None:
    """The number that an option's text is; other text is for the manifest's own checks."""
    if text is None:
        return None
    text = unshield(text)
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            continue
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
    result, error = None, None
    try:
        result = encode(await component.call(export, *arguments), _returned_type(function))
    except GuestReturnedError as returned:
        error = _returned_error(returned.value, function)
    except AirssysError as failure:
        error = failure
    return Outcome(
        component=component.name,
        export=export,
        result=result,
        is_nothing=_returned_type(function) is None,
        error=error,
        stats=_stats(component),
    )


def _returned_type(function: FuncType) -> ValueType | None:
    """What `Component.call` returns: the good side where the function has a `result`."""
    return function.result.ok if isinstance(function.result, ResultType) else function.result


def _returned_error(value: Any, function: FuncType) -> GuestReturnedError:
    """The guest's own error, in JSON."""
    of = function.result.err if isinstance(function.result, ResultType) else None
    error = GuestReturnedError(encode(value, of))
    error.args = ("the guest returned an error" + ("" if of is None else f": {_readable(error.value)}"),)
    return error


def _stats(component: Component) -> dict[str, Any]:
    memory, cpu = component.memory, component.cpu
    return {
        "memory": {
            "current_bytes": memory.current_bytes,
            "peak_bytes": memory.peak_bytes,
            "limit_bytes": memory.limit_bytes,
            "refused": memory.refused,
        },
        "cpu": {"total_seconds": cpu.total_seconds, "last_call_seconds": cpu.last_call_seconds},
    }


def _no_export_named(component: Component, path: Path) -> NoExportNamed:
    exports = component.functions
    if not exports:
        return NoExportNamed(f"{component.name} exports no functions: there is nothing to call", hint="export one")
    listed = "\n".join(f"    {name}: {component.exports[name].removeprefix('func')}" for name in exports)
    name, function = next(iter(exports.items()))
    example = " ".join(["airssys run", str(path), name, *(param.upper() for param, _ in function.params)])
    program = any(name.startswith("wasi:cli/run@") for name in exports)
    why = " (running a component as a program, through wasi:cli/run, is not supported yet)" if program else ""
    return NoExportNamed(f"say which export to call{why}; {component.name} has\n{listed}", hint=f"as in `{example}`")


# ---------------------------------------------------------------- telling


def _report(outcome: Outcome, *, as_json: bool, with_stats: bool) -> ExitCode:
    stats = {"stats": outcome.stats} if with_stats else {}
    code = ExitCode.OK
    if outcome.error is not None:
        code = tell(outcome.error, as_json=as_json, more=stats)
    elif as_json:
        show_json({"component": outcome.component, "export": outcome.export, "result": outcome.result, **stats})
    elif not outcome.is_nothing:
        show_text(_readable(outcome.result))
    if with_stats and not as_json:
        remarks().print(_stats_line(outcome.stats))
    return code


def _readable(result: Any) -> str:
    """A value for people: text as it is, everything else as JSON, and nothing that could steer a terminal."""
    if isinstance(result, str):
        return printable(result, keep="\n\t")
    line = json.dumps(result, ensure_ascii=False)
    return printable(line if len(line) <= _LINE_WIDTH else json.dumps(result, ensure_ascii=False, indent=2), keep="\n")


def _stats_line(stats: Mapping[str, Any]) -> str:
    memory, cpu = stats["memory"], stats["cpu"]
    return (
        f"memory: {format_size(memory['current_bytes'])} now, {format_size(memory['peak_bytes'])} at most, "
        f"{format_size(memory['limit_bytes'])} allowed, {plural(memory['refused'], 'request')} refused\n"
        f"CPU: {cpu['total_seconds'] * 1000:.2f} ms, of which the call {cpu['last_call_seconds'] * 1000:.2f} ms"
    )
