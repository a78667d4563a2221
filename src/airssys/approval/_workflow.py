"""The workflow: every change of an approval, on record before it counts."""

from __future__ import annotations

from typing import Final

from airssys.capabilities import CapabilitySet
from airssys.clock import Clock
from airssys.errors import ApprovalInvalid, ApprovalsFull
from airssys.storage import ApprovalStep

from ._ask import Ask
from ._book import OURSELVES, ApprovalStore, Book, Records
from ._kept import request_of
from ._narrowed import narrowed
from ._request import ApprovalRequest
from ._standing import NOTHING_ASKED, Answer, Standing, is_superseded_by, standing_of
from ._states import State
from ._verdict import Choice, Verdict
from ._words import check_name, check_note, check_reason

#: How long a request waits for a decision (docs/guides/approvals.md): a week, so that every weekday comes by.
DEFAULT_LIFETIME_SECONDS: Final = 7 * 24 * 3600.0

#: Requests that may wait at the same time; nobody reads more, and a flood must end somewhere.
MAX_PENDING: Final = 1000


class ApprovalWorkflow:
    """Requests for approval, from the first question to the last answer. Any number of threads and processes may work
    on the same store: each change is one transaction, which is recorded in the audit log before it is committed. If it
    cannot be recorded it is not made (`AuditUnavailable`); if it cannot be kept, the error is `StorageFailed`.

    Every method blocks for as long as the disk takes.

    Args:
        store: where requests are kept; open.
        clock: its time of day says when, and when requests expire.
        log: where steps are recorded; None when the operator turned the audit log off.
        lifetime_seconds: how long a request waits for a decision.
        max_pending: how many may wait at the same time.
    """

    def __init__(
        self,
        store: ApprovalStore,
        *,
        clock: Clock,
        log: Records | None,
        lifetime_seconds: float = DEFAULT_LIFETIME_SECONDS,
        max_pending: int = MAX_PENDING,
    ) -> None:
        self._book = Book(store, clock=clock, log=log)
        self._clock = clock
        self._lifetime_seconds = lifetime_seconds
        self._max_pending = max_pending

    # ------------------------------------------------------------ looking

    def standing(self, ask: Ask) -> Standing:
        """Where an ask stands. Changes nothing, and reads nothing for a component that asks for nothing."""
        if not ask.capabilities:
            return NOTHING_ASKED
        return standing_of(ask, self._book.known(ask), now=self._clock.wall())

    def get(self, identifier: int) -> ApprovalRequest:
        """The request of that number.

        Raises:
            ApprovalNotFound: there is none.
        """
        return request_of(self._book.record(identifier))

    def pending(self) -> tuple[ApprovalRequest, ...]:
        """Those that wait for a decision, the oldest first; those whose time is over have expired by the end of this.

        Raises:
            AuditUnavailable: one expired, and that could not be recorded.
        """
        self.expire()
        return self.requests(state=State.PENDING)

    def requests(self, *, state: State | None = None) -> tuple[ApprovalRequest, ...]:
        """All that were ever made, or all in one state; the oldest first."""
        return tuple(map(request_of, self._book.records.find(state=state)))

    def history(self, identifier: int) -> tuple[ApprovalStep, ...]:
        """Every step of a request, the first one first: which state, when, by whom, and why.

        Raises:
            ApprovalNotFound: there is none of that number.
        """
        self._book.record(identifier)
        return self._book.records.steps(identifier)

    # ------------------------------------------------------------ asking

    def request(self, ask: Ask) -> ApprovalRequest:
        """Ask for approval. Asking again for the same changes nothing.

        Returns:
            The new request; or what there is already: the approval that covers it, the request that waits, or the
            refusal that stands.

        Raises:
            ApprovalsFull: too many wait for a decision.
            ApprovalInvalid: it asks for nothing, which needs no approval.
        """
        if not ask.capabilities:
            raise ApprovalInvalid(f"{ask.component} asks for nothing", hint="start it: there is nothing to approve")
        with self._book.transaction():
            self._book.expire_due()
            standing = self.standing(ask)
            return standing.request or self._file(ask, by=OURSELVES)

    def vouch(self, ask: Ask, *, by: str) -> Standing:
        """Approve by a rule, for this start: nothing is kept, so that nothing is left when the rule is removed. What a
        person decided about these bytes stands above it: a no, and an approval of less.

        Args:
            by: the rule that vouches for where the component comes from: `trust rule release`.

        Returns:
            What the person decided; else everything that is asked for.
        """
        standing = self.standing(ask)
        if standing.answer in (Answer.PENDING, Answer.NONE):
            check_name(by)
            self._book.note(ask, 0, State.APPROVED, by)
            return Standing(answer=Answer.COVERED, rights=ask.capabilities, by=by)
        return standing

    def ask_again(self, identifier: int, *, by: str) -> ApprovalRequest:
        """Ask anew for what was rejected, withdrawn, expired or superseded: the only way past a person's no.

        Args:
            by: the person who wants that.

        Returns:
            The new request; or the one that waits already, or the approval that covers it.

        Raises:
            ApprovalNotFound: there is no request of that number.
            ApprovalsFull: too many wait for a decision.
        """
        check_name(by)
        with self._book.transaction():
            self._book.expire_due()
            ask = self.get(identifier).ask
            standing = self.standing(ask)
            if standing.request is not None and standing.answer in (Answer.PENDING, Answer.COVERED):
                return standing.request
            return self._file(ask, by=by)

    # ------------------------------------------------------------ answering

    def approve(
        self, identifier: int, *, by: str, only: CapabilitySet | None = None, note: str = ""
    ) -> ApprovalRequest:
        """Give a component what it asks for, until somebody withdraws it. Approvals of other versions from the same
        place are superseded: what runs goes on running, and going back to one of them asks again.

        Args:
            by: the person, or the program, that decides.
            only: the part that is given; None for all of it. It is never more than was asked for.
            note: why.

        Raises:
            ApprovalNotFound: there is no request of that number.
            ApprovalSettled: somebody else was first, or its time is over; says who and what.
            ApprovalWidened: `only` has a right that was not asked for.
            ApprovalInvalid: `by` or `note` cannot be recorded.
        """
        self.expire()
        with self._book.transaction():
            approved = self._approve(identifier, by, only, note)
            for other in self._book.known(approved.ask):
                if is_superseded_by(other, approved) and other.state in (State.PENDING, State.APPROVED):
                    ended = State.EXPIRED if other.state is State.PENDING else State.SUPERSEDED
                    self._book.change(other.id, ended, by=OURSELVES, note=f"approval {approved.id} stands in its place")
        return approved

    def approve_once(self, identifier: int, *, by: str, only: CapabilitySet | None = None, note: str = "") -> Standing:
        """Give a component what it asks for, for one start: the next one asks again. Other approvals stay as they are.

        Takes and raises what `approve` does.

        Returns:
            What the component may have in this start.
        """
        self.expire()
        with self._book.transaction():
            approved = self._approve(identifier, by, only, note)
            used = self._book.change(identifier, State.SUPERSEDED, by=by, note="it was for one start")
        return Standing(answer=Answer.COVERED, rights=approved.approved, by=f"{by}, once", request=used)

    def reject(self, identifier: int, *, by: str, reason: str) -> ApprovalRequest:
        """Say no: these bytes do not run with these rights, nor with more.

        Raises:
            ApprovalNotFound, ApprovalSettled, ApprovalInvalid: as `approve`; a reason has to be given.
        """
        check_name(by)
        check_reason(reason)
        self.expire()
        with self._book.transaction():
            return self._book.change(identifier, State.REJECTED, by=by, note=reason)

    def withdraw(self, identifier: int, *, by: str, reason: str = "") -> ApprovalRequest:
        """Take an approval back. Whoever runs the component has to take its rights away.

        Raises:
            ApprovalNotFound, ApprovalInvalid: as `approve`.
            ApprovalSettled: it is not approved (any more); says what it is.
        """
        check_name(by)
        check_note(reason)
        with self._book.transaction():
            return self._book.change(identifier, State.WITHDRAWN, by=by, note=reason)

    def apply(self, identifier: int, verdict: Verdict) -> Standing:
        """Do what an embedding program's approver answered. Raises what `approve` and `reject` raise.

        Returns:
            Where the component stands by that answer.
        """
        match verdict.choice:
            case Choice.ONCE:
                return self.approve_once(identifier, by=verdict.by, only=verdict.only, note=verdict.note)
            case Choice.ALWAYS:
                approved = self.approve(identifier, by=verdict.by, only=verdict.only, note=verdict.note)
                return Standing(answer=Answer.COVERED, rights=approved.approved, by=approved.by, request=approved)
            case Choice.NO:
                rejected = self.reject(identifier, by=verdict.by, reason=verdict.note or "the answer was no")
                return Standing(answer=Answer.REJECTED, request=rejected)

    def expire(self) -> tuple[ApprovalRequest, ...]:
        """End the requests whose time is over. Every method that counts on it does this by itself.

        Returns:
            Those that expired now.
        """
        if not self._book.due():
            return ()
        with self._book.transaction():
            return self._book.expire_due()

    def _file(self, ask: Ask, *, by: str) -> ApprovalRequest:
        waiting = self._book.records.count(State.PENDING)
        if waiting >= self._max_pending:
            raise ApprovalsFull(f"{waiting} requests for approval wait already, and no more may", limit=waiting)
        return self._book.add(ask, by=by, lifetime_seconds=self._lifetime_seconds)

    def _approve(self, identifier: int, by: str, only: CapabilitySet | None, note: str) -> ApprovalRequest:
        check_name(by)
        check_note(note)
        asked = self.get(identifier)
        given = narrowed(asked.ask.capabilities, only) if asked.state is State.PENDING else None
        return self._book.change(identifier, State.APPROVED, by=by, note=note, approved=given)
