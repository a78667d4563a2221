"""Where a host keeps its state on this machine, for the user who runs it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import platformdirs

#: The database in a state folder.
DATABASE_FILE: Final = "airssys.db"

#: The folder of the audit log in a state folder.
AUDIT_FOLDER: Final = "audit"


def default_state_folder() -> Path:
    """The state folder of this user, unless the operator says otherwise (`--state`, `AIRSSYS_STATE`). Looks at nothing;
    opening a `Store` there makes it. Guests must never be let near it.
    """
    return platformdirs.user_state_path("airssys")


def database_in(folder: Path) -> Path:
    """Where the database of a state folder is: `Store(database_in(folder))`."""
    return folder / DATABASE_FILE


def audit_folder_in(folder: Path) -> Path:
    """Where the audit log of a state folder is: `FileSink(audit_folder_in(folder))`."""
    return folder / AUDIT_FOLDER
