"""What tests of the audit log share: somebody to record about, and ways to look at and damage the files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from airssys.audit import AuditLog, Decided, FileSink, Outcome, Subject
from airssys.capabilities import Action, Kind, Request
from tests.clock import WallClock

SUBJECT = Subject(component="invoice", instance="invoice-1", digest="ab" * 32)
REQUEST = Request(Kind.FILESYSTEM, Action.READ, "/srv/in/a.xml")


def decided(number: int = 1, *, outcome: Outcome = Outcome.ALLOWED, request: Request = REQUEST) -> Decided:
    """A decision; the number is in its grant."""
    return Decided(subject=SUBJECT, request=request, outcome=outcome, rule="policy.toml:12", grant=f"g-{number}")


def open_log(folder: Path, **options: Any) -> AuditLog:
    """The log of a folder, which nobody syncs behind a test's back."""
    return AuditLog(FileSink(folder, **{"sync_seconds": None, **options}), clock=WallClock())


def write_log(folder: Path, count: int, *, start: int = 1, **options: Any) -> None:
    """Record decisions, and close the log."""
    with open_log(folder, **options) as log:
        for number in range(start, start + count):
            log.append(decided(number))


def files(folder: Path) -> list[Path]:
    """The files of records, in their order."""
    return sorted(folder.glob("audit-*.jsonl"))


def records(folder: Path) -> list[dict[str, Any]]:
    """Every line of a log that is JSON."""
    found = []
    for path in files(folder):
        for line in path.read_bytes().splitlines():
            try:
                found.append(json.loads(line))
            except ValueError:
                continue
    return found


def grants(folder: Path) -> list[str]:
    """The grants of the decisions of a log, in their order."""
    return [record["grant"] for record in records(folder) if record["event"] == "decision"]
