"""Everything that a host keeps in its database."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Self

from ._approvals import ApprovalRecords
from ._database import Database
from ._quota_usage import QuotaUsageRecords, SqliteQuotaUsage
from ._sqlite_approvals import SqliteApprovals


class Store:
    """The host's database. Making one does nothing; entering it opens the file, leaving it closes the file.

    Args:
        path: the file, made with mode 0600 in a folder of mode 0700; None keeps everything in memory.

    Attributes:
        approvals: requests for approval and what became of them.
        quota_usage: what components have used of their quotas.
    """

    def __init__(self, path: Path | None) -> None:
        self._database = Database(path)
        self.approvals: ApprovalRecords = SqliteApprovals(self._database)
        self.quota_usage: QuotaUsageRecords = SqliteQuotaUsage(self._database)

    def open(self) -> None:
        """Open the file, or make it.

        Raises:
            StorageFailed: it is damaged, of a newer version, no database of ours, or cannot be opened.
        """
        self._database.open()

    def close(self) -> None:
        """Close the file; closing twice is harmless."""
        self._database.close()

    def transaction(self) -> AbstractContextManager[None]:
        """Everything that is read and changed inside is one step: others wait, and all of it is kept or nothing.

        Raises:
            StorageFailed: it could not be written; nothing was changed.
        """
        return self._database.transaction()

    def check(self) -> None:
        """Read the whole file and see that it is whole.

        Raises:
            StorageFailed: it is damaged.
        """
        self._database.check()

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
