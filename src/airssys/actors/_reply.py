"""Where the answer to one question goes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from ._dead_letters import DeadLetter, DeadLetterReason
from ._errors import ActorExited
from ._reasons import ExitReason

if TYPE_CHECKING:
    from ._cell import ActorCell
    from ._ref import Ref


class Reply:
    """A question's reply slot: answered once, within its deadline. An actor that answers later keeps it, see
    `Context.defer_reply`; if the actor ends first, whoever asked is told why.

    Attributes:
        correlation_id: of the question.
        deadline: when the one who asked stops waiting, on the system's clock.
    """

    __slots__ = ("_asker", "_cell", "_future", "correlation_id", "deadline")

    def __init__(
        self,
        future: asyncio.Future[Any],
        cell: ActorCell,
        asker: Ref | None,
        correlation_id: int,
        deadline: float,
    ) -> None:
        self._future = future
        self._cell = cell
        self._asker = asker
        self.correlation_id = correlation_id
        self.deadline = deadline

    @property
    def is_wanted(self) -> bool:
        """Whether anybody still waits for it."""
        return not self._future.done() and self._cell.services.clock.monotonic() < self.deadline

    def send(self, value: Any) -> None:
        """Answer. Nobody waiting any more makes the value a dead letter, counted as a late reply."""
        self._settle()
        self.send_at_once(value)

    def send_at_once(self, value: Any) -> None:
        """Answer while the question is being handled, when nothing was promised that would have to be kept."""
        if self.is_wanted:
            self._future.set_result(value)
        else:
            self._too_late(value)

    def fail(self, error: Exception) -> None:
        """Answer with an exception, which is raised where the question was asked."""
        self._settle()
        if self.is_wanted:
            self._future.set_exception(error)
        else:
            self._too_late(error)

    def exited(self, reason: ExitReason) -> None:
        """Tell the one who asked, if still there, that the actor ended."""
        if not self._future.done():
            self._future.set_exception(ActorExited(self._cell.path, reason))

    def _settle(self) -> None:
        if self._cell.incarnation is not None:
            self._cell.incarnation.settle(self)

    def _too_late(self, value: Any) -> None:
        cell = self._cell
        cell.late_replies += 1
        cell.services.bury(
            DeadLetter(
                message=value,
                recipient=self._asker,
                sender=cell.ref,
                reason=DeadLetterReason.LATE_REPLY,
                correlation_id=self.correlation_id,
                at=cell.services.clock.monotonic(),
            )
        )
