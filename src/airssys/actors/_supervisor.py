"""What runs a supervisor: it obeys the decisions of `_decide`, the plans of `_plan` and the order of `_agenda`.

Promise: children start left to right and stop as the specification orders; nothing that takes time (a start, a stop, a
waiting restart) keeps it from answering something else, a request to shut down above all; an escalation reaches its own
supervisor. It has no task: its children report to it, and timers call it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
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
from ._plan import StopPlan, restart_plan, stop_plan
from ._reasons import ESCALATED_KIND, FAILED_KIND, KILLED, SHUTDOWN, ExitReason
from ._services import Services
from ._spec import ActorFactory, AutoShutdown, ChildSpec, Strategy, SupervisorSpec
from ._state import DOWN, ENDED, RUNNING, STARTING, State
from ._statistics import SupervisorStatistics
from ._supervisor_ref import SupervisorRef
from ._tree import TreeNode

logger: Final = logging.getLogger("airssys.actors")


class SupervisorNode(Node):
    """One supervisor in the tree.

    Attributes:
        children: its children.
        prefix: what their paths begin with.
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
        "prefix",
        "ref",
    )

    ref: SupervisorRef

    def __init__(self, spec: ChildSpec, does: SupervisorSpec, parent: Parent, path: str, services: Services) -> None:
        super().__init__(spec, parent, path, services)
        self.ref = SupervisorRef(self)
        self.prefix = path.removesuffix("/")
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
            self._replan((), self.children.ids)
        self._advance()

    def request_stop(self, reason: ExitReason) -> None:
        """Stop all children, and then end; kill those that are left when the grace time is over."""
        if self.state is DOWN:
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
        if self.state is DOWN:
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
            if child.node.state is not ENDED:
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
            self._forget(child, reason)
        elif self.state is not STARTING:
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
            self._forget(child, reason)
        elif fate is Fate.LEAVE and child.node.state is not ENDED:
            child.node.end(reason)

    def _forget(self, child: Child, reason: ExitReason) -> None:
        self._agenda.drop(child.spec.id)
        self.children.forget(child, reason)

    def _has_ended(self, child: Child, reason: ExitReason) -> None:
        """A child has ended for good, by itself."""
        child.cancel_timer()
        self._agenda.drop(child.spec.id)
        if child.is_kept:
            child.node.end(reason)
        else:
            self._forget(child, reason)
        if child.spec.is_significant and self._was_last_significant():
            self._close(SHUTDOWN)

    def _was_last_significant(self) -> bool:
        if self._does.auto_shutdown is AutoShutdown.ANY_SIGNIFICANT:
            return True
        return all(child.node.state is ENDED for child in self.children if child.spec.is_significant)

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
        leaving = {each.spec.id for each in self.children if each.fate not in (None, Fate.REST)}
        due = waiting.union(plan.start) - leaving
        self._replan(plan.stop, [id for id in self.children.ids if id in due])
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

    def _close(self, reason: ExitReason) -> None:
        """Put on the agenda that everybody stops, and then end."""
        if self._closing is None and self.state.has_incarnation:
            self._closing = reason
            if self.state is RUNNING:
                self.state = State.STOPPING
            self._wait(0.0)
            self._deferred.clear()
            for child in self.children:
                child.cancel_timer()
            self._replan(stop_plan(self._does.stop_order, self.children.ids), ())

    def _replan(self, stop: StopPlan, start: Iterable[str]) -> None:
        living = {child.spec.id for child in self.children.living()}
        groups = (tuple(id for id in group if id in living) for group in stop)
        self._agenda.replace(tuple(group for group in groups if group), start)

    def _wait(self, seconds: float) -> None:
        """Let those that are to be started wait so long."""
        if self._delay is not None:
            self._delay.cancel()
            self._delay = None
        if seconds > 0.0:
            self._delay = self.services.loop.call_later(seconds, self._has_waited)

    def _has_waited(self) -> None:
        self._delay = None
        self._advance()

    def _advance(self) -> None:
        """Do what is on the agenda, as far as it goes without waiting."""
        if self._is_advancing:
            return  # a child reported at once; the loop below goes on from there
        self._is_advancing = True
        try:
            while self.state.has_incarnation and self._step():
                pass
        finally:
            self._is_advancing = False

    def _step(self) -> bool:
        match self._agenda.next_step(may_start=self._delay is None):
            case StopNext(children=ids):
                self._stop_together(ids)
            case StartNext(child=id):
                self._start_child(self.children.find(id))
            case None if self._agenda.is_busy or self._delay is not None:
                return False
            case None if self._closing is not None:
                self._finish(self._closing)
            case None if self.state is STARTING:
                self._has_started_all()
            case None:
                return False
        return True

    def _stop_together(self, ids: tuple[str, ...]) -> None:
        living = [child for child in self.children.among(ids) if child.node.state.has_incarnation]
        for child in living:
            child.fate = child.fate or Fate.REST
        for id in set(ids).difference(child.spec.id for child in living):
            self._agenda.exited(id)  # by itself, before its turn to be asked
        for child in living:
            child.node.request_stop(SHUTDOWN)

    def _start_child(self, child: Child) -> None:
        child.timer = None
        child.last_start = self.services.clock.monotonic()
        if child.node.state is ENDED:
            self.children.replace_node(child)
        child.node.start(child.node.exit_reason)

    def _has_started_all(self) -> None:
        self.has_started()
        deferred, self._deferred = self._deferred, []
        for child, reason in deferred:
            if self._closing is None and child.node.state is DOWN:
                self._decide(child, reason)

    def _finish(self, reason: ExitReason) -> None:
        self._closing = None
        if self._grace is not None:
            self._grace.cancel()
            self._grace = None
        for child in self.children:
            if not child.is_kept:
                self._forget(child, reason)
        self.has_exited(reason)

    # ------------------------------------------------------------ what its ref and its children's contexts need

    def add(self, spec: ChildSpec) -> Node:
        """Take in a dynamic child, and start it: now, or after those that are to be started before it.

        Raises:
            SystemNotRunning: the supervisor is not alive, or about to end.
            NameTaken, TooManyChildren, SpecInvalid: see `Offspring.add`.
        """
        if not self.state.has_incarnation or self._closing is not None:
            raise SystemNotRunning(f"{self.path} is {self.state}, and takes no child")
        child = self.children.add(spec)
        if self.state is RUNNING and not self._agenda.is_busy:
            self._start_child(child)
        else:
            self._agenda.start_too(spec.id)
        return child.node

    def spawn(self, spec: ChildSpec) -> ActorCell:
        """Take in a dynamic actor."""
        node = self.add(spec)
        if not isinstance(node, ActorCell):
            raise InternalError(f"{node.path} was to be an actor")
        return node

    def free_id(self, start: ActorFactory) -> str:
        """An id that no child has."""
        return self.children.free_id(start)

    def dismiss(self, id: str, fate: Fate) -> Node:
        """Ask one child to stop for good, whatever its specification says about restarts."""
        child = self.children.find(id)
        node = child.node
        child.cancel_timer()
        self._agenda.drop(id)
        if node.state.has_incarnation:
            child.fate = fate
            node.request_stop(SHUTDOWN)
        else:
            if node.state is DOWN:
                node.end(SHUTDOWN)
            self._has_stopped(child, fate, SHUTDOWN)
        self._advance()
        return node

    def revive(self, id: str) -> Node:
        """Start a child that has ended for good; one that lives or will live is left alone."""
        child = self.children.find(id)
        if not self.state.has_incarnation or self._closing is not None:
            raise SystemNotRunning(f"{self.path} is {self.state}, and starts no child")
        if child.node.state is ENDED and not self._agenda.is_to_start(id):
            self._start_child(child)
        return child.node

    def _make(self, spec: ChildSpec) -> Node:
        path = f"{self.prefix}/{spec.id}"
        if isinstance(spec.start, SupervisorSpec):
            return SupervisorNode(spec, spec.start, self, path, self.services)
        return ActorCell(spec, self, path, self.services)

    # ------------------------------------------------------------ looking at it

    def statistics(self) -> SupervisorStatistics:
        """A snapshot."""
        states = [child.node.state for child in self.children]
        return SupervisorStatistics(
            path=self.path,
            state=self.state,
            uptime_seconds=self.uptime_seconds,
            children=len(states),
            running=states.count(RUNNING),
            waiting=states.count(DOWN),
            child_restarts=self._ledger.restarts,
            host_fault_restarts=self._ledger.host_fault_restarts,
            escalations=self._escalations,
            restarts=self.restarts,
        )

    def picture(self) -> TreeNode:
        """It and everything below it, as a value."""
        return TreeNode(
            path=self.path,
            state=self.state,
            restarts=self.restarts,
            strategy=self._does.strategy,
            children=tuple(child.node.picture() for child in self.children),
        )
