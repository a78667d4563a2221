"""`airssys trust ...`: whose components run without a person's approval."""

from __future__ import annotations

from typing import Final

import typer

from airssys.cli._trust_add_git import add_git
from airssys.cli._trust_add_key import add_key
from airssys.cli._trust_add_local import add_local
from airssys.cli._trust_list import list_rules
from airssys.cli._trust_remove import remove
from airssys.cli._trust_revoke import revoke
from airssys.cli._trust_verify import verify

trust: Final = typer.Typer()
for _name, _verb in (
    ("add-key", add_key),
    ("add-git", add_git),
    ("add-local", add_local),
    ("list", list_rules),
    ("remove", remove),
    ("revoke", revoke),
    ("verify", verify),
):
    trust.command(_name)(_verb)


@trust.callback(invoke_without_command=True)
def group(context: typer.Context) -> None:
    """Say whose components run without a person's approval, and check whether one does."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
