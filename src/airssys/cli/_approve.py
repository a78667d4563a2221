"""`airssys approve`: let a component run, with what it asks for or with less."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from airssys.capabilities import CapabilitySet
from airssys.cli._approval_shown import given_as_lines, request_as_json, summary
from airssys.cli._approval_store import approvals_in, this_person
from airssys.cli._console import show, show_json
from airssys.cli._errors import UsageError
from airssys.cli._options import JsonFlag
from airssys.cli._state import StateOption, state_folder


def approve(
    identifier: Annotated[int, typer.Argument(metavar="ID", help="The request, as `airssys approvals` numbers it.")],
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only",
            metavar="RIGHT=PATTERN",
            help='Give this and nothing else, as in "filesystem.read=/srv/in/*"; may be repeated.',
        ),
    ] = None,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="Why; kept with the approval.")] = "",
    again: Annotated[
        bool, typer.Option("--again", help="Approve what was rejected, withdrawn, expired or superseded.")
    ] = False,
    state: StateOption = None,
    as_json: JsonFlag = False,
) -> int:
    """Approve what a component asks for: these bytes, from this source, with these rights and no other.

    A later version, or more rights, ask again.
    """
    part = _rights(only) if only else None
    person = this_person()
    with approvals_in(state_folder(state)) as workflow:
        number = workflow.ask_again(identifier, by=person).id if again else identifier
        approved = workflow.approve(number, by=person, only=part, note=note)
    if as_json:
        show_json(request_as_json(approved))
    else:
        show([summary(approved), *given_as_lines(approved)])
    return 0


def _rights(texts: Sequence[str]) -> CapabilitySet:
    """The rights that are given.

    Raises:
        UsageError: a text is no right.
        CapabilityError: there is no such right, or its pattern is malformed.
    """
    table: dict[str, list[str]] = {}
    for text in texts:
        key, separator, pattern = text.partition("=")
        if not separator:
            raise UsageError(f"--only is no right: {text!r}", hint='write it as in --only "filesystem.read=/srv/in/*"')
        table.setdefault(key.strip(), []).append(pattern.strip())
    return CapabilitySet.of(table)
