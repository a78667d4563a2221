"""What components have used of their quotas, kept while the host is down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from ._database import Database


class QuotaUsageRecords(Protocol):
    """Where usage is kept. Every change is on disk when the call returns."""

    def save(self, usage: Mapping[str, Mapping[str, int]]) -> None:
        """Keep the usage of these components, by kind, in place of what was kept of them; all of it or nothing."""

    def load(self, component: str) -> Mapping[str, int]:
        """What was kept of a component; empty when nothing was."""

    def forget(self, component: str) -> None:
        """Keep nothing of a component."""


class SqliteQuotaUsage:
    """`QuotaUsageRecords` in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, usage: Mapping[str, Mapping[str, int]]) -> None:
        """See `QuotaUsageRecords`."""
        with self._database.transaction():
            for component, used_by_kind in usage.items():
                self.forget(component)
                for kind, used in used_by_kind.items():
                    self._database.execute("INSERT INTO quota_usage VALUES (?, ?, ?)", (component, kind, used))

    def load(self, component: str) -> Mapping[str, int]:
        """See `QuotaUsageRecords`."""
        rows = self._database.execute("SELECT kind, used FROM quota_usage WHERE component = ?", (component,))
        return {row[0]: row[1] for row in rows}

    def forget(self, component: str) -> None:
        """See `QuotaUsageRecords`."""
        with self._database.transaction():
            self._database.execute("DELETE FROM quota_usage WHERE component = ?", (component,))
