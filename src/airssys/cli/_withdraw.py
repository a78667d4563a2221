"""`airssys withdraw`: take an approval back."""

from __future__ import annotations

from typing import Annotated

import typer

from airssys.cli._approval_shown import request_as_json, summary
from airssys.cli._approval_store import approvals_in, this_person
from airssys.cli._console import show, show_json
from airssys.cli._options import JsonFlag
from airssys.cli._state import StateOption, state_folder


def withdraw(
    identifier: Annotated[int, typer.Argument(metavar="ID", help="The approval, as `airssys approvals --all` has it.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; kept with the approval.")] = "",
    state: StateOption = None,
    as_json: JsonFlag = False,
) -> int:
    """Withdraw an approval: the component does not start again, and what runs loses its rights."""
    with approvals_in(state_folder(state)) as workflow:
        withdrawn = workflow.withdraw(identifier, by=this_person(), reason=reason)
    if as_json:
        show_json(request_as_json(withdrawn))
    else:
        show([summary(withdrawn)])
    return 0
