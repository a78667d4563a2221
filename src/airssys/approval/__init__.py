"""Approval: a person decides what a component of unknown origin may do, before it runs.

Promise: an approval is for one component name, one file of bytes, one source and the rights that were shown, and is
reused for nothing else. It never gives more than was asked for. Of several reviewers one decides and the others are
told who did. Every step is on record before it counts: who, when, why, and what that person was shown.

    workflow = ApprovalWorkflow(store, clock=SystemClock(), log=log)
    ask = Ask.of(source, capabilities=manifest.capabilities, rationale=manifest.rationale)
    standing = workflow.standing(ask)
    if standing.answer is not Answer.COVERED:
        raise approval_required(workflow.request(ask))     # names the command: `airssys approve 7`
    context = SecurityContext(..., approved=standing.rights, approved_by=standing.by)

What became of a request: pending -> approved | rejected | expired; approved -> withdrawn | superseded. docs/adr/0015
says what an approval binds, and why.

Everything that `ApprovalWorkflow` does blocks for as long as the disk takes: call it from a thread,
`await asyncio.to_thread(...)`. Nothing that a guest can call reaches it.
"""

from __future__ import annotations

from ._ask import Ask
from ._book import ApprovalStore, Records
from ._proof import proof_of
from ._request import ApprovalRequest, approval_required
from ._rights import Right, remark
from ._standing import Answer, Standing, standing_of
from ._states import TRANSITIONS, State
from ._verdict import Approver, Choice, Verdict
from ._workflow import DEFAULT_LIFETIME_SECONDS, MAX_PENDING, ApprovalWorkflow

__all__ = [
    "DEFAULT_LIFETIME_SECONDS",
    "MAX_PENDING",
    "TRANSITIONS",
    "Answer",
    "ApprovalRequest",
    "ApprovalStore",
    "ApprovalWorkflow",
    "Approver",
    "Ask",
    "Choice",
    "Records",
    "Right",
    "Standing",
    "State",
    "Verdict",
    "approval_required",
    "proof_of",
    "remark",
    "standing_of",
]
