"""The book of requests: reading them, and the single steps of which a change is made. Each step is on record first.

Whoever makes steps does so inside one transaction of the store: it keeps everybody else from making another meanwhile.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, Protocol

from airssys.audit import ApprovalChanged, Event, Subject
from airssys.capabilities import CapabilitySet
from airssys.clock import Clock
from airssys.errors import ApprovalNotFound, ApprovalSettled
from airssys.storage import ApprovalRecord, ApprovalRecords

from ._ask import Ask
from ._kept import detail_of, request_of
from ._request import ApprovalRequest
from ._rights import rights_shown
from ._standing import approved_before
from ._states import TRANSITIONS, State

#: Who changes what nobody decides.
OURSELVES: Final = "airssys"

#: Largest number that SQLite gives a record.
_MAX_ID: Final = 2**63 - 1

#: States that say nothing about anybody who asks.
_NO_ANSWER: Final = frozenset({State.EXPIRED, State.SUPERSEDED})
#: States that say something about the bytes that were shown, and nothing about others.
_ABOUT_THESE_BYTES: Final = frozenset({State.PENDING, State.REJECTED, State.WITHDRAWN})


class Records(Protocol):
    """Where steps are recorded: an `AuditLog`."""

    def append(self, event: Event, /, *, durable: bool = False) -> int:
        """Record an event; durable: wait until it is safe from a power cut.

        Raises:
            AuditUnavailable: it could not be written.
        """


class ApprovalStore(Protocol):
    """Where requests are kept: a `Store`."""

    @property
    def approvals(self) -> ApprovalRecords:
        """The records."""

    def transaction(self) -> AbstractContextManager[None]:
        """Everything that is read and changed inside is one step, for other processes too."""


class Book:
    """Requests as records. Takes what `ApprovalWorkflow` takes."""

    def __init__(self, store: ApprovalStore, *, clock: Clock, log: Records | None) -> None:
        self.transaction = store.transaction
        self.records = store.approvals
        self._clock = clock
        self._log = log

    def record(self, identifier: int) -> ApprovalRecord:
        """The record of that number.

        Raises:
            ApprovalNotFound: there is none.
        """
        record = self.records.get(identifier) if 0 < identifier <= _MAX_ID else None
        if record is None:
            raise ApprovalNotFound(f"there is no approval {identifier}")
        return record

    def known(self, ask: Ask) -> tuple[ApprovalRequest, ...]:
        """Every request that says anything about an ask: of the same name from the same source, and in force; about
        other bytes only if it is an approval. The rest, such as a thousand builds of last year, is not even read.
        """
        found = self.records.find(component=ask.component)
        return tuple(request_of(record) for record in found if _is_about(record, ask))

    def add(self, ask: Ask, *, by: str, lifetime_seconds: float) -> ApprovalRequest:
        """Step: a new request, with what its reviewer is shown."""
        before = approved_before(ask, self.known(ask))
        new = ask.capabilities if before is None else ask.capabilities.difference(before.approved)
        now = self._clock.wall()
        asked = ApprovalRequest(
            id=0,  # the store gives it one
            ask=ask,
            state=State.PENDING,
            asked_at=now,
            changed_at=now,
            expires_at=now + lifetime_seconds,
            rights=rights_shown(ask.capabilities, new),
            before=None if before is None else before.id,
        )
        record = self.records.add(
            ask.binding, state=State.PENDING, at=now, by=by, expires_at=asked.expires_at, detail=detail_of(asked)
        )
        self.note(ask, record.id, State.PENDING, by)
        return replace(asked, id=record.id)

    def change(
        self, identifier: int, to: State, *, by: str, note: str, approved: CapabilitySet | None = None
    ) -> ApprovalRequest:
        """Step: a request comes to another state.

        Args:
            approved: what is given; None leaves it as it is.

        Raises:
            ApprovalNotFound: there is no request of that number.
            ApprovalSettled: that state cannot follow the one it is in.
        """
        record = self.record(identifier)
        found = request_of(record)
        if to not in TRANSITIONS[found.state]:
            raise _settled(found, to)
        now = self._clock.wall()
        given = found.approved if approved is None else approved
        changed = replace(found, state=to, changed_at=now, expires_at=None, by=by, note=note, approved=given)
        self.note(found.ask, found.id, to, by)
        self.records.transition(record, to=to, at=now, by=by, note=note, detail=detail_of(changed))
        return changed

    def expire_due(self) -> tuple[ApprovalRequest, ...]:
        """Steps: the end of every request whose time is over."""
        note = "nobody decided in time"
        return tuple(self.change(each.id, State.EXPIRED, by=OURSELVES, note=note) for each in self.due())

    def due(self) -> tuple[ApprovalRecord, ...]:
        """Those that wait although their time is over."""
        return self.records.find(state=State.PENDING, expired_at=self._clock.wall())

    def note(self, ask: Ask, identifier: int, state: State, by: str) -> None:
        """Record a step.

        Raises:
            AuditUnavailable: it could not be recorded, and so must not be made.
        """
        if self._log is not None:
            subject = Subject(component=ask.component, digest=ask.digest)
            changed = ApprovalChanged(subject=subject, approval=identifier, state=state, by=by)
            self._log.append(changed, durable=True)


def _is_about(record: ApprovalRecord, ask: Ask) -> bool:
    if record.binding.source != ask.source or record.state in _NO_ANSWER:
        return False
    return record.binding.digest == ask.digest or record.state not in _ABOUT_THESE_BYTES


def _settled(found: ApprovalRequest, to: State) -> ApprovalSettled:
    at = datetime.fromtimestamp(found.changed_at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    match found.state:
        case State.PENDING:
            hint = f"`airssys reject {found.id} --reason TEXT` says no to it"
        case State.APPROVED:
            hint = f"`airssys withdraw {found.id}` takes it back"
        case _:
            hint = f"`airssys approve {found.id} --again` approves it after all"
    return ApprovalSettled(
        f"approval {found.id} {found.said} (since {at}); it cannot become {to}",
        approval=found.id,
        state=found.state,
        by=found.by,
        hint=hint,
    )
