"""Which audit log is meant, and how its records are shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias

import typer
from rich.text import Text

from airssys.audit import Entry, Outcome
from airssys.cli._approval_log import APPROVAL_AUDIT_FOLDER
from airssys.cli._console import printable, show, show_json
from airssys.cli._errors import UsageError
from airssys.cli._options import read_path
from airssys.cli._run_log import RUN_AUDIT_FOLDER
from airssys.cli._state import state_folder
from airssys.storage import audit_folder_in

LogOption: TypeAlias = Annotated[
    Path | None,
    typer.Option("--log", parser=read_path, metavar="DIR", help="The folder of a log, instead of the host's own."),
]
ApprovalsFlag: TypeAlias = Annotated[
    bool, typer.Option("--approvals", help="The log of what commands such as `airssys approve` decided.")
]
RunsOption: TypeAlias = Annotated[
    int | None,
    typer.Option("--runs", min=1, metavar="N", help="The N-th log of `airssys run`: 1, unless several ran at once."),
]

#: What stands before the other members of a record, or says nothing to people.
_SHOWN_FIRST: Final = frozenset(
    {"schema", "sequence", "previous", "utc", "monotonic", "event", "component", "decision", "request"}
)

#: How much of a digest people are shown; enough to tell two of them apart.
_DIGEST_CHARACTERS: Final = 12

_STYLES: Final = {Outcome.ALLOWED.value: "green", Outcome.DENIED.value: "red"}


def log_folder(log: Path | None, state: Path | None, *, approvals: bool, runs: int | None) -> Path:
    """The folder of the log that is meant.

    Raises:
        UsageError: two are named, or there is none.
    """
    states = state_folder(state)
    named = [
        *([] if log is None else [log]),
        *([states / APPROVAL_AUDIT_FOLDER] if approvals else []),
        *([] if runs is None else [states / RUN_AUDIT_FOLDER / str(runs)]),
    ]
    if len(named) > 1:
        raise UsageError("--log, --approvals and --runs each name another log", hint="leave one of them out")
    folder = named[0] if named else audit_folder_in(states)
    if not folder.is_dir():
        raise UsageError(
            f"there is no audit log in {folder}", hint="name the host's state folder with --state, or a log with --log"
        )
    return folder


def show_entries(entries: Sequence[Entry], folder: Path, *, as_json: bool) -> None:
    """Print records, for people or for machines."""
    if as_json:
        show_json({"log": str(folder), "records": [dict(entry.members) for entry in entries]})
    else:
        show(map(entry_as_text, entries))


def entry_as_text(entry: Entry) -> Text:
    """A record on one line. Whatever stands in it, nothing of it steers a terminal."""
    about = "" if entry.component is None else f"  {entry.component}"
    text = Text(printable(f"{entry.at.isoformat(timespec='milliseconds')}  {entry.sequence}  {entry.event}{about}"))
    decision = entry.members.get("decision")
    if decision is not None:
        text.append(printable(f"  {decision}"), style=_STYLES.get(str(decision), ""))
    if entry.request:
        text.append(printable("  " + " ".join(map(str, entry.request.values()))))
    return text.append(printable("".join(f"  {name}={value}" for name, value in _others(entry.members.items()))))


def _others(members: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """The members that come last, as people want to see them."""
    for name, value in members:
        if name not in _SHOWN_FIRST and value is not None:
            yield name, value[:_DIGEST_CHARACTERS] if name == "digest" and isinstance(value, str) else value
