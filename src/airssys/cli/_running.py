"""One run of a component, from its manifest to what became of it."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from airssys.approval import ApprovalRequest, approval_required
from airssys.cli._arguments import choose_export, read_arguments
from airssys.cli._at_hand import with_smallest
from airssys.cli._console import printable
from airssys.cli._errors import UsageError
from airssys.cli._guest_output import TerminalLines, output_to
from airssys.cli._outcome import Outcome
from airssys.cli._policy_file import operator_under
from airssys.cli._progress import Waiting
from airssys.cli._question import approver_at_terminal
from airssys.cli._run_log import RunSink
from airssys.cli._state import state_folder, state_words
from airssys.errors import AirssysError, ApprovalRequired, ManifestError
from airssys.host import Component, Host, HostConfig
from airssys.interfaces.wasi import WasiSetup, is_program
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
        setup: arguments, variables and folders, for a program.
        may_ask: whether a person who is there is asked for approval.
        as_json: standard output is for the answer alone.
    """

    path: Path
    export: str | None
    words: Sequence[str]
    config: HostConfig
    setup: WasiSetup
    overrides: Mapping[str, object]
    state: Path | None
    policy: Policy
    trust: TrustConfig
    development: bool
    may_ask: bool
    as_json: bool


async def run_once(request: Request) -> Outcome:
    """Start it, let it do what was asked for, and stop it."""
    with Waiting() as waiting:
        manifest = await load(request)
        async with _host(request, manifest, waiting) as host:
            return await start_and_act(host, manifest, request, waiting)


async def start_and_act(host: Host, manifest: Manifest, request: Request, waiting: Waiting) -> Outcome:
    """Start it in an entered host, and let it do what was asked for."""
    lines = TerminalLines(manifest.component.name)
    try:
        component = await _start(host, manifest, request, lines, waiting)
        waiting.end()
        return await _act(component, request, waiting)
    finally:
        lines.finish()


async def _act(component: Component, request: Request, waiting: Waiting) -> Outcome:
    """Call the export that was named, or run the program."""
    if request.export is not None:
        return await _call(component, request.export, request.words, waiting)
    program = is_program(component.functions)
    if program is None:
        raise _no_export_named(component, request.path)
    try:
        return Outcome.of_program(component, program, await component.run())
    except AirssysError as error:
        return Outcome.of_failure(component, program, error)


async def load(request: Request) -> Manifest:
    """The manifest that the command names."""
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


async def _start(host: Host, manifest: Manifest, request: Request, lines: TerminalLines, waiting: Waiting) -> Component:
    def on_compile() -> None:
        waiting.compiling(request.path, request.config)

    try:
        return await host.start(manifest, wasi=_setup(request, lines), on_compile=on_compile)
    except ApprovalRequired as error:
        if not isinstance(error.request, ApprovalRequest):
            raise
        raise approval_required(error.request, options=state_words(request.state)) from None


def _setup(request: Request, lines: TerminalLines) -> WasiSetup:
    """What it finds around it, with the streams of this command. A call's answer has standard output for itself."""
    is_run = request.export is None
    stdin = sys.stdin.fileno() if is_run and _is_open(sys.stdin) else None
    return dataclasses.replace(
        request.setup,
        stdin=stdin,
        is_terminal=stdin is not None and sys.stdin.isatty(),
        stdout=output_to(lines, to_stderr=request.as_json or not is_run),
        stderr=output_to(lines, to_stderr=True),
    )


def _is_open(stream: TextIO | None) -> bool:
    """Whether there is a file behind it: under a test there may be none."""
    try:
        return stream is not None and stream.fileno() >= 0
    except (OSError, ValueError):
        return False


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
    return NoExportNamed(f"say which export to call; {component.name} has\n{listed}", hint=f"as in `{example}`")
