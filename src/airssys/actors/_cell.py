"""Everything about one actor that outlives its instances: its mailbox, its ref, its counts.

Promise: nothing of the actor runs inside `tell`, `stop` or `start`; every message and every question that was given to
it comes to an end: handled, or a dead letter with the reason, and an answer or an error for whoever asked.
"""

from __future__ import annotations

import asyncio
import contextvars

from airssys.errors import MailboxFull

from ._bonds import Down, Exit
from ._dead_letters import DeadLetterReason
from ._envelope import Envelope
from ._incarnation import Incarnation
from ._mailbox import Mailbox, Ticket
from ._node import Node, Parent
from ._reasons import KILLED, NORMAL_KIND, ExitReason
from ._ref import ActorRef
from ._services import Services
from ._spec import ChildSpec
from ._state import DOWN, ENDED
from ._statistics import ActorStatistics
from ._tree import TreeNode


class ActorCell(Node):
    """One actor in the tree.

    Attributes:
        incarnation: the one that lives; None between them.
        variables: the `contextvars` that its methods see, its own.
        handled, failed, expired, late_replies: see `ActorStatistics`.
    """

    __slots__ = (
        "expired",
        "failed",
        "handled",
        "incarnation",
        "late_replies",
        "mailbox",
        "ref",
        "variables",
    )

    ref: ActorRef

    def __init__(self, spec: ChildSpec, parent: Parent, path: str, services: Services) -> None:
        super().__init__(spec, parent, path, services)
        self.ref = ActorRef(self)
        self.mailbox = Mailbox(spec.mailbox)
        self.incarnation: Incarnation | None = None
        self.variables = contextvars.copy_context()
        self.handled = self.failed = self.expired = self.late_replies = 0
        services.counts.actors += 1

    # ------------------------------------------------------------ messages in

    def deliver(self, envelope: Envelope) -> None:
        """Take a message in without waiting.

        Raises:
            MailboxFull: there was no room for it.
        """
        if self.state is ENDED:
            self._bury(envelope)
            return
        loser = self.mailbox.offer(envelope)
        if loser is not None:
            self._found_no_room(loser, envelope)
        incarnation = self.incarnation
        if incarnation is not None and incarnation.task is None:
            incarnation.wake()

    def deliver_or_wait(self, envelope: Envelope, admitted: asyncio.Future[None] | None) -> Ticket | None:
        """Take a message in, or give a ticket when its sender has to wait for room.

        Args:
            admitted: resolved when the message is inside.
        """
        if self.mailbox.has_room or self.state is ENDED:
            self.deliver(envelope)
            if admitted is not None:
                admitted.set_result(None)
            return None

        def come_in() -> None:
            if admitted is not None and not admitted.done():
                admitted.set_result(None)

        outcome = self.mailbox.offer_or_wait(envelope, come_in)
        if isinstance(outcome, Ticket):
            return outcome
        if outcome is not None:
            self._found_no_room(outcome, envelope)
        come_in()
        return None

    def deliver_first(self, message: Down | Exit) -> None:
        """Take in a message of the system, which overtakes all others; only an incarnation has bonds."""
        incarnation = self.incarnation
        if incarnation is not None:
            self.mailbox.put_first(Envelope(message, message.ref))
            if incarnation.task is None:
                incarnation.wake()

    def deliver_or_bury(self, envelope: Envelope) -> None:
        """Take a message in; without room it is a dead letter only, as nobody is there to be told."""
        try:
            self.deliver(envelope)
        except MailboxFull:
            return

    def deadline_in(self, seconds: float) -> float:
        """A time from now, on the system's clock."""
        return self.services.clock.monotonic() + seconds

    def _found_no_room(self, loser: Envelope, newest: Envelope) -> None:
        capacity = self.mailbox.capacity
        error = MailboxFull(
            f"the mailbox of {self.path} holds {capacity} messages and has no room for another",
            path=self.path,
            capacity=capacity,
        )
        if loser is newest:
            self.services.undeliverable(loser, self.ref, DeadLetterReason.MAILBOX_FULL)
            raise error
        self.services.undeliverable(loser, self.ref, DeadLetterReason.DISPLACED)
        if loser.reply is not None:
            loser.reply.fail(error)

    def _bury(self, envelope: Envelope) -> None:
        self.services.undeliverable(envelope, self.ref, DeadLetterReason.STOPPED, self.exit_reason)
        if envelope.reply is not None and self.exit_reason is not None:
            envelope.reply.exited(self.exit_reason)

    # ------------------------------------------------------------ life, as its supervisor sees it

    def start(self, reason: ExitReason | None) -> None:
        """Begin an incarnation at the next turn of the loop."""
        self.begin_life(reason)
        self.incarnation = Incarnation(self, reason)
        self.incarnation.begin()

    def request_stop(self, reason: ExitReason) -> None:
        """Ask it to end; it is killed when its grace time is over."""
        if self.incarnation is not None:
            self.incarnation.request_stop(reason)
        elif self.state is DOWN:
            self.parent.child_given_up(self, reason)

    def kill(self) -> None:
        """End it without asking: its task is cancelled, and `post_stop` does not run."""
        if self.incarnation is not None:
            self.incarnation.kill()
        elif self.state is DOWN:
            self.parent.child_given_up(self, KILLED)

    def has_exited(self, reason: ExitReason) -> None:
        """The incarnation is over."""
        self.incarnation = None
        self.exit_reason = reason
        for envelope in self.mailbox.drain_first():
            self._bury(envelope)
        super().has_exited(reason)

    def end(self, reason: ExitReason | None = None) -> None:
        """No incarnation will come: what waits in the mailbox reaches nobody."""
        super().end(reason)
        self.services.counts.actors -= 1
        self.services.topics.forget(self.ref)
        for envelope in self.mailbox.drain():
            self._bury(envelope)

    def linked_exited(self, other: Node, reason: ExitReason) -> None:
        """A linked actor ended: end as well, or get a message about it."""
        if self.bonds is not None:
            self.bonds.links.pop(other, None)
        if self.incarnation is None:
            return
        if self.incarnation.traps_exits:
            self.deliver_first(Exit(ref=other.ref, reason=reason))
        elif reason.kind != NORMAL_KIND:
            self.incarnation.request_stop(reason)

    # ------------------------------------------------------------ looking at it

    def statistics(self) -> ActorStatistics:
        """A snapshot."""
        return ActorStatistics(
            path=self.path,
            state=self.state,
            uptime_seconds=self.uptime_seconds,
            handled=self.handled,
            failed=self.failed,
            expired=self.expired,
            late_replies=self.late_replies,
            restarts=self.restarts,
            timers=0 if self.incarnation is None else self.incarnation.timers_count,
            mailbox=self.mailbox.statistics(),
        )

    def picture(self) -> TreeNode:
        """Itself, as a value."""
        return TreeNode(path=self.path, state=self.state, restarts=self.restarts)
