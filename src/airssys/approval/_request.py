"""A request for approval, as a person and a program see it."""

from __future__ import annotations

from dataclasses import dataclass, field

from airssys.capabilities import CapabilitySet
from airssys.errors import ApprovalRequired

from ._ask import Ask
from ._rights import Right
from ._states import State


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRequest:
    """A request, and what became of it: a snapshot.

    Attributes:
        id: its number; later requests have larger ones.
        ask: what is asked for.
        state: where it stands.
        asked_at, changed_at: seconds since 1970-01-01 UTC.
        expires_at: when it expires unless somebody decides; None once it is decided.
        rights: every right that is asked for, as the reviewer is shown it; recorded when it was asked.
        before: the number of the approval that the new rights are compared with; None when there was none.
        approved: what was given: the rights asked for, or fewer; empty unless somebody approved.
        by: who changed it last; empty while it is pending.
        note: why, in that person's words.
    """

    id: int
    ask: Ask
    state: State
    asked_at: float
    changed_at: float
    expires_at: float | None
    rights: tuple[Right, ...]
    before: int | None
    approved: CapabilitySet = field(default_factory=CapabilitySet)
    by: str = ""
    note: str = ""

    @property
    def new(self) -> CapabilitySet:
        """The rights that nobody has given to this component before."""
        return CapabilitySet(right.capability for right in self.rights if right.is_new)

    @property
    def is_narrowed(self) -> bool:
        """Whether it was approved with less than was asked for. Says nothing about what is in force."""
        return self.state is State.APPROVED and self.approved != self.ask.capabilities

    @property
    def said(self) -> str:
        """What became of it, in words: `was rejected by maria: too much`."""
        if self.state is State.PENDING:
            return "waits for a decision"
        return f"was {self.state} by {self.by}" + (f": {self.note}" if self.note else "")


def approval_required(request: ApprovalRequest, *, options: str = "") -> ApprovalRequired:
    """The error of a component that may not run because of where its request stands; names the command that helps.

    Args:
        options: what those commands need to find the request, as in `--state DIR`.
    """
    which = f"{request.id} {options}".rstrip()
    ask = request.ask
    about = f"{ask.component} {ask.version}"
    if request.state is State.PENDING:
        count = len(ask.capabilities)
        asked = f"{count} right{'' if count == 1 else 's'}, {len(request.new) or 'none'} of them new"
        return ApprovalRequired(
            f"{about} may not run before a person approves it: it asks for {asked} (approval {request.id})",
            request=request,
            hint=f"`airssys approvals {which}` shows what it asks for and why; `airssys approve {which}` lets it run",
        )
    return ApprovalRequired(
        f"{about} may not run: approval {request.id} {request.said}",
        request=request,
        hint=f"`airssys approvals {which}` shows it; `airssys approve {which} --again` approves it after all",
    )
