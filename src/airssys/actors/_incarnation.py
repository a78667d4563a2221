"""One life of an actor: from the making of the instance to the reason of its end.

Promise: one method of the actor runs at a time; an idle actor has no task; no exception leaves its task.

A task is made when there is something to do, and ends when the mailbox is empty: a burst. Everything that belongs to
the actor happens inside a burst, so that nothing has to be locked.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from airssys.errors import AskFailed, SpecInvalid

from ._actor import Actor, Directive
from ._context import Context
from ._dead_letters import DeadLetterReason
from ._events import HookFailed, Resumed
from ._kill import Killing
from ._reasons import KILLED, SHUTDOWN_KIND, ExitReason, reason_of
from ._spec import DEFAULT_GRACE_SECONDS
from ._state import State
from ._timers import Timer

if TYPE_CHECKING:
    from ._cell import ActorCell
    from ._envelope import Envelope
    from ._reply import Reply

#: A burst looks at the clock after this many messages, and lets the rest of the loop run when it has taken this long:
#: a look costs less than a hundredth of that many of the cheapest messages, and nobody notices a millisecond.
LOOK_AFTER_MESSAGES: Final = 16
BURST_SECONDS: Final = 0.001
#: And after so many looks in any case, for clocks that stand still.
BURST_LOOKS: Final = 64

logger: Final = logging.getLogger("airssys.actors")


class Incarnation:
    """One life of an actor.

    Args:
        cell: whose.
        restart_reason: why the one before it ended; None for the first.

    Attributes:
        task: the burst that is going on; None while idle.
        envelope: the message that is being handled.
    """

    __slots__ = (
        "_actor",
        "_cell",
        "_context",
        "_grace",
        "_is_running",
        "_killing",
        "_owed",
        "_reply",
        "_restart_reason",
        "_stop_reason",
        "_timers",
        "envelope",
        "task",
    )

    def __init__(self, cell: ActorCell, restart_reason: ExitReason | None) -> None:
        self._cell = cell
        self._restart_reason = restart_reason
        self._actor: Actor | None = None  # until it has started
        self._context = Context(cell, self)
        self._grace: asyncio.TimerHandle | None = None
        self._killing: Killing | None = None
        self._is_running = False
        self._stop_reason: ExitReason | None = None
        self._reply: Reply | None = None  # of the message that is being handled, until it is used or taken
        self._owed: set[Reply] | None = None
        self._timers: set[Timer] | None = None
        self.task: asyncio.Task[None] | None = None
        self.envelope: Envelope | None = None

    @property
    def traps_exits(self) -> bool:
        """Whether the ends of linked actors are messages for it."""
        return self._actor is not None and self._actor.traps_exits

    def begin(self) -> None:
        """Come to life at the next turn of the loop."""
        cell = self._cell
        cell.services.loop.call_soon(self._come_to_life, context=cell.variables)

    def wake(self, actor: Actor | None = None) -> None:
        """Begin a burst at the next turn of the loop.

        Args:
            actor: one that was made already, and has not started.
        """
        # not loop.create_task: a task factory could start it at once, inside the `tell` of somebody else
        cell = self._cell
        self.task = asyncio.Task(self._burst(actor), loop=cell.services.loop, name=cell.path, context=cell.variables)

    def request_stop(self, reason: ExitReason) -> None:
        """End after the message that is being handled; be killed when the grace time is over."""
        if self._stop_reason is not None:
            return
        if self._cell.spec.grace_seconds == 0.0:
            self.kill()
            return
        self._stop_reason = reason
        self._stopping()
        self._limit_stopping()

    def kill(self) -> None:
        """End now."""
        if self._stop_reason is KILLED:
            return
        self._stop_reason = KILLED
        self._stopping()
        if self.task is not None and self._is_running:  # else its first step sees it; cancelled, it would have none
            self._killing = Killing(self.task, self._cell.services.loop, self._has_closed)

    def _stopping(self) -> None:
        if self._cell.state is State.RUNNING:
            self._cell.state = State.STOPPING
        if self.task is None or self.task.done():  # done: somebody cancelled a task of ours before its first step
            self.wake()

    def _limit_stopping(self) -> None:
        grace = self._cell.spec.grace_seconds
        if grace == 0.0:
            grace = DEFAULT_GRACE_SECONDS  # it ends by itself, so this is for its `post_stop`
        if self._grace is None and grace is not None:
            self._grace = self._cell.services.loop.call_later(grace, self.kill)

    # ------------------------------------------------------------ the start

    def _come_to_life(self) -> None:
        """Make the actor. One that has no hook to wait for lives at once, and needs no task until somebody tells it
        something: that takes a third off the time of a start.
        """
        if self.task is not None:
            return  # there is more to do than that already, and its burst begins with it
        try:
            actor = self._make()
            if _waits_to_start(type(actor)):
                self.wake(actor)
            else:
                self._has_started(actor)
                if self.task is None and len(self._cell.mailbox):
                    self.wake()
        except BaseException as error:
            self._gone(self._reason_of(error))
            if isinstance(error, KeyboardInterrupt | SystemExit):  # the loop itself is to end
                raise

    def _make(self) -> Actor:
        factory = self._cell.spec.start
        actor = factory() if callable(factory) else None
        if not isinstance(actor, Actor):
            raise SpecInvalid(f"the start of {self._cell.path} made {actor!r}: expected an Actor")
        if self._cell.spec.name is not None:
            self._cell.services.registry.register(self._cell.spec.name, self._cell.ref)
        return actor

    async def _start(self, actor: Actor) -> Actor:
        if self._restart_reason is None:
            await actor.pre_start(self._context)
        else:
            await actor.on_restart(self._restart_reason, self._context)
        self._has_started(actor)
        return actor

    def _has_started(self, actor: Actor) -> None:
        self._restart_reason = None
        self._actor = actor
        self._cell.has_started()
        if self._stop_reason is not None:
            self._cell.state = State.STOPPING

    # ------------------------------------------------------------ the burst

    async def _burst(self, made: Actor | None) -> None:
        self._is_running = True
        try:
            actor = self._actor
            if actor is None and self._stop_reason is not KILLED:
                actor = await self._start(made or self._make())
            reason = self._stop_reason if actor is None else await self._work(actor)
            if reason is None:
                self._cell.mailbox.rest()
                self.task = None
                self._is_running = False
                return
        except GeneratorExit:
            raise  # closed as the last means of killing it, or the loop is gone, and everything with it
        except (KeyboardInterrupt, SystemExit) as error:  # the loop itself is to end
            self._gone(self._reason_of(error))
            raise
        except BaseException as error:
            reason = self._reason_of(error)
        await self._finish(reason)

    async def _work(self, actor: Actor) -> ExitReason | None:
        """Handle messages until there are none (None) or the incarnation is to end (why).

        When there are none, everybody else has a turn before it ends: whoever was answered often has the next question,
        and a new burst for it would take as long as the answer itself.
        """
        now = self._cell.services.clock.monotonic
        began, looks = now(), 0
        while self._stop_reason is None:
            taken = await self._handle_some(actor)
            if taken == 0:
                break
            looks += 1
            if taken < LOOK_AFTER_MESSAGES or looks >= BURST_LOOKS or now() - began >= BURST_SECONDS:
                if self._stop_reason is None:
                    await asyncio.sleep(0)
                began, looks = now(), 0
        return self._stop_reason

    async def _handle_some(self, actor: Actor) -> int:
        """Handle a few messages, as long as there are any and it is not to end; returns how many were taken."""
        cell, context, take = self._cell, self._context, self._cell.mailbox.take
        for taken in range(LOOK_AFTER_MESSAGES):
            self.envelope = envelope = take()
            if envelope is None:
                return taken
            self._reply = envelope.reply
            if envelope.deadline is not None and self._has_expired(envelope, envelope.deadline):
                continue
            try:
                value = await actor.handle(envelope.message, context)
            except (Exception, asyncio.CancelledError) as error:
                self._stop_reason = self._after_error(actor, error, envelope) or self._stop_reason
            else:
                cell.handled += 1
                if self._reply is not None:
                    self._answer(self._reply, value)
            if self._stop_reason is not None:
                break
        self.envelope = None
        return LOOK_AFTER_MESSAGES

    def _has_expired(self, envelope: Envelope, deadline: float) -> bool:
        cell = self._cell
        if cell.services.clock.monotonic() < deadline:
            return False
        cell.expired += 1
        cell.services.undeliverable(envelope, cell.ref, DeadLetterReason.EXPIRED)
        return True

    def _answer(self, reply: Reply, value: object) -> None:
        """What the handler returned is the reply, as it neither replied itself nor took the slot for later."""
        self._reply = None
        reply.send_at_once(value)

    def _after_error(self, actor: Actor, error: BaseException, envelope: Envelope) -> ExitReason | None:
        """Why the incarnation ends after `handle` raised; None when it goes on."""
        if self._stop_reason is KILLED:
            return KILLED
        self._cell.failed += 1
        directive = self._directive(actor, error, envelope)
        if directive is Directive.RESUME:
            self._resume(error)
            return None
        reason = self._reason_of(error)
        if directive is Directive.STOP:
            return ExitReason(kind=SHUTDOWN_KIND, error=error)
        if directive is Directive.ESCALATE:
            return ExitReason(kind=reason.kind, error=error, is_host_fault=reason.is_host_fault, must_escalate=True)
        return reason

    def _directive(self, actor: Actor, error: BaseException, envelope: Envelope) -> Directive:
        if not isinstance(error, Exception):  # somebody else cancelled this task: nobody can go on from there
            return Directive.RESTART
        try:
            return Directive(actor.on_error(error, envelope.message, self._context))
        except Exception as second:
            self._hook_failed("on_error", second)
            return Directive.RESTART

    def _resume(self, error: BaseException) -> None:
        cell = self._cell
        logger.warning("%s raised, and goes on", cell.path, exc_info=error)
        if cell.services.events.is_followed:
            cell.services.events.publish(Resumed(ref=cell.ref, error=error, at=cell.deadline_in(0)))
        reply = self.take_reply()
        if reply is not None:
            failure = AskFailed(f"{cell.path} raised {type(error).__name__} instead of replying, and goes on")
            failure.__cause__ = error
            reply.fail(failure)

    # ------------------------------------------------------------ the end

    async def _finish(self, reason: ExitReason) -> None:
        self._cell.state = State.STOPPING
        if self._actor is not None and reason is not KILLED:
            self._limit_stopping()
            reason = await self._post_stop(self._actor, reason)
        self._gone(reason)

    async def _post_stop(self, actor: Actor, reason: ExitReason) -> ExitReason:
        try:
            await actor.post_stop(self._context)
        except BaseException as error:
            if self._stop_reason is KILLED:
                return KILLED
            self._hook_failed("post_stop", error)
            return reason_of(error, self._cell.services.exit_kinds) if reason.is_clean else reason
        return reason

    def _gone(self, reason: ExitReason) -> None:
        """Put everything away, and report. Nothing here waits."""
        if self._killing is not None and self._killing.is_closing:
            return  # its task goes on for some turns of the loop; then `_has_closed` comes here again
        self.task = self._actor = None
        if self._grace is not None:
            self._grace.cancel()
        if self._killing is not None:
            self._killing.over()
        for timer in tuple(self._timers or ()):
            timer.cancel()
        if self._reply is not None:
            self._reply.exited(reason)
        for reply in self._owed or ():
            reply.exited(reason)
        self._cell.has_exited(reason)

    def _has_closed(self) -> None:
        self._gone(KILLED)

    def _reason_of(self, error: BaseException) -> ExitReason:
        if self._stop_reason is KILLED:
            return KILLED
        reason = reason_of(error, self._cell.services.exit_kinds)
        logger.error("%s ends: %s", self._cell.path, reason, exc_info=error)
        return reason

    def _hook_failed(self, hook: str, error: BaseException) -> None:
        cell = self._cell
        logger.error("%s of %s raised", hook, cell.path, exc_info=error)
        if cell.services.events.is_followed:
            event = HookFailed(ref=cell.ref, hook=hook, error=error, at=cell.deadline_in(0))
            cell.services.events.publish(event)

    # ------------------------------------------------------------ what its context needs

    def take_reply(self) -> Reply | None:
        """The reply slot of the message that is being handled; it is the caller's from now on."""
        reply, self._reply = self._reply, None
        return reply

    def owe(self, reply: Reply) -> None:
        """It will answer later: remember who has to be told if it ends first."""
        if self._owed is None:
            self._owed = set()
        self._owed.add(reply)

    def settle(self, reply: Reply) -> None:
        """It has answered."""
        if self._owed is not None:
            self._owed.discard(reply)

    def send_after(self, delay_seconds: float, envelope: Envelope) -> Timer:
        """Send itself a message later, unless it ends before."""
        if self._timers is None:
            self._timers = set()
        timers = self._timers
        cell = self._cell
        timer = Timer(cell.services.loop, delay_seconds, lambda: cell.deliver_or_bury(envelope), timers.discard)
        timers.add(timer)
        return timer

    @property
    def timers_count(self) -> int:
        """How many messages it has set a timer for."""
        return len(self._timers or ())


def _waits_to_start(kind: type[Actor]) -> bool:
    """Whether it has a hook that runs when it starts."""
    return kind.pre_start is not Actor.pre_start or kind.on_restart is not Actor.on_restart
