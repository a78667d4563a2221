"""What is kept of an approval, and the port to where it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalBinding:
    """What an approval is for; one for anything else is another approval.

    Attributes:
        component: the component's name.
        digest: SHA-256 of its bytes, hexadecimal.
        source: where it came from.
        capabilities: what it asks for, normalised, as text.
    """

    component: str
    digest: str
    source: str
    capabilities: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRecord:
    """One record as it was read.

    Attributes:
        id: grows with every record, and is never used again.
        binding: what it is for.
        state: where it stands; the words are the caller's.
        revision: 1 when it is new, and one more with every change.
        created_at, changed_at, expires_at: seconds since 1970-01-01 UTC.
        detail: whatever else the caller keeps, as text.
    """

    id: int
    binding: ApprovalBinding
    state: str
    revision: int
    created_at: float
    changed_at: float
    expires_at: float | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalStep:
    """One change of a record: which state it came to, when, by whom, and why."""

    revision: int
    state: str
    at: float
    by: str
    note: str


class ApprovalRecords(Protocol):
    """Where approvals are kept. Every change is on disk when the call returns."""

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
        """Keep a new record."""

    def get(self, identifier: int) -> ApprovalRecord | None:
        """The record of that id."""

    def find(
        self,
        *,
        component: str | None = None,
        binding: ApprovalBinding | None = None,
        state: str | None = None,
        expired_at: float | None = None,
    ) -> tuple[ApprovalRecord, ...]:
        """Every record that fits all that is named, oldest first; `expired_at`: those that expire then or before."""

    def count(self, state: str) -> int:
        """How many records are in a state."""

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
        """Change a record if it is still as it was read: of several who try, one wins.

        Args:
            record: as it was read.
            expires_at: from now on; None for never.
            detail: None leaves it as it is.

        Raises:
            RecordChanged: somebody else was first; says what the record is now.
        """

    def steps(self, identifier: int) -> tuple[ApprovalStep, ...]:
        """Every change of a record, the first one first."""
