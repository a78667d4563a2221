"""`airssys approvals`: what waits for a decision, and what was decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from airssys.approval import ApprovalRequest, ApprovalWorkflow, State
from airssys.cli._approval_shown import request_as_json, request_as_lines, summary
from airssys.cli._approval_store import approvals_in
from airssys.cli._console import printable, show, show_json
from airssys.cli._options import JsonFlag
from airssys.cli._state import StateOption, state_folder, state_words
from airssys.storage import database_in


def approvals(
    identifier: Annotated[
        int | None, typer.Argument(metavar="ID", help="Show this one, with everything that was decided about it.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also those that nobody has to decide about.")] = False,
    state: StateOption = None,
    as_json: JsonFlag = False,
) -> int:
    """Show the components that wait for a person's approval: what each asks for, what is new, and why."""
    folder = state_folder(state)
    if identifier is None and not database_in(folder).exists():
        found: Sequence[ApprovalRequest] = ()
    else:
        with approvals_in(folder) as workflow:
            if identifier is not None:
                return _show_one(workflow, identifier, state, as_json=as_json)
            waiting = workflow.pending()
            found = workflow.requests() if everything else waiting
    if as_json:
        show_json({"state_folder": str(folder), "approvals": [request_as_json(each) for each in found]})
    elif everything:
        show(map(summary, found))
    else:
        show(_waiting(found, state) if found else ["nothing waits for approval"])
    return 0


def _show_one(workflow: ApprovalWorkflow, identifier: int, state: Path | None, *, as_json: bool) -> int:
    request = workflow.get(identifier)
    steps = workflow.history(identifier)
    if as_json:
        told = [{"state": step.state, "by": step.by, "note": step.note} for step in steps]
        show_json({**request_as_json(request), "steps": told})
        return 0
    show(request_as_lines(request))
    if request.state is State.PENDING:
        show([_how_to_decide(request, state)])
    return 0


def _waiting(found: Sequence[ApprovalRequest], state: Path | None) -> Iterator[Text]:
    for request in found:
        yield from request_as_lines(request)
        yield _how_to_decide(request, state)
        yield Text("")


def _how_to_decide(request: ApprovalRequest, state: Path | None) -> Text:
    which = f"{request.id} {state_words(state)}".rstrip()
    approve, reject = f"airssys approve {which}", f"airssys reject {which} --reason TEXT"
    return Text(f"  decide:   {printable(approve)}  or  {printable(reject)}")
