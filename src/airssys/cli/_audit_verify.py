"""`airssys audit verify`: whether the log is what was written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

import typer

from airssys.audit import Head, Verified
from airssys.audit import verify as verify_log
from airssys.cli._audit_folder import ApprovalsFlag, LogOption, RunsOption, log_folder
from airssys.cli._console import plural, printable, show, show_json
from airssys.cli._options import JsonFlag, read_path
from airssys.cli._state import StateOption

#: As this command prints a head.
_HEAD: Final = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})", re.ASCII)


def _read_head(text: str) -> Head:
    match = _HEAD.fullmatch(text)
    if match is None:
        raise typer.BadParameter(f"{text!r} is no head such as `airssys audit verify` prints")
    return Head(int(match[1]), match[2])


def verify(
    anchor: Annotated[
        Head | None,
        typer.Option(
            parser=_read_head,
            metavar="HEAD",
            help="A head that this command printed before, kept elsewhere.",
        ),
    ] = None,
    first: Annotated[
        int, typer.Option(min=1, metavar="N", help="The number of the first record, where older files were archived.")
    ] = 1,
    head: Annotated[
        Path | None,
        typer.Option("--head", parser=read_path, metavar="FILE", help="The log's head, if it is not in its folder."),
    ] = None,
    state: StateOption = None,
    log: LogOption = None,
    approvals: ApprovalsFlag = False,
    runs: RunsOption = None,
    as_json: JsonFlag = False,
) -> int:
    """Verify that nothing in the log was edited, removed, moved, added or cut off. Ends with 4 when something was."""
    folder = log_folder(log, state, approvals=approvals, runs=runs)
    verified = verify_log(folder, head_path=head, first=first, anchor=anchor)
    if as_json:
        show_json(_as_json(verified, folder))
    else:
        show(_as_lines(verified, folder))
    return 0


def _as_lines(verified: Verified, folder: Path) -> Iterator[str]:
    count = plural(verified.head.sequence - verified.first + 1, "record")
    said = "closed" if verified.is_closed else "open, or left open by a crash"
    yield printable(f"{folder}: ok, {count}, {said}")
    yield f"  head      {verified.head.sequence}:{verified.head.digest}"
    if verified.torn:
        yield f"  crashes   left {plural(len(verified.torn), 'torn line')}, each reported by a record"
    if verified.pending is not None:
        yield f"  crash     left {plural(verified.pending.size_bytes, 'byte')} at the end, which the next start reports"


def _as_json(verified: Verified, folder: Path) -> dict[str, object]:
    torn = [{"size_bytes": each.size_bytes, "sha256": each.sha256} for each in verified.torn]
    pending = verified.pending
    return {
        "log": str(folder),
        "first": verified.first,
        "head": {"sequence": verified.head.sequence, "digest": verified.head.digest},
        "closed": verified.is_closed,
        "torn": torn,
        "pending": None if pending is None else {"size_bytes": pending.size_bytes, "sha256": pending.sha256},
    }
