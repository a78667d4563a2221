"""`airssys audit tail`: the end of the log."""

from __future__ import annotations

from typing import Annotated

import typer

from airssys.audit import tail as last_records
from airssys.cli._audit_folder import ApprovalsFlag, LogOption, RunsOption, log_folder, show_entries
from airssys.cli._options import JsonFlag
from airssys.cli._state import StateOption


def tail(
    count: Annotated[int, typer.Option("--count", "-n", min=0, metavar="N", help="How many.")] = 10,
    state: StateOption = None,
    log: LogOption = None,
    approvals: ApprovalsFlag = False,
    runs: RunsOption = None,
    as_json: JsonFlag = False,
) -> int:
    """Show the last records, the latest last. This proves nothing: `airssys audit verify` does."""
    folder = log_folder(log, state, approvals=approvals, runs=runs)
    show_entries(last_records(folder, count), folder, as_json=as_json)
    return 0
