"""`airssys audit search`: the records that fit a question."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from typing import Annotated

import typer

from airssys.audit import EVENTS, Outcome, read_log
from airssys.audit import search as matching
from airssys.capabilities import Kind
from airssys.cli._audit_folder import ApprovalsFlag, LogOption, RunsOption, log_folder, show_entries
from airssys.cli._options import JsonFlag
from airssys.cli._state import StateOption


def _read_event(text: str) -> str:
    if text not in EVENTS:
        raise typer.BadParameter(f"{text!r} is none of {', '.join(EVENTS)}")
    return text


def _read_time(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no time such as 2026-05-01 or 2026-05-01T12:30:00+02:00") from None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def search(
    component: Annotated[str | None, typer.Option(metavar="NAME", help="About this component.")] = None,
    event: Annotated[
        str | None, typer.Option(parser=_read_event, metavar="EVENT", help=f"Of this kind: {', '.join(EVENTS)}.")
    ] = None,
    kind: Annotated[Kind | None, typer.Option(help="Decisions about requests of this kind.")] = None,
    decision: Annotated[Outcome | None, typer.Option(help="Decisions that came out like this.")] = None,
    text: Annotated[str | None, typer.Option(metavar="TEXT", help="With this text anywhere in it.")] = None,
    since: Annotated[
        datetime | None,
        typer.Option(parser=_read_time, metavar="TIME", help="Not before: ISO 8601, UTC unless it says otherwise."),
    ] = None,
    until: Annotated[datetime | None, typer.Option(parser=_read_time, metavar="TIME", help="Not after.")] = None,
    count: Annotated[int, typer.Option("--count", "-n", min=0, metavar="N", help="At most so many.")] = 1000,
    state: StateOption = None,
    log: LogOption = None,
    approvals: ApprovalsFlag = False,
    runs: RunsOption = None,
    as_json: JsonFlag = False,
) -> int:
    """Show the records that fit all that is named, the latest last. It proves nothing: `airssys audit verify` does."""
    folder = log_folder(log, state, approvals=approvals, runs=runs)
    found = matching(
        read_log(folder, newest_first=True),
        component=component,
        event=event,
        kind=kind,
        decision=decision,
        text=text,
        since=since,
        until=until,
    )
    show_entries(list(islice(found, count))[::-1], folder, as_json=as_json)
    return 0
