"""Handles to actors and supervisors: what everybody may hold, store and pass on.

Promise: a ref stays the same when what is behind it is restarted, and is harmless when it has ended.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from airssys.errors import AskedItself, AskTimedOut

from ._checks import check_seconds
from ._dead_letters import DeadLetterReason
from ._envelope import Envelope
from ._reasons import KILLED_KIND, NORMAL, ExitReason
from ._reply import Reply
from ._state import State

if TYPE_CHECKING:
    from ._bonds import Monitor
    from ._cell import ActorCell
    from ._mailbox import Ticket
    from ._node import Node
    from ._statistics import ActorStatistics


class Ref:
    """What refs to actors and to supervisors have in common. Compared by identity; there is one for each."""

    __slots__ = ("__weakref__", "_node")

    def __init__(self, node: Node) -> None:
        self._node = node

    @property
    def path(self) -> str:
        """Where it is in the tree: the ids from the top, as in `/stages/parse`."""
        return self._node.path

    @property
    def id(self) -> str:
        """Under which its supervisor knows it."""
        return self._node.spec.id

    @property
    def state(self) -> State:
        """What it is doing now."""
        return self._node.state

    @property
    def alive(self) -> bool:
        """Whether it lives or will live again: False once it has ended for good."""
        return self._node.state is not State.ENDED

    @property
    def exit_reason(self) -> ExitReason | None:
        """Why its last incarnation ended; None while it lives in its first."""
        return self._node.exit_reason

    def stop(self, reason: ExitReason = NORMAL) -> None:
        """Ask it to end with this reason, without waiting.

        It finishes the message that it is handling, and then runs `post_stop`; if that takes longer than the grace
        time of its specification, it is killed. The reason `KILLED` kills it at once. Its supervisor then decides as
        for any other end: a permanent child is started again. To have it gone, use `SupervisorRef.stop_child`.
        """
        if reason.kind == KILLED_KIND:
            self._node.kill()
        else:
            self._node.request_stop(reason)

    def monitor(self) -> Monitor:
        """Be told once when its current incarnation ends: `down = await ref.monitor()`.

        A monitor is used up by that, also when the actor is restarted. On one that waits for its restart, it is for the
        next incarnation; one that has ended for good fires it at once. Actors use `Context.monitor`, which sends a
        message.
        """
        return self._node.watch(None)

    async def wait_started(self) -> None:
        """Wait until it lives.

        Raises:
            ActorStartFailed: it has ended for good without living again.
        """
        await self._node.wait_started()

    async def wait_stopped(self) -> ExitReason:
        """Wait until it has ended for good, restarts included, and say why."""
        return await self._node.wait_stopped()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.path} {self.state}>"


class ActorRef(Ref):
    """A handle to an actor. Use it on the event loop of its system only; from other threads, through
    `loop.call_soon_threadsafe(ref.tell, message)`.
    """

    __slots__ = ()
    _node: ActorCell

    def tell(
        self,
        message: Any,
        *,
        sender: Ref | None = None,
        ttl: float | None = None,
        correlation_id: int | None = None,
    ) -> None:
        """Put a message into the mailbox. Never waits and runs nothing of the actor.

        Telling an actor that has ended makes a dead letter and is no error.

        Args:
            message: anything; it is not copied, so do not change it afterwards.
            sender: who tells; actors use `Context.tell`, which fills it in.
            ttl: seconds after which it is not worth handling any more; it becomes a dead letter then.
            correlation_id: joins it to a conversation.

        Raises:
            MailboxFull: there was no room; the message was not taken.
        """
        cell = self._node
        deadline = None if ttl is None else cell.deadline_in(check_seconds("ttl", ttl, open_end=True))
        cell.deliver(Envelope(message, sender, None, correlation_id, deadline))

    async def send(
        self,
        message: Any,
        *,
        sender: Ref | None = None,
        ttl: float | None = None,
        correlation_id: int | None = None,
    ) -> None:
        """Like `tell`, but wait for room in a mailbox with `Overflow.BLOCK`, first come, first served.

        Cancelling it takes the message back if it is not inside yet.
        """
        cell = self._node
        deadline = None if ttl is None else cell.deadline_in(check_seconds("ttl", ttl, open_end=True))
        admitted: asyncio.Future[None] = cell.services.loop.create_future()
        ticket = cell.deliver_or_wait(Envelope(message, sender, None, correlation_id, deadline), admitted)
        if ticket is not None:
            try:
                await admitted
            finally:
                cell.mailbox.withdraw(ticket)

    async def ask(
        self, message: Any, timeout: float, *, sender: Ref | None = None, correlation_id: int | None = None
    ) -> Any:
        """Send a message and wait for the reply.

        With `Overflow.BLOCK`, waiting for room is part of the time. Cancelling it cancels nothing else: a message that
        is in the mailbox is handled, and its reply becomes a dead letter.

        Args:
            timeout: how long to wait, in seconds; a message whose turn comes later than that is not handled.

        Raises:
            AskTimedOut: there was no reply in time.
            ActorExited: it ended before it replied; told at once, with the reason.
            AskFailed: it raised, and went on without replying.
            MailboxFull: there was no room, or the message had to make room for newer ones.
            AskedItself: an actor cannot wait for itself.
        """
        cell = self._node
        services = cell.services
        if cell.incarnation is not None and cell.incarnation.task is asyncio.current_task():
            raise AskedItself(f"{cell.path} asks itself, and could not answer before it has the answer")
        deadline = cell.deadline_in(check_seconds("timeout", timeout, open_end=True))
        number = services.next_id() if correlation_id is None else correlation_id
        answer: asyncio.Future[Any] = services.loop.create_future()
        reply = Reply(answer, cell, sender, number, deadline)
        ticket = cell.deliver_or_wait(Envelope(message, sender, reply, number, deadline), None)
        timer = services.loop.call_later(timeout, _time_out, answer, cell, ticket, timeout)
        try:
            return await answer
        finally:
            timer.cancel()
            if ticket is not None:
                cell.mailbox.withdraw(ticket)

    def statistics(self) -> ActorStatistics:
        """A snapshot."""
        return self._node.statistics()


def _time_out(answer: asyncio.Future[Any], cell: ActorCell, ticket: Ticket | None, timeout: float) -> None:
    if ticket is not None and cell.mailbox.withdraw(ticket):
        cell.services.undeliverable(ticket.envelope, cell.ref, DeadLetterReason.EXPIRED)
    if not answer.done():
        told = f"{cell.path} did not reply within {timeout:g} s"
        answer.set_exception(AskTimedOut(told, path=cell.path, timeout_seconds=timeout))
