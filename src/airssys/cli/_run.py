"""`airssys run`: start a component under its manifest, call one export or run it as a program."""

from __future__ import annotations

import asyncio
import dataclasses
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from airssys.cli._arguments import DASHES, split_at_dashes, unshield
from airssys.cli._errors import UsageError
from airssys.cli._learn import learn_from, report_lesson
from airssys.cli._options import ConfigOption, JsonFlag, ProfileOption, ProjectPath, host_config, read_path
from airssys.cli._outcome import report
from airssys.cli._policy_file import PolicyOption, policy_in_force
from airssys.cli._running import Request, run_once
from airssys.cli._state import StateOption, state_folder
from airssys.cli._trust_file import TrustFileOption, trust_config
from airssys.host import HostConfig
from airssys.interfaces.wasi import OutputConfig, WasiSetup


def run(
    path: ProjectPath,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[EXPORT [ARG...]] [-- ARGV...]",
            help="The function to call with its arguments, JSON values or text; without one, what the program gets.",
        ),
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
    environment: Annotated[
        list[str] | None,
        typer.Option("--env", metavar="NAME=VALUE", help="A variable, if its capabilities let it read that one."),
    ] = None,
    directories: Annotated[
        list[str] | None,
        typer.Option("--dir", metavar="PATH[::NAME]", help="A folder under a name of its own; this gives no right."),
    ] = None,
    log_folder: Annotated[
        Path | None, typer.Option("--log-folder", metavar="PATH", help="Also keep what it prints in a file there.")
    ] = None,
    learn: Annotated[
        bool, typer.Option("--learn", help="Deny everything, and show the capabilities that it would need.")
    ] = False,
    stats: Annotated[bool, typer.Option("--stats", help="Also tell what it used: memory and CPU time.")] = False,
    as_json: JsonFlag = False,
) -> int:
    """Start a component under the limits that it declares, call one export, and print the result. Without an export it
    is run as a program: with the arguments after --, its variables, standard input and exit status.

    One that asks for rights, and whose origin no rule of trust vouches for, has to be approved: at a terminal you are
    asked, elsewhere it ends with 3 and says which command approves it.

    An argument is a JSON value, or plain text where the function takes text:
    airssys run examples/greeter greet World
    """
    path, words = _after_dashes(path, words or [])
    named, argv = split_at_dashes(words)
    if named and argv:
        named, argv = [*named, *argv], None
    trust = trust_config(trust_file)
    request = Request(
        path=path,
        export=named[0] if named else None,
        words=named[1:],
        config=_config(config, profile, log_folder),
        setup=WasiSetup(
            arguments=tuple(argv or ()), environment=_environment(environment), directories=_directories(directories)
        ),
        overrides={
            "resources.cpu.timeout_seconds": _seconds(timeout),
            "resources.memory.max_bytes": _size(max_memory),
        },
        state=state,
        policy=policy_in_force(policy, state_folder(state))[0],
        trust=trust,
        development=development,
        may_ask=not as_json,
        as_json=as_json,
    )
    if learn:
        return report_lesson(asyncio.run(learn_from(request)), as_json=as_json)
    outcome = asyncio.run(run_once(request))
    return report(outcome, as_json=as_json, with_stats=stats)


def _after_dashes(path: Path, words: list[str]) -> tuple[Path, list[str]]:
    """The path, which may itself stand after `--`; then all words do, and that says nothing about them."""
    if str(path) != DASHES:
        return path, words
    if not words:
        raise UsageError("Missing argument 'PATH'.", hint="run `airssys run --help`")
    return read_path(words[0]), words[1:]


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


def _config(config: Path | None, profile: str | None, log_folder: Path | None) -> HostConfig:
    return dataclasses.replace(host_config(config, profile), output=OutputConfig(folder=log_folder))


def _environment(words: Sequence[str] | None) -> Mapping[str, str] | None:
    """The variables to choose from: this process's, and those that were named."""
    if not words:
        return None
    return {**os.environ, **dict(_pair(word, "=", "--env", "NAME=VALUE") for word in words)}


def _directories(words: Sequence[str] | None) -> Mapping[str, str]:
    """Folders by the name that the component finds them under; their own, as written, where none is given."""
    found = {}
    for word in words or ():
        path, name = _pair(word, "::", "--dir", "PATH::NAME") if "::" in word else (word, word)
        if not os.path.isdir(path):
            raise UsageError(f"--dir: there is no folder {path!r}", hint="name one that is there")
        found[name] = path
    return found


def _pair(word: str, separator: str, option: str, form: str) -> tuple[str, str]:
    first, found, second = word.partition(separator)
    if not found or not first:
        raise UsageError(f"{option}: {word!r} is not of the form {form}", hint=f"write {option} {form}")
    return first, second
