"""`airssys reject`: say no to what a component asks for."""

from __future__ import annotations

from typing import Annotated

import typer

from airssys.cli._approval_shown import request_as_json, summary
from airssys.cli._approval_store import approvals_in, this_person
from airssys.cli._console import show, show_json
from airssys.cli._options import JsonFlag
from airssys.cli._state import StateOption, state_folder


def reject(
    identifier: Annotated[int, typer.Argument(metavar="ID", help="The request, as `airssys approvals` numbers it.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; whoever asked is told.")],
    state: StateOption = None,
    as_json: JsonFlag = False,
) -> int:
    """Reject a request: these bytes do not run with these rights. `airssys approve ID --again` changes that."""
    with approvals_in(state_folder(state)) as workflow:
        rejected = workflow.reject(identifier, by=this_person(), reason=reason)
    if as_json:
        show_json(request_as_json(rejected))
    else:
        show([summary(rejected)])
    return 0
