"""The tables, and how a database of an older version becomes one of this version."""

from __future__ import annotations

from typing import Final

#: Marks a database as ours (`PRAGMA application_id`): "AIRS" in ASCII.
APPLICATION_ID: Final = 0x41495253

#: What turns version N into version N + 1, statement by statement; never changed once released, only added to.
MIGRATIONS: Final[tuple[tuple[str, ...], ...]] = (
    (
        """
        CREATE TABLE approvals (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            component TEXT NOT NULL,
            digest TEXT NOT NULL,
            source TEXT NOT NULL,
            capabilities TEXT NOT NULL,
            state TEXT NOT NULL,
            revision INTEGER NOT NULL,
            created_at REAL NOT NULL,
            changed_at REAL NOT NULL,
            expires_at REAL,
            detail TEXT NOT NULL
        )
        """,
        "CREATE INDEX approvals_by_component ON approvals (component, state)",
        "CREATE INDEX approvals_by_state ON approvals (state)",
        """
        CREATE TABLE approval_steps (
            approval INTEGER NOT NULL REFERENCES approvals (id),
            revision INTEGER NOT NULL,
            state TEXT NOT NULL,
            at REAL NOT NULL,
            by TEXT NOT NULL,
            note TEXT NOT NULL,
            PRIMARY KEY (approval, revision)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE quota_usage (
            component TEXT NOT NULL,
            kind TEXT NOT NULL,
            used INTEGER NOT NULL,
            PRIMARY KEY (component, kind)
        ) WITHOUT ROWID
        """,
    ),
)

VERSION: Final = len(MIGRATIONS)
