"""The gate: the one place that turns a decision into an effect."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Protocol

from airssys.audit import Decided, Event, LifeCycle, Outcome, Step
from airssys.capabilities import Action, Kind, Request, remembering

from ._context import SecurityContext
from ._decide import Decision, decide
from ._grant import TOKEN, Grant
from ._refusal import refusal_of


class Decisions(Protocol):
    """Where decisions are recorded: an `AuditLog`, or `Repeats` when they are refusals."""

    def append(self, decided: Decided, /) -> int:
        """Record a decision.

        Raises:
            AuditUnavailable: it could not be written.
        """


class Records(Protocol):
    """Where everything is recorded: an `AuditLog`."""

    def append(self, event: Event, /) -> int:
        """Record an event.

        Raises:
            AuditUnavailable: it could not be written.
        """


@dataclass(frozen=True, slots=True)
class _State:
    """What one decision is made with: exchanged as a whole, so that no decision sees half of a change."""

    context: SecurityContext
    decided: Callable[[Kind, Action, str], Decision]


class Gate:
    """Asks for one component: decides, records, and gives a `Grant` or refuses. Threads may share it.

    Decisions are remembered, a bounded number of them, until the context changes; every one is recorded each time.

    Args:
        context: of the component.
        log: where decisions are recorded; None when the operator turned the audit log off, which turns nothing else
            off.
        refusals: where refusals are recorded, if not there: `Repeats` keeps a guest from filling the disk with them.
        grant_ids: numbers of grants; share one among all gates of a host so that no two grants have the same id.
    """

    def __init__(
        self,
        context: SecurityContext,
        log: Records | None,
        *,
        refusals: Decisions | None = None,
        grant_ids: Iterator[int] | None = None,
    ) -> None:
        self._state = _state(context)
        self._lock = threading.Lock()
        self._log = log
        self._refusals: Decisions | None = log if refusals is None else refusals
        self._ids = count(1) if grant_ids is None else grant_ids

    @property
    def context(self) -> SecurityContext:
        """Who asks, as it is now."""
        return self._state.context

    def decide(self, request: Request) -> Decision:
        """What `require` would decide. Nothing is recorded, and nothing may be done on the strength of it."""
        return self._state.decided(request.kind, request.action, request.resource)

    def require(self, request: Request, *more: Request) -> Grant:
        """Ask for everything that one act needs. The grant is for all of it; if one part is denied, all of it is.

        Raises:
            CapabilityDenied: something is not allowed; says what, by which rule, and what would allow it.
            AuditUnavailable: the decision could not be recorded, so nothing may be done.
        """
        answer = self._ask((request, *more))
        if isinstance(answer, Grant):
            return answer
        raise refusal_of(answer)

    def grant(self, request: Request, *more: Request) -> Grant | None:
        """`require` for whoever refuses in words of its own, and often: None when something is denied, which is
        recorded just the same. Finding out what would allow it takes longer than deciding, and is left out.

        Raises:
            AuditUnavailable: the decision could not be recorded, so nothing may be done.
        """
        answer = self._ask((request, *more))
        return answer if isinstance(answer, Grant) else None

    def _ask(self, requests: tuple[Request, ...]) -> Grant | Decision:
        """The grant, or the first decision that denies."""
        with self._lock:  # so that nothing is granted by a context that `revoke` has already replaced
            state = self._state
            decisions = [state.decided(each.kind, each.action, each.resource) for each in requests]
            denied = [decision for decision in decisions if not decision.allowed]
            if not denied:
                identifier = f"g-{next(self._ids)}"
                self._record(decisions, Outcome.ALLOWED, self._log, identifier)
                return Grant(TOKEN, identifier, requests, tuple([decision.rule for decision in decisions]))
            self._record(denied, Outcome.DENIED, self._refusals)
        return denied[0]

    def update(self, context: SecurityContext) -> None:
        """Decide by another context from the next `require` on: approvals, policy or the component changed.

        Raises:
            ValueError: it is about another component, which has to have a gate of its own.
        """
        with self._lock:
            if context.component != self._state.context.component:
                raise ValueError(f"this is the gate of {self._state.context.component}, not of {context.component}")
            self._state = _state(context)

    def revoke(self) -> SecurityContext:
        """Take every right away, from the next `require` on, and record it.

        Returns:
            The context that is in force now.

        Raises:
            AuditUnavailable: it could not be recorded. The rights are taken away all the same.
        """
        with self._lock:
            context = self._state.context.revoked()
            self._state = _state(context)
            if self._log is not None:
                self._log.append(LifeCycle(subject=context.subject, step=Step.REVOKED))
        return context

    @staticmethod
    def _record(decisions: list[Decision], outcome: Outcome, log: Decisions | None, grant: str | None = None) -> None:
        if log is None:
            return
        for decision in decisions:
            subject = decision.context.subject
            log.append(
                Decided(subject=subject, request=decision.request, outcome=outcome, rule=decision.rule, grant=grant)
            )


def _state(context: SecurityContext) -> _State:
    return _State(context, remembering(lambda request: decide(request, context)))
