"""The supervisor at the top, and what becomes of the program when it gives up."""

from __future__ import annotations

import asyncio
from typing import Any

from ._cell import ActorCell
from ._node import Node
from ._reasons import SHUTDOWN, ExitReason
from ._services import Services
from ._spec import ActorFactory, ChildSpec, SupervisorSpec
from ._state import State
from ._supervisor import SupervisorNode
from ._supervisor_ref import SupervisorRef
from ._tree import TreeNode


class Top:
    """What the top supervisor reports to.

    Args:
        does: what the top supervisor does.
        services: of the system.
        body: the task that entered the system; it is cancelled when the top gives up.
    """

    def __init__(self, does: SupervisorSpec, services: Services, body: asyncio.Task[Any] | None) -> None:
        self.path = "/"
        self.services = services
        self._body = body
        self._is_closing = False
        self._has_cancelled = False
        self._failure: ExitReason | None = None
        self._node = SupervisorNode(ChildSpec(id="top", start=does), does, self, self.path, services)
        self._node.start(None)

    @property
    def ref(self) -> SupervisorRef:
        """The top supervisor."""
        return self._node.ref

    def picture(self) -> TreeNode:
        """The whole tree."""
        return self._node.picture()

    async def close(self) -> None:
        """Stop everything in order; being cancelled meanwhile kills what is left, and is passed on at the end."""
        self._is_closing = True
        self._node.request_stop(SHUTDOWN)
        cancelled: asyncio.CancelledError | None = None
        while self._node.state is not State.ENDED:
            try:
                await self._node.wait_stopped()
            except asyncio.CancelledError as error:
                cancelled = error
                self._node.kill()
        if cancelled is not None:
            raise cancelled

    def failure_behind(self, error: BaseException | None) -> ExitReason | None:
        """What the context is left with: the failure at the top, or None when there is none or another error goes on.

        Args:
            error: what the body is left with.
        """
        others = 0
        if self._has_cancelled and self._body is not None:
            others = self._body.uncancel()
        if self._failure is None or error is None:
            return self._failure
        if isinstance(error, asyncio.CancelledError) and self._has_cancelled and others == 0:
            return self._failure
        error.add_note(f"meanwhile the actor system gave up: {self._failure}")
        return None

    # ------------------------------------------------------------ what the top supervisor reports

    def child_started(self, node: Node) -> None:
        """It lives."""

    def child_exited(self, node: Node, reason: ExitReason) -> None:
        """It ended: because it was told to, or because it gave up."""
        node.end(reason)
        if not reason.is_clean and not self._is_closing:
            self._failure = reason
            if self._body is not None and not self._body.done():
                self._has_cancelled = self._body.cancel()

    def child_given_up(self, node: Node, reason: ExitReason) -> None:
        """It is never down without having ended."""

    def spawn(self, spec: ChildSpec) -> ActorCell:
        """Start an actor at the top."""
        return self._node.spawn(spec)

    def free_id(self, start: ActorFactory) -> str:
        """An id that no child of the top has."""
        return self._node.free_id(start)
