"""Approvals in a database."""

from __future__ import annotations

from typing import Final

from airssys.errors import RecordChanged

from ._approvals import ApprovalBinding, ApprovalRecord, ApprovalStep
from ._database import Database, Row, Value

_ADD: Final = """
    INSERT INTO approvals
        (component, digest, source, capabilities, state, revision, created_at, changed_at, expires_at, detail)
    VALUES (:component, :digest, :source, :capabilities, :state, 1, :at, :at, :expires_at, :detail)
    RETURNING *
"""
_FIND: Final = """
    SELECT * FROM approvals
    WHERE (:component IS NULL OR component = :component)
      AND (:digest IS NULL OR digest = :digest)
      AND (:source IS NULL OR source = :source)
      AND (:capabilities IS NULL OR capabilities = :capabilities)
      AND (:state IS NULL OR state = :state)
      AND (:expired_at IS NULL OR expires_at <= :expired_at)
    ORDER BY id
"""
#: Compare and set: nothing happens unless the record is at the revision that was read.
_CHANGE: Final = """
    UPDATE approvals
    SET state = :state, revision = revision + 1, changed_at = :at, expires_at = :expires_at,
        detail = coalesce(:detail, detail)
    WHERE id = :id AND revision = :revision
    RETURNING *
"""
_STEPS: Final = "SELECT revision, state, at, by, note FROM approval_steps WHERE approval = ? ORDER BY revision"


class SqliteApprovals:
    """`ApprovalRecords` in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        binding: ApprovalBinding,
        *,
        state: str,
        at: float,
        by: str = "",
        note: str = "",
        expires_at: float | None = None,
        detail: str = "",
    ) -> ApprovalRecord:
        """See `ApprovalRecords`."""
        values: dict[str, Value] = {
            "component": binding.component,
            "digest": binding.digest,
            "source": binding.source,
            "capabilities": binding.capabilities,
            "state": state,
            "at": at,
            "expires_at": expires_at,
            "detail": detail,
        }
        with self._database.transaction():
            record = _record(self._database.execute(_ADD, values)[0])
            self._note_step(record, by, note)
        return record

    def get(self, identifier: int) -> ApprovalRecord | None:
        """See `ApprovalRecords`."""
        rows = self._database.execute("SELECT * FROM approvals WHERE id = ?", (identifier,))
        return _record(rows[0]) if rows else None

    def find(
        self,
        *,
        component: str | None = None,
        binding: ApprovalBinding | None = None,
        state: str | None = None,
        expired_at: float | None = None,
    ) -> tuple[ApprovalRecord, ...]:
        """See `ApprovalRecords`."""
        values: dict[str, Value] = {
            "component": component if binding is None else binding.component,
            "digest": None if binding is None else binding.digest,
            "source": None if binding is None else binding.source,
            "capabilities": None if binding is None else binding.capabilities,
            "state": state,
            "expired_at": expired_at,
        }
        return tuple(_record(row) for row in self._database.execute(_FIND, values))

    def count(self, state: str) -> int:
        """See `ApprovalRecords`."""
        rows = self._database.execute("SELECT count(*) FROM approvals WHERE state = ?", (state,))
        return int(rows[0][0])

    def transition(
        self,
        record: ApprovalRecord,
        *,
        to: str,
        at: float,
        by: str = "",
        note: str = "",
        expires_at: float | None = None,
        detail: str | None = None,
    ) -> ApprovalRecord:
        """See `ApprovalRecords`."""
        values: dict[str, Value] = {
            "id": record.id,
            "revision": record.revision,
            "state": to,
            "at": at,
            "expires_at": expires_at,
            "detail": detail,
        }
        with self._database.transaction():
            rows = self._database.execute(_CHANGE, values)
            if not rows:
                raise self._changed(record)
            changed = _record(rows[0])
            self._note_step(changed, by, note)
        return changed

    def steps(self, identifier: int) -> tuple[ApprovalStep, ...]:
        """See `ApprovalRecords`."""
        rows = self._database.execute(_STEPS, (identifier,))
        return tuple(ApprovalStep(revision=row[0], state=row[1], at=row[2], by=row[3], note=row[4]) for row in rows)

    def _note_step(self, record: ApprovalRecord, by: str, note: str) -> None:
        self._database.execute(
            "INSERT INTO approval_steps (approval, revision, state, at, by, note) VALUES (?, ?, ?, ?, ?, ?)",
            (record.id, record.revision, record.state, record.changed_at, by, note),
        )

    def _changed(self, record: ApprovalRecord) -> RecordChanged:
        now = self.get(record.id)
        if now is None:
            return RecordChanged(f"there is no approval {record.id}", state="", revision=0)
        return RecordChanged(
            f"approval {record.id} is {now.state} by now; it was {record.state} when it was read",
            state=now.state,
            revision=now.revision,
        )


def _record(row: Row) -> ApprovalRecord:
    """A row of the table, its columns in the order of the table."""
    return ApprovalRecord(
        id=row[0],
        binding=ApprovalBinding(component=row[1], digest=row[2], source=row[3], capabilities=row[4]),
        state=row[5],
        revision=row[6],
        created_at=row[7],
        changed_at=row[8],
        expires_at=row[9],
        detail=row[10],
    )
