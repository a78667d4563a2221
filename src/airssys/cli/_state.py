"""Where the state of a host is: the database that verbs and hosts share."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from airssys.cli._options import read_path
from airssys.storage import default_state_folder

StateOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--state",
        parser=read_path,
        metavar="DIR",
        envvar="AIRSSYS_STATE",
        help="The state folder; without it, the user's own.",
    ),
]


def state_folder(chosen: Path | None) -> Path:
    """The state folder that is meant."""
    return default_state_folder() if chosen is None else chosen


def state_words(chosen: Path | None) -> str:
    """The option that makes another command use the same state folder; empty for the user's own."""
    return "" if chosen is None else f"--state {shlex.quote(str(chosen))}"
