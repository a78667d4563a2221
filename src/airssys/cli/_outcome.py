"""What became of a call, for people and for machines."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from airssys.cli._console import plural, printable, remarks, show_json, show_text
from airssys.cli._errors import ExitCode, tell
from airssys.cli._json_values import encode
from airssys.engine.wit import FuncType, ResultType
from airssys.errors import AirssysError, GuestReturnedError
from airssys.host import Component
from airssys.units import format_size

#: A value longer than this is printed on several lines.
_LINE_WIDTH: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A finished call, and what its component used.

    Attributes:
        result: as JSON; None when there is none.
        is_nothing: the function returns nothing, as opposed to an empty option.
        status: what a program ended with; None when it was a call.
        error: why there is no result.
        stats: memory and CPU time, as JSON.
    """

    component: str
    export: str
    result: Any = None
    is_nothing: bool = False
    status: int | None = None
    error: AirssysError | None = None
    stats: Mapping[str, Any]

    @classmethod
    def of_success(cls, component: Component, export: str, result: Any) -> Self:
        """The call returned."""
        of = component.functions[export].result
        if isinstance(of, ResultType):  # its bad side would have been raised
            of = of.ok
        return cls(
            component=component.name,
            export=export,
            result=encode(result, of),
            is_nothing=of is None,
            stats=_stats(component),
        )

    @classmethod
    def of_program(cls, component: Component, export: str, status: int) -> Self:
        """The program ended."""
        return cls(component=component.name, export=export, is_nothing=True, status=status, stats=_stats(component))

    @classmethod
    def of_failure(cls, component: Component, export: str, error: AirssysError) -> Self:
        """The call failed."""
        if isinstance(error, GuestReturnedError):
            error = _in_json(error, component.functions[export])
        return cls(component=component.name, export=export, error=error, stats=_stats(component))


def report(outcome: Outcome, *, as_json: bool, with_stats: bool) -> int:
    """Print the outcome; returns the command's exit code, which is a program's own where one ended."""
    stats = {"stats": outcome.stats} if with_stats else {}
    code: int = outcome.status or ExitCode.OK
    if outcome.error is not None:
        code = tell(outcome.error, as_json=as_json, more=stats)
    elif as_json:
        said = {"result": outcome.result} if outcome.status is None else {"status": outcome.status}
        show_json({"component": outcome.component, "export": outcome.export, **said, **stats})
    elif not outcome.is_nothing:
        show_text(readable(outcome.result))
    if with_stats and not as_json:
        sys.stdout.flush()  # the answer first, also where both go to one place
        remarks().print(_stats_text(outcome.stats))
    return code


def readable(result: Any) -> str:
    """A value for people: text as it is, everything else as JSON, and nothing that could steer a terminal.

    >>> readable("two\\nlines"), readable({"a": [1, None]})
    ('two\\nlines', '{"a": [1, null]}')
    """
    if isinstance(result, str):
        return printable(result, keep="\n\t")
    line = json.dumps(result, ensure_ascii=False)
    return printable(line if len(line) <= _LINE_WIDTH else json.dumps(result, ensure_ascii=False, indent=2), keep="\n")


def _in_json(error: GuestReturnedError, function: FuncType) -> GuestReturnedError:
    """The same error with its value as JSON."""
    of = function.result.err if isinstance(function.result, ResultType) else None
    told = GuestReturnedError(encode(error.value, of))
    told.args = ("the guest returned an error" + ("" if of is None else f": {readable(told.value)}"),)
    return told


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


def _stats_text(stats: Mapping[str, Any]) -> str:
    memory, cpu = stats["memory"], stats["cpu"]
    return (
        f"memory: {format_size(memory['current_bytes'])} now, {format_size(memory['peak_bytes'])} at most, "
        f"{format_size(memory['limit_bytes'])} allowed, {plural(memory['refused'], 'request')} refused\n"
        f"CPU: {cpu['total_seconds'] * 1000:.2f} ms, of which the call {cpu['last_call_seconds'] * 1000:.2f} ms"
    )
