"""`airssys run`: start a component under its manifest, call one export, print what it returns."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from airssys.approval import ApprovalRequest, approval_required
from airssys.cli._arguments import choose_export, read_arguments, unshield
from airssys.cli._at_hand import with_smallest
from airssys.cli._console import printable
from airssys.cli._errors import UsageError
from airssys.cli._options import OFFERED, ConfigOption, JsonFlag, ProfileOption, ProjectPath, host_config
from airssys.cli._outcome import Outcome, report
from airssys.cli._policy_file import PolicyOption, operator_under, policy_in_force
from airssys.cli._progress import Waiting
from airssys.cli._question import approver_at_terminal
from airssys.cli._run_log import RunSink
from airssys.cli._state import StateOption, state_folder, state_words
from airssys.cli._trust_file import TrustFileOption, trust_config
from airssys.errors import AirssysError, ApprovalRequired, ManifestError
from airssys.host import Component, Host, HostConfig
from airssys.manifest import Manifest, load_manifest
from airssys.policy import Policy
from airssys.trust import TrustConfig


class NoExportNamed(UsageError):
    """`run` was not told what to call."""

    code = "no-export-named"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the command line asks for.

    Attributes:
        export: None when it names none.
        state: the folder of the state, when it names one.
        may_ask: whether a person who is there is asked for approval.
    """

    path: Path
    export: str | None
    words: Sequence[str]
    config: HostConfig
    overrides: Mapping[str, object]
    state: Path | None
    policy: Policy
    trust: TrustConfig
    development: bool
    may_ask: bool


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
    development: Annotated[
        bool, typer.Option("--development", help="Nobody has to approve it. Not where it could do harm.")
    ] = False,
    state: StateOption = None,
    policy: PolicyOption = None,
    trust_file: TrustFileOption = None,
    config: ConfigOption = None,
    profile: ProfileOption = None,
    stats: Annotated[bool, typer.Option("--stats", help="Also tell what it used: memory and CPU time.")] = False,
    as_json: JsonFlag = False,
) -> int:
    """Start a component under the limits that it declares, call one export, and print the result.

    One that asks for rights, and whose origin no rule of trust vouches for, has to be approved: at a terminal you are
    asked, elsewhere it ends with 3 and says which command approves it.

    An argument is a JSON value, or plain text where the function takes text:
    airssys run examples/greeter greet World
    """
    trust = trust_config(trust_file)
    request = Request(
        path=path,
        export=None if export is None else unshield(export),
        words=[unshield(word) for word in arguments or ()],
        config=host_config(config, profile),
        overrides={
            "resources.cpu.timeout_seconds": _seconds(timeout),
            "resources.memory.max_bytes": _size(max_memory),
        },
        state=state,
        policy=policy_in_force(policy, state_folder(state))[0],
        trust=trust,
        development=development,
        may_ask=not as_json,
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
        manifest = await _load(request)
        async with _host(request, manifest, waiting) as host:
            component = await _start(host, manifest, request, waiting)
            waiting.end()
            if request.export is None:
                raise _no_export_named(component, request.path)
            return await _call(component, request.export, request.words, waiting)


async def _load(request: Request) -> Manifest:
    config = request.config
    operator = operator_under(request.policy, config)
    try:
        return load_manifest(request.path, operator=operator, profile=config.profile, overrides=request.overrides)
    except ManifestError as error:
        raise await with_smallest(error, request.path, config) from None


def _host(request: Request, manifest: Manifest, waiting: Waiting) -> Host:
    """A host for one component. One that asks for nothing leaves nothing behind: the state folder is not touched."""
    state = state_folder(request.state) if manifest.capabilities else None
    return Host(
        request.config,
        state=state,
        policy=request.policy,
        trust=request.trust,
        audit=True if state is None else RunSink(state),
        approver=approver_at_terminal(waiting) if request.may_ask else None,
        development=request.development,
    )


async def _start(host: Host, manifest: Manifest, request: Request, waiting: Waiting) -> Component:
    def on_compile() -> None:
        waiting.compiling(request.path, request.config)

    try:
        return await host.start(manifest, interfaces=OFFERED, on_compile=on_compile)
    except ApprovalRequired as error:
        if not isinstance(error.request, ApprovalRequest):
            raise
        raise approval_required(error.request, options=state_words(request.state)) from None


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
