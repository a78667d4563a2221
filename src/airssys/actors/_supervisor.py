"""What runs a supervisor: it obeys the decisions of `_decide`, the plans of `_plan` and the order of `_agenda`.

Promise: children start left to right and stop as the specification orders; nothing that takes time (a start, a stop, a
waiting restart) keeps it from answering something else, a request to shut down above all; an escalation reaches its own
supervisor. It has no task: its children report to it, and timers call it.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from airssys.errors import ActorError, InternalError, SystemNotRunning

from ._agenda import Agenda, StartNext, StopNext
from ._cell import ActorCell
from ._children import Child, Fate
from ._decide import Escalate, Remove, Restart, should_restart
from ._errors import ActorStartFailed
from ._events import Escalated, Restarted
from ._ledger import Ledger
from ._node import Node, Parent
from ._offspring import Offspring
from ._plan import restart_plan, stop_plan
from ._reasons import ESCALATED_KIND, FAILED_KIND, KILLED, SHUTDOWN, ExitReason
from ._services import Services
from ._spec import ActorFactory, AutoShutdown, ChildSpec, Strategy, SupervisorSpec
from ._state import State
from ._statistics import SupervisorStatistics
from ._supervisor_ref import SupervisorRef
from ._tree import TreeNode

logger: Final = logging.getLogger("airssys.actors")


class SupervisorNode(Node):
    """One supervisor in the tree.

    Attributes:
        children: its children.
    """

    __slots__ = (
        "_agenda",
        "_closing",
        "_deferred",
        "_delay",
        "_does",
        "_escalations",
        "_grace",
        "_is_advancing",
        "_ledger",
        "children",
        "ref",
    )

    ref: SupervisorRef

    def __init__(self, spec: ChildSpec, does: SupervisorSpec, parent: Parent, path: str, services: Services) -> None:
        super().__init__(spec, parent, path, services)
        self.ref = SupervisorRef(self)
        self.children = Offspring(path, does, self._make, services)
        self._does = does
        self._ledger = Ledger(does)
        self._agenda = Agenda()
        self._delay: asyncio.TimerHandle | None = None  # before anybody on the agenda is started
        self._deferred: list[tuple[Child, ExitReason]] = []  # ends to decide about when the start is complete
        self._closing: ExitReason | None = None  # why it is about to end
        self._grace: asyncio.TimerHandle | None = None
        self._is_advancing = False
        self._escalations = 0
        services.counts.supervisors += 1

    # ------------------------------------------------------------ life, as its own supervisor sees it

    def start(self, reason: ExitReason | None) -> None:
        """Start the children of the specification, left to right."""
        self.begin_life(reason)
        self._ledger.forget()
        try:
            if self.spec.name is not None:
                self.services.registry.register(self.spec.name, self.ref)
        except ActorError as error:
            self._close(ExitReason(kind=FAILED_KIND, error=error))
        else:
            self.children.renew()
            self._agenda.replace((), self.children.ids)
        self._advance()

    def request_stop(self, reason: ExitReason) -> None:
        """Stop all children, and then end; kill those that are left when the grace time is over."""
        if self.state is State.DOWN:
            self.parent.child_given_up(self, reason)
        elif self.state.has_incarnation and self._closing is None:
            grace = self.spec.grace_seconds
            if grace == 0.0:
                self.kill()
                return
            if grace is not None:
                self._grace = self.services.loop.call_later(grace, self.kill)
            self._close(reason)
            self._advance()

    def kill(self) -> None:
        """Kill all children at once, and then end."""
        if self.state is State.DOWN:
            self.parent.child_given_up(self, KILLED)
        elif self.state.has_incarnation and self._closing is not KILLED:
            self._close(KILLED)
            self._closing = KILLED
            living = self.children.living()
            self._agenda.replace((), ())
            self._agenda.await_stop(child.spec.id for child in living)
            for child in living:
                child.fate = child.fate or Fate.REST
            for child in living:
                child.node.kill()
            self._advance()

    def end(self, reason: ExitReason | None = None) -> None:
        """It will not live again, and neither will its children."""
        super().end(reason)
        self.services.counts.supervisors -= 1
        for child in self.children:
            if child.node.state is not State.ENDED:
                child.node.end(child.node.exit_reason or self.exit_reason)

    # ------------------------------------------------------------ what children report

    def child_started(self, node: Node) -> None:
        """A child lives."""
        child = self.children.get(node)
        if child is not None:
            child.is_new = False
            self._agenda.started(child.spec.id)
            self._advance()

    def child_exited(self, node: Node, reason: ExitReason) -> None:
        """An incarnation of a child ended: because it was asked to, or to be decided about."""
        child = self.children.get(node)
        if child is None:
            raise InternalError(f"{node.path} ended, but {self.path} does not know it")
        was_starting = self._agenda.is_starting(child.spec.id)
        self._agenda.exited(child.spec.id)
        fate, child.fate = child.fate, None
        if fate is not None:
            self._has_stopped(child, fate, reason)
        elif self._closing is not None or self._agenda.is_to_start(child.spec.id):
            self._has_stopped(child, Fate.REST, reason)  # it would have been asked anyway
        elif child.is_new and child.is_dynamic:
            self.children.forget(child, reason)
        elif self.state is not State.STARTING:
            self._decide(child, reason)
        elif was_starting:
            self._start_failed(child, reason)
        else:
            self._deferred.append((child, reason))
        self._advance()

    def child_given_up(self, node: Node, reason: ExitReason) -> None:
        """A child that waits for its restart was asked to stop: as if it had ended for that reason."""
        child = self.children.get(node)
        if child is not None and not should_restart(child.spec.restart, reason):
            self._has_ended(child, reason)
            self._advance()

    def _has_stopped(self, child: Child, fate: Fate, reason: ExitReason) -> None:
        """A child that was asked to stop has."""
        if fate is Fate.VANISH or child.is_temporary or (fate is Fate.LEAVE and not child.is_kept):
            self.children.forget(child, reason)
        elif fate is Fate.LEAVE and child.node.state is not State.ENDED:
            child.node.end(reason)

    def _has_ended(self, child: Child, reason: ExitReason) -> None:
        """A child has ended for good, by itself."""
        child.cancel_timer()
        self._agenda.drop(child.spec.id)
        if child.is_kept:
            child.node.end(reason)
        else:
            self.children.forget(child, reason)
        if child.spec.is_significant and self._was_last_significant():
            self._close(SHUTDOWN)

    def _was_last_significant(self) -> bool:
        if self._does.auto_shutdown is AutoShutdown.ANY_SIGNIFICANT:
            return True
        return all(child.node.state is State.ENDED for child in self.children if child.spec.is_significant)

    # ------------------------------------------------------------ decisions

    def _decide(self, child: Child, reason: ExitReason) -> None:
        now = self.services.clock.monotonic()
        match self._ledger.decide(child, reason, now, self.services.random.random()):
            case Restart(delay_seconds=delay):
                self._restart(child, reason, delay)
            case Remove():
                self._has_ended(child, reason)
            case Escalate(why=why):
                self._escalate(child, reason, why)

    def _restart(self, child: Child, reason: ExitReason, delay: float) -> None:
        if self._does.strategy is Strategy.ONE_FOR_ONE:
            child.timer = self.services.loop.call_later(delay, self._start_child, child)
            start: tuple[str, ...] = (child.spec.id,)
        else:
            start = self._restart_group(child, delay)
        if self.services.events.is_followed:
            others = tuple(f"{self.prefix}/{id}" for id in start if id != child.spec.id)
            now = self.services.clock.monotonic()
            event = Restarted(ref=child.node.ref, reason=reason, delay_seconds=delay, with_it=others, at=now)
            self.services.events.publish(event)

    def _restart_group(self, child: Child, delay: float) -> tuple[str, ...]:
        """Put the group of a child on the agenda: stop those that live, wait, start all."""
        temporary = frozenset(each.spec.id for each in self.children if each.is_temporary)
        order = self._does.stop_order
        plan = restart_plan(self._does.strategy, order, self.children.ids, child.spec.id, temporary)
        waiting = {id for id in self._agenda.to_start if self.children.find(id).is_new}
        due = waiting.union(plan.start)
        self._stop(plan.stop_order_of(child.spec.id), [id for id in self.children.ids if id in due])
        self._wait(delay)
        return plan.start

    def _start_failed(self, child: Child, reason: ExitReason) -> None:
        error = reason.error
        if not isinstance(error, ActorStartFailed):
            error = ActorStartFailed(child.node.path, reason)
        self._close(ExitReason(kind=FAILED_KIND, error=error, is_host_fault=reason.is_host_fault))

    def _escalate(self, child: Child, reason: ExitReason, why: str) -> None:
        self._escalations += 1
        services, path = self.services, child.node.path
        services.counts.escalations += 1
        logger.error("%s gives up, because %s ended (%s) and %s", self.path, path, reason, why)
        if services.events.is_followed:
            now = services.clock.monotonic()
            event = Escalated(ref=self.ref, child=child.node.ref, reason=reason, why=why, at=now)
            services.events.publish(event)
        detail = f"{path} ended ({reason}), and {why}"
        fault = reason.is_host_fault
        self._close(ExitReason(kind=ESCALATED_KIND, error=reason.error, detail=detail, is_host_fault=fault))

    # ------------------------------------------------------------ the agenda
