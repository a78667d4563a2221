"""`airssys audit ...`: what was decided and what happened, and whether the log says so still."""

from __future__ import annotations

from typing import Final

import typer

from airssys.cli._audit_search import search
from airssys.cli._audit_tail import tail
from airssys.cli._audit_verify import verify

audit: Final = typer.Typer()
for _name, _verb in (("tail", tail), ("search", search), ("verify", verify)):
    audit.command(_name)(_verb)


@audit.callback(invoke_without_command=True)
def group(context: typer.Context) -> None:
    """Look at the audit log of a host, also while the host writes it."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
