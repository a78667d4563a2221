"""Approvals as the embedding program decides them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from airssys.approval import ApprovalRequest, ApprovalWorkflow
from airssys.capabilities import CapabilitySet


class Approvals:
    """Requests for approval of one host. What is decided here holds for the host's components when the call returns;
    what is decided elsewhere (`airssys withdraw`) a moment later, see `HostConfig.review_seconds`.

    Every method waits for the disk. Cancelling one does not undo a decision that was on its way.
    """

    def __init__(self, workflow: ApprovalWorkflow, review: Callable[[], Awaitable[object]]) -> None:
        self._workflow = workflow
        self._review = review

    async def pending(self) -> tuple[ApprovalRequest, ...]:
        """Those that wait for a decision, the oldest first."""
        return await asyncio.to_thread(self._workflow.pending)

    async def get(self, identifier: int) -> ApprovalRequest:
        """The request of that number.

        Raises:
            ApprovalNotFound: there is none.
        """
        return await asyncio.to_thread(self._workflow.get, identifier)

    async def approve(
        self, identifier: int, *, by: str, only: CapabilitySet | None = None, note: str = ""
    ) -> ApprovalRequest:
        """Give a component what it asks for, or the part in `only`. Raises what `ApprovalWorkflow.approve` raises."""
        request = await asyncio.to_thread(self._workflow.approve, identifier, by=by, only=only, note=note)
        await self._review()
        return request

    async def reject(self, identifier: int, *, by: str, reason: str) -> ApprovalRequest:
        """Say no. Raises what `ApprovalWorkflow.reject` raises."""
        request = await asyncio.to_thread(self._workflow.reject, identifier, by=by, reason=reason)
        await self._review()
        return request

    async def withdraw(self, identifier: int, *, by: str, reason: str = "") -> ApprovalRequest:
        """Take an approval back: what runs by it has no rights from its next host call on, and no further call.

        Raises what `ApprovalWorkflow.withdraw` raises.
        """
        request = await asyncio.to_thread(self._workflow.withdraw, identifier, by=by, reason=reason)
        await self._review()
        return request
