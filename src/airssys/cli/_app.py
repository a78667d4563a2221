"""The command: its verbs, and what becomes of everything that they raise."""

from __future__ import annotations

import contextlib
import os
import platform
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Annotated, Final

import typer
from typer.exceptions import TyperException

from airssys.cli._approvals import approvals
from airssys.cli._approve import approve
from airssys.cli._arguments import mark_dashes, shield
from airssys.cli._audit import audit
from airssys.cli._bench import bench
from airssys.cli._check import check
from airssys.cli._console import prepare_streams, show_text
from airssys.cli._doctor import doctor
from airssys.cli._errors import ExitCode, UsageError, tell, traceback_of
from airssys.cli._explain import explain
from airssys.cli._init import init
from airssys.cli._inspect import inspect
from airssys.cli._keygen import keygen
from airssys.cli._machine import engine_version
from airssys.cli._options import PROGRAM
from airssys.cli._reject import reject
from airssys.cli._run import run as run_verb
from airssys.cli._sign import sign
from airssys.cli._signals import ending_on_signals
from airssys.cli._trust import trust
from airssys.cli._withdraw import withdraw
from airssys.errors import AirssysError, HostError, InternalError

#: Set to anything, it shows where in our code an error came from.
TRACEBACK_VARIABLE: Final = "AIRSSYS_TRACEBACK"

app: Final = typer.Typer(
    name=PROGRAM,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
    epilog="Exit codes: 0 ok, 1 the guest failed, 2 usage or manifest, 3 refused, 4 host fault, 124 deadline,"
    " 137 out of memory.",
)
for _name, _verb in (
    ("init", init),
    ("check", check),
    ("inspect", inspect),
    ("run", run_verb),
    ("explain", explain),
    ("approvals", approvals),
    ("approve", approve),
    ("reject", reject),
    ("withdraw", withdraw),
    ("doctor", doctor),
    ("bench", bench),
    ("keygen", keygen),
    ("sign", sign),
):
    app.command(_name)(_verb)
app.add_typer(trust, name="trust")
app.add_typer(audit, name="audit")


def _show_version(wanted: bool) -> None:
    if wanted:
        show_text(f"airssys {version('airssys')}, wasmtime {engine_version()}, Python {platform.python_version()}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def program(
    context: typer.Context,
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the versions and leave.")
    ] = False,
) -> None:
    """Run WebAssembly components that nobody here trusts, under limits that they declare."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def run(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code."""
    prepare_streams()
    words = list(sys.argv[1:] if argv is None else argv)
    options = words[: words.index("--")] if "--" in words else words
    try:
        with ending_on_signals():
            code = _run(mark_dashes(shield(words)))
    except BrokenPipeError:
        code = ExitCode.BROKEN_PIPE
    except AirssysError as error:
        code = _fail(error, as_json="--json" in options)
    if code is ExitCode.BROKEN_PIPE or not _is_flushed():
        _discard_output()
    return code


def _is_flushed() -> bool:
    """Whether everything printed is out; what is not would be tried again as Python ends, which then ends with 120."""
    try:
        sys.stdout.flush()
    except OSError:
        return False
    return True


def _run(words: list[str]) -> int:
    """Run it; every exception that comes out of here is one of ours, or a broken pipe."""
    try:
        code = int(typer.main.get_command(app).main(args=words, prog_name=PROGRAM, standalone_mode=False) or 0)
        sys.stdout.flush()
        return code
    except (AirssysError, BrokenPipeError):
        raise
    except SystemExit as end:  # a signal; typer after a completion; typer and rich when nobody reads on
        if isinstance(end.__context__, BrokenPipeError):
            raise end.__context__ from None
        return int(end.code or 0)
    except TyperException as error:
        raise _usage_error(error) from error
    except OSError as error:
        raise HostError(
            f"the system refused: {error}", hint="free the resource that it names, and try again"
        ) from error
    except Exception as error:
        raise InternalError(
            f"{type(error).__name__}: {error}",
            hint=f"this is a bug in airssys: please report it with what {TRACEBACK_VARIABLE}=1 shows",
        ) from error


def _usage_error(error: TyperException) -> UsageError:
    context = getattr(error, "ctx", None)
    command = PROGRAM if context is None else context.command_path
    return UsageError(
        error.format_message().replace("\n\t", " ").replace("Value error, ", ""), hint=f"run `{command} --help`"
    )


def _fail(error: AirssysError, *, as_json: bool) -> ExitCode:
    if os.environ.get(TRACEBACK_VARIABLE):
        with contextlib.suppress(OSError):
            sys.stderr.write(traceback_of(error))
    return tell(error, as_json=as_json)


def _discard_output() -> None:
    """It cannot be written; what is still buffered must not be an error when Python closes its streams."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):
            os.dup2(nowhere, stream.fileno())
