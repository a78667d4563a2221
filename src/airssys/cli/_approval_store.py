"""What the verbs about approvals share: the workflow over the state folder, and who decides."""

from __future__ import annotations

import contextlib
import os
import pwd
from collections.abc import Iterator
from pathlib import Path

from airssys.approval import ApprovalWorkflow
from airssys.cli._approval_log import APPROVAL_AUDIT_FOLDER, EachRecord
from airssys.clock import SystemClock
from airssys.errors import ApprovalNotFound
from airssys.storage import Store, database_in


@contextlib.contextmanager
def approvals_in(folder: Path) -> Iterator[ApprovalWorkflow]:
    """The approvals of a state folder.

    Raises:
        ApprovalNotFound: no host ever asked there; nothing is made.
        StorageFailed: the database cannot be used.
    """
    database = database_in(folder)
    if not os.path.lexists(database):
        raise ApprovalNotFound(
            f"there are no approvals in {folder}: nothing ever asked there",
            hint="name the host's state folder with --state",
        )
    clock = SystemClock()
    with Store(database) as store:
        yield ApprovalWorkflow(store, clock=clock, log=EachRecord(folder / APPROVAL_AUDIT_FOLDER, clock=clock))


def this_person() -> str:
    """Who runs the command, by the system's account and not by a variable that anybody can set."""
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"
