"""`wasi:cli/environment` and `wasi:cli/exit`."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from airssys.capabilities import Action, Kind, Request
from airssys.engine import Err, Ok
from airssys.errors import GuestExited
from airssys.policy import Gate


def visible_variables(gate: Gate, environment: Mapping[str, str] | None) -> list[tuple[str, str]]:
    """The variables that a component may read; that it reads them is recorded, by name.

    Raises:
        AuditUnavailable: it could not be recorded.
    """
    offered = os.environ if environment is None else environment
    requests = {name: Request(Kind.ENVIRONMENT, Action.READ, name) for name in offered}
    allowed = [name for name, request in requests.items() if gate.decide(request).allowed]
    if not allowed:
        return []
    gate.require(*[requests[name] for name in allowed])
    return [(name, in_unicode(offered[name])) for name in allowed]


def in_unicode(text: str) -> str:
    """A text of the system as WASI has texts: bytes that are no UTF-8 become replacement characters."""
    return text.encode(errors="surrogateescape").decode(errors="replace")


def program_functions(
    gate: Gate, arguments: Callable[[], Sequence[str]], environment: Mapping[str, str] | None
) -> dict[str, dict[str, Callable[..., Any]]]:
    """Every function, by interface."""
    return {
        "wasi:cli/environment": {
            "get-environment": lambda: visible_variables(gate, environment),
            "get-arguments": lambda: [in_unicode(each) for each in arguments()],
            "initial-cwd": lambda: None,
        },
        "wasi:cli/exit": {"exit": _exit, "exit-with-code": _exit_with},
    }


def _exit(status: Ok[None] | Err[None]) -> None:
    _exit_with(0 if isinstance(status, Ok) else 1)


def _exit_with(status: int) -> None:
    raise GuestExited(f"the guest ended itself with status {status}", status=status)
