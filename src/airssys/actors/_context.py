"""What an actor may do besides handling its message: the second argument of all its methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._bonds import Monitor, link, take_along, unlink, watch
from ._checks import check_seconds
from ._envelope import Envelope
from ._mailbox import MailboxSpec
from ._reasons import NORMAL, ExitReason
from ._ref import ActorRef, Ref
from ._spec import ActorFactory, ChildSpec, RestartType, Shutdown

if TYPE_CHECKING:
    from ._cell import ActorCell
    from ._incarnation import Incarnation
    from ._reply import Reply
    from ._timers import Timer


class Context:
    """An actor's own side of itself. Use it inside its methods only."""

    __slots__ = ("_cell", "_incarnation")

    def __init__(self, cell: ActorCell, incarnation: Incarnation) -> None:
        self._cell = cell
        self._incarnation = incarnation

    # ------------------------------------------------------------ who and what

    @property
    def ref(self) -> ActorRef:
        """This actor, for others."""
        return self._cell.ref

    @property
    def sender(self) -> Ref | None:
        """Who sent the message that is being handled, if the sender said so."""
        envelope = self._incarnation.envelope
        return None if envelope is None else envelope.sender

    @property
    def correlation_id(self) -> int | None:
        """Of the conversation that the message being handled belongs to; `tell` and `ask` pass it on."""
        envelope = self._incarnation.envelope
        return None if envelope is None else envelope.correlation_id

    @property
    def deadline(self) -> float | None:
        """When nobody wants the message being handled any more, on the clock of `now`; None for never."""
        envelope = self._incarnation.envelope
        return None if envelope is None else envelope.deadline

    @property
    def now(self) -> float:
        """Seconds of the system's monotonic clock."""
        return self._cell.services.clock.monotonic()

    # ------------------------------------------------------------ messages out

    def tell(self, ref: ActorRef, message: Any, *, ttl: float | None = None) -> None:
        """`ref.tell` with this actor as the sender."""
        ref.tell(message, sender=self.ref, ttl=ttl, correlation_id=self.correlation_id)

    async def send(self, ref: ActorRef, message: Any, *, ttl: float | None = None) -> None:
        """`ref.send` with this actor as the sender; it handles nothing else while it waits for room."""
        await ref.send(message, sender=self.ref, ttl=ttl, correlation_id=self.correlation_id)

    async def ask(self, ref: ActorRef, message: Any, timeout: float) -> Any:
        """`ref.ask` with this actor as the sender; it handles nothing else while it waits for the reply."""
        return await ref.ask(message, timeout, sender=self.ref, correlation_id=self.correlation_id)

    def reply(self, value: Any) -> None:
        """Answer now and go on handling; what `handle` returns is not a reply then. Nothing happens when the message
        was not asked, or is answered already.
        """
        reply = self._incarnation.take_reply()
        if reply is not None:
            reply.send(value)

    def defer_reply(self) -> Reply | None:
        """Keep the reply slot, to answer while handling a later message; None when nobody asked.

        If the actor ends before it answers, whoever asked is told why.
        """
        reply = self._incarnation.take_reply()
        if reply is not None:
            self._incarnation.owe(reply)
        return reply

    def send_after(self, delay_seconds: float, message: Any) -> Timer:
        """Tell itself a message later, unless this incarnation ends before or the timer is cancelled."""
        check_seconds("delay_seconds", delay_seconds)
        envelope = Envelope(message, self.ref, None, self.correlation_id)
        return self._incarnation.send_after(delay_seconds, envelope)

    def publish(self, topic: str, message: Any) -> int:
        """Publish to a topic with this actor as the sender; returns how many got it."""
        return self._cell.services.topics.publish(topic, message, sender=self.ref)

    def subscribe(self, pattern: str) -> None:
        """Get `Published` messages of topics that match, also after a restart; doing so twice changes nothing."""
        self._cell.services.topics.subscribe(pattern, self.ref)

    def unsubscribe(self, pattern: str) -> None:
        """Take a subscription back."""
        self._cell.services.topics.unsubscribe(pattern, self.ref)

    # ------------------------------------------------------------ others

    def whereis(self, name: str) -> Ref | None:
        """Who has the name; None for nobody."""
        return self._cell.services.registry.whereis(name)

    def register(self, name: str) -> None:
        """Take a name, which is kept over restarts; `NameTaken` when somebody else has it."""
        self._cell.services.registry.register(name, self.ref)

    def spawn(
        self,
        start: ActorFactory,
        *,
        id: str | None = None,
        name: str | None = None,
        shutdown: Shutdown | None = None,
        mailbox: MailboxSpec | None = None,
        is_linked: bool = True,
    ) -> ActorRef:
        """Start a helper: a temporary child of the same supervisor that stops when this incarnation ends.

        Args:
            start: makes the helper.
            id: under which the supervisor knows it; one is made up when None.
            name: under which everybody may find it.
            shutdown: its grace time.
            mailbox: how large its mailbox is.
            is_linked: its failure ends this actor as well, or is an `Exit` message with `traps_exits`.

        Raises:
            NameTaken: somebody else has the id or the name.
            TooManyChildren: the supervisor has as many as it may have.
        """
        spec = ChildSpec(
            id=id or self._cell.parent.free_id(start),
            start=start,
            restart=RestartType.TEMPORARY,
            shutdown=shutdown,
            name=name,
            mailbox=mailbox or MailboxSpec(),
        )
        cell = self._cell.parent.spawn(spec)
        take_along(self._cell, cell)
        if is_linked:
            link(self._cell, cell)
        return cell.ref

    def link(self, ref: ActorRef) -> None:
        """Share the fate of another actor: when one ends, but for `normal`, so does the other, for the same reason.

        With `traps_exits`, an actor gets an `Exit` message instead, for `normal` ends as well. A link is used up by
        the end of either, also when it is restarted. Linking to one that waits for its restart is a link to its next
        incarnation; to one that has ended for good, it counts as its end.
        """
        link(self._cell, ref._node)

    def unlink(self, ref: ActorRef) -> None:
        """Take a link back."""
        unlink(self._cell, ref._node)

    def monitor(self, ref: Ref) -> Monitor:
        """Get a `Down` message when the current incarnation of another one ends, ahead of other messages."""
        return watch(self._cell, ref._node)

    def stop(self, reason: ExitReason = NORMAL) -> None:
        """End after this message."""
        self._cell.request_stop(reason)
