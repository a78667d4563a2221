"""How commands end: an exit code for every kind of error, and the same error for people and for machines."""

from __future__ import annotations

import contextlib
import json
import sys
import traceback
from collections.abc import Mapping
from enum import IntEnum
from typing import Any, Final

from rich.text import Text

from airssys.approval import ApprovalRequest
from airssys.cli._approval_shown import request_as_json
from airssys.cli._console import printable, remarks
from airssys.errors import (
    AirssysError,
    ApprovalRequired,
    ApprovalSettled,
    ApprovalsFull,
    ApprovalWidened,
    ArgumentTypeError,
    ArgumentValueError,
    AuditDamaged,
    CapabilityDenied,
    DeadlineExceeded,
    FuelExhausted,
    GuestError,
    GuestReturnedError,
    GuestTrapped,
    LinkError,
    OperatorError,
    OutOfMemory,
    PolicyError,
    Refused,
    ResultTooLarge,
)
from airssys.manifest import ManifestInvalid, Problem


class ExitCode(IntEnum):
    """What a command's exit code says. 124 is what `timeout` of coreutils uses, from 130 on it is 128 + the signal."""

    OK = 0
    GUEST = 1
    OPERATOR = 2
    REFUSED = 3
    HOST = 4
    DEADLINE = 124
    INTERRUPTED = 130
    OUT_OF_MEMORY = 137  # SIGKILL, which is how the kernel ends a process for its memory
    BROKEN_PIPE = 141


class UsageError(OperatorError):
    """The command line itself is wrong."""

    code = "usage"
    hint = "run `airssys --help`"


#: The most specific class first; everything else is the host's fault, or a bug of ours.
_EXIT_CODES: Final[tuple[tuple[type[AirssysError], ExitCode], ...]] = (
    (DeadlineExceeded, ExitCode.DEADLINE),
    (OutOfMemory, ExitCode.OUT_OF_MEMORY),
    (GuestError, ExitCode.GUEST),
    (ApprovalRequired, ExitCode.REFUSED),  # the operator's rules say no; whoever runs the command did nothing wrong
    (OperatorError, ExitCode.OPERATOR),
    (Refused, ExitCode.REFUSED),
)

#: What machines are told about an error besides code, message and hint.
_FACTS: Final[tuple[tuple[type[AirssysError], tuple[str, ...]], ...]] = (
    (GuestTrapped, ("kind",)),
    (OutOfMemory, ("limit_bytes", "requested_bytes", "peak_bytes")),
    (DeadlineExceeded, ("timeout_seconds",)),
    (FuelExhausted, ("max_fuel",)),
    (ResultTooLarge, ("size_bytes", "limit_bytes")),
    (LinkError, ("problems",)),
    (PolicyError, ("problems",)),
    (CapabilityDenied, ("request", "rule")),
    (AuditDamaged, ("findings",)),
    (ApprovalSettled, ("approval", "state", "by")),
    (ApprovalWidened, ("beyond",)),
    (ApprovalsFull, ("limit",)),
    (GuestError, ("backtrace",)),
)
#: What machines are told about each problem of a manifest.
_PROBLEM_FACTS: Final = ("code", "summary", "file", "line", "key", "found", "expected", "write", "hint")

#: What to do about errors whose own hint speaks to programs.
_HINTS: Final[dict[str, str]] = {
    ArgumentTypeError.hint: "`airssys inspect` shows the signature, docs/guides/cli.md how values are written",
    ArgumentValueError.hint: "`airssys inspect` shows the signature, docs/guides/cli.md how values are written",
    ResultTooLarge.hint: "let the component return less at a time",
}

#: Where the text behind a label begins, as in the reports of manifests.
_LABEL_WIDTH: Final = 12


def exit_code_of(error: AirssysError) -> ExitCode:
    """Which exit code an error ends the command with."""
    return next((code for kind, code in _EXIT_CODES if isinstance(error, kind)), ExitCode.HOST)


def _hint_of(error: AirssysError) -> str:
    return _HINTS.get(error.hint, error.hint)


def error_as_json(error: AirssysError) -> dict[str, Any]:
    """An error for machines: `code`, `message`, `hint`, `exit_code`, and what else its class knows."""
    told: dict[str, Any] = {
        "code": error.code,
        "message": error.message,
        "hint": _hint_of(error),
        "exit_code": int(exit_code_of(error)),
    }
    for kind, names in _FACTS:
        if isinstance(error, kind):
            told |= {name: getattr(error, name) for name in names}
    if isinstance(error, GuestReturnedError):
        told["value"] = error.value
    if isinstance(error, ApprovalRequired) and isinstance(error.request, ApprovalRequest):
        told["approval"] = request_as_json(error.request)
    if isinstance(error, Problem | ManifestInvalid):
        problems = error.problems if isinstance(error, ManifestInvalid) else (error,)
        told["problems"] = [{name: getattr(problem, name) for name in _PROBLEM_FACTS} for problem in problems]
    return told


def error_as_text(error: AirssysError) -> Text:
    """An error for people: the problem and its cause, then where in the guest, then what to do."""
    text = Text()
    text.append("error: ", style="bold red")
    text.append(printable(error.message, keep="\n"))
    if isinstance(error, GuestError) and error.backtrace:
        text.append("\n" + _labelled("in", "\n".join(printable(frame) for frame in error.backtrace)), style="dim")
    if error.hint:
        text.append("\n" + _labelled("hint", printable(_hint_of(error), keep="\n")))
    return text


def tell(error: AirssysError, *, as_json: bool, more: Mapping[str, Any] | None = None) -> ExitCode:
    """Write an error to standard error, with what machines are told besides; returns its exit code.

    Where nobody can be told, the exit code still says it.
    """
    with contextlib.suppress(OSError):
        if as_json:
            sys.stderr.write(json.dumps(error_as_json(error) | dict(more or {}), indent=2, default=str) + "\n")
        else:
            remarks().print(error_as_text(error))
    return exit_code_of(error)


def traceback_of(error: BaseException) -> str:
    """Where in our own code an error came from; for reports of bugs."""
    return "".join(printable(line, keep="\n") for line in traceback.format_exception(error))


def _labelled(label: str, text: str) -> str:
    lead = f"  {label}: ".ljust(_LABEL_WIDTH)
    return lead + text.replace("\n", "\n" + " " * _LABEL_WIDTH)
