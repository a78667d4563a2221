"""The decision: whether what was approved covers what is asked for. A function of values.

An approval covers the same bytes from the same source under the same name, asking for what a reviewer has decided about
or for less. Other bytes are covered only as a later version whose maker is proven to be the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from airssys.capabilities import CapabilitySet

from ._ask import Ask
from ._request import ApprovalRequest
from ._states import State


class Answer(StrEnum):
    """Where a component stands with what it asks for. It runs if it is covered, and else it does not."""

    COVERED = "covered"
    PENDING = "pending"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    NONE = "none"
    """Nobody was asked yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The answer to an ask.

    Attributes:
        answer: in one word.
        rights: what the component may have; empty unless it is covered.
        by: who gave it; empty unless it is covered.
        request: the approval, request or refusal that decided; None when there is none.
    """

    answer: Answer
    rights: CapabilitySet = field(default_factory=CapabilitySet)
    by: str = ""
    request: ApprovalRequest | None = None


#: A component that asks for nothing has nothing to approve, and runs under its limits.
NOTHING_ASKED = Standing(answer=Answer.COVERED, by="nobody: it asks for nothing")

_NONE = Standing(answer=Answer.NONE)


def standing_of(ask: Ask, known: Iterable[ApprovalRequest], *, now: float) -> Standing:
    """Where an ask stands. Pure.

    Args:
        ask: what is asked for.
        known: requests that may be about it; any others are ignored.
        now: seconds since 1970-01-01 UTC; a pending request that has expired by then counts for nothing.
    """
    if not ask.capabilities:
        return NOTHING_ASKED
    newest_first = sorted(known, key=lambda request: request.id, reverse=True)
    mine = [request for request in newest_first if ask.is_same_bytes(request.ask)]
    return _covered(ask, mine) or _waiting(ask, mine, now) or _refused(ask, mine) or _inherited(ask, newest_first)


def approved_before(ask: Ask, known: Iterable[ApprovalRequest]) -> ApprovalRequest | None:
    """The latest approval in force of any version from the same place: what new rights are compared with."""
    approved = [each for each in known if each.state is State.APPROVED and ask.is_same_place(each.ask)]
    return max(approved, key=lambda request: request.id, default=None)


def is_superseded_by(old: ApprovalRequest, new: ApprovalRequest) -> bool:
    """Whether an approval ends, or a request has nothing left to ask, because another one was approved.

    An approval of other bytes ends so that nobody can put the older version back without asking. A request for other
    bytes stays: somebody still has to decide about those.
    """
    if old.id == new.id or not old.ask.is_same_place(new.ask):
        return False
    if old.ask.is_same_bytes(new.ask):
        return new.ask.capabilities.covers(old.ask.capabilities)
    return old.state is State.APPROVED


def _covered(ask: Ask, mine: Sequence[ApprovalRequest]) -> Standing | None:
    for request in mine:
        if request.state is State.APPROVED and request.ask.capabilities.covers(ask.capabilities):
            return _grant(ask, request)
    return None


def _waiting(ask: Ask, mine: Sequence[ApprovalRequest], now: float) -> Standing | None:
    for request in mine:
        if request.state is State.PENDING and request.ask.capabilities == ask.capabilities and not is_due(request, now):
            return Standing(answer=Answer.PENDING, request=request)
    return None


def _refused(ask: Ask, mine: Sequence[ApprovalRequest]) -> Standing | None:
    """A no stands for whoever asks for the same or more; less may be asked for."""
    answers = {State.REJECTED: Answer.REJECTED, State.WITHDRAWN: Answer.WITHDRAWN}
    for request in mine:
        if request.state in answers and ask.capabilities.covers(request.ask.capabilities):
            return Standing(answer=answers[request.state], request=request)
    return None


def _inherited(ask: Ask, known: Sequence[ApprovalRequest]) -> Standing:
    for request in known:
        is_earlier = request.state is State.APPROVED and ask.is_update_of(request.ask)
        if is_earlier and request.ask.capabilities.covers(ask.capabilities):
            return _grant(ask, request)
    return _NONE


def is_due(request: ApprovalRequest, now: float) -> bool:
    """Whether the time of a request is over."""
    return request.expires_at is not None and request.expires_at <= now


def _grant(ask: Ask, request: ApprovalRequest) -> Standing:
    """What is both asked for now and was approved then: never more than either."""
    asked, approved = ask.capabilities, request.approved
    rights = asked if approved.covers(asked) else asked.intersection(approved)
    return Standing(answer=Answer.COVERED, rights=rights, by=request.by, request=request)
