"""What runs a supervisor: obeys the decisions of `_decide` and the plans of `_plan`.

Promise: children start left to right and stop as the specification orders; nothing that takes time (a start, a stop, a
waiting restart) keeps it from answering something else, a request to shut down above all; an escalation reaches its own
supervisor. It has no task: its children report to it, and timers call it.

At any moment it has a plan: who is to be stopped, in groups, and then who is to be started, one after the other. What
comes in changes the plan, and `_advance` carries it out as far as it goes without waiting.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Iterable
from typing import Final

from airssys.errors import ActorError, ChildNotFound, InternalError, NameTaken, SystemNotRunning, TooManyChildren

from ._cell import ActorCell
from ._children import Child, Fate
from ._decide import Escalate, Remove, Restart, RestartHistory, RestartRule, decide_restart, should_restart
from ._errors import ActorStartFailed
from ._events import Escalated, Restarted
from ._node import Node, Parent
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
    """One supervisor in the tree."""

    __slots__ = (
        "_awaited",
        "_children",
        "_closing",
        "_deferred",
        "_delay",
        "_does",
        "_escalations",
        "_grace",
        "_host_fault_restarts",
        "_host_restarts",
        "_intensity",
        "_is_advancing",
        "_made_up",
        "_restart_total",
        "_restarts",
        "_to_start",
        "_to_stop",
        "ref",
    )

    ref: SupervisorRef

    def __init__(self, spec: ChildSpec, does: SupervisorSpec, parent: Parent, path: str, services: Services) -> None:
        super().__init__(spec, parent, path, services)
        self.ref = SupervisorRef(self)
        self._does = does
        self._intensity = does.intensity
        self._children: dict[str, Child] = {}
        self._restarts: deque[float] = deque(maxlen=does.max_restarts)
        self._host_restarts: deque[float] = deque(maxlen=does.host_faults.max_restarts)
        self._restart_total = self._host_fault_restarts = self._escalations = self._made_up = 0
        # the plan
        self._to_stop: deque[tuple[str, ...]] = deque()
        self._to_start: OrderedDict[str, None] = OrderedDict()
        self._awaited: set[str] = set()  # who was asked to stop, or is the one that is starting
        self._delay: asyncio.TimerHandle | None = None  # before those of the plan start
        self._deferred: list[tuple[Child, ExitReason]] = []  # ends that have to wait until the start is complete
        self._closing: ExitReason | None = None
        self._grace: asyncio.TimerHandle | None = None
        self._is_advancing = False
        services.counts.supervisors += 1

    # ------------------------------------------------------------ life, as its own supervisor sees it

    def start(self, reason: ExitReason | None) -> None:
        """Start the children of the specification, left to right."""
        self.state = State.STARTING
        if reason is not None:
            self.restarts += 1
            self.services.counts.restarts += 1
        self._restarts.clear()
        self._host_restarts.clear()
        before, self._children = self._children, {}
        try:
            if self.spec.name is not None:
                self.services.registry.register(self.spec.name, self.ref)
        except ActorError as error:
            self._children = before
            self._close(ExitReason(kind=FAILED_KIND, error=error))
        else:
            for spec in self._does.children:
                self._children[spec.id] = self._again(before.get(spec.id), spec)
                self._to_start[spec.id] = None
        self._advance()

    def request_stop(self, reason: ExitReason) -> None:
        """Stop all children, and then itself; kill those that are left when the grace time is over."""
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
            self._to_stop.clear()
            for child in self._living():
                self._awaited.add(child.spec.id)
                child.fate = child.fate or Fate.REST
            for child in self._living():
                child.node.kill()
            self._advance()

    def end(self, reason: ExitReason | None = None) -> None:
        """It will not live again, and neither will its children."""
        super().end(reason)
        self.services.counts.supervisors -= 1
        for child in tuple(self._children.values()):
            if child.node.state is not State.ENDED:
                child.node.end(child.node.exit_reason or self.exit_reason)

    # ------------------------------------------------------------ what children report

    def child_started(self, node: Node) -> None:
        """A child lives."""
        child = self._children[node.spec.id]
        child.is_new = False
        if child.fate is None:
            self._awaited.discard(node.spec.id)
            self._advance()

    def child_exited(self, node: Node, reason: ExitReason) -> None:
        """An incarnation of a child ended: because it was asked to, or to be decided about."""
        child = self._children[node.spec.id]
        fate, child.fate = child.fate, None
        is_starting = node.spec.id in self._awaited and fate is None
        self._awaited.discard(node.spec.id)
        if fate is not None:
            self._stopped(child, fate, reason)
        elif self._closing is not None or node.spec.id in self._to_start:
            self._stopped(child, Fate.REST, reason)  # it would have been asked anyway
        elif child.is_new and child.is_dynamic:
            self._forget(child, reason)
        elif self.state is State.STARTING and is_starting:
            self._start_failed(child, reason)
        elif self.state is State.STARTING:
            self._deferred.append((child, reason))
        else:
            self._decide(child, reason)
        self._advance()

    def child_given_up(self, node: Node, reason: ExitReason) -> None:
        """A child that waits for its restart was asked to stop: as if it had ended for that reason."""
        child = self._children.get(node.spec.id)
        if child is not None and child.node is node and not should_restart(child.spec.restart, reason):
            self._ended(child, reason)
            self._advance()

    def _stopped(self, child: Child, fate: Fate, reason: ExitReason) -> None:
        """A child that was asked to stop has."""
        if fate is Fate.VANISH or (fate is Fate.LEAVE and not child.is_kept) or child.is_temporary:
            self._forget(child, reason)
        elif fate is Fate.LEAVE:
            child.node.end(reason)

    def _start_failed(self, child: Child, reason: ExitReason) -> None:
        error = reason.error
        if not isinstance(error, ActorStartFailed):
            error = ActorStartFailed(child.node.path, reason)
        self._close(ExitReason(kind=FAILED_KIND, error=error, is_host_fault=reason.is_host_fault))

    def _decide(self, child: Child, reason: ExitReason) -> None:
        services = self.services
        now = services.clock.monotonic()
        rule = RestartRule(
            restart=child.spec.restart,
            intensity=self._intensity,
            host_faults=self._does.host_faults,
            backoff=child.spec.backoff or self._does.backoff,
        )
        history = RestartHistory(
            restarts=self._restarts,
            host_restarts=self._host_restarts,
            streak=child.streak,
            last_start=child.last_start,
        )
        match decide_restart(rule, reason, history, now, draw=services.random.random()):
            case Restart() as restart:
                self._restart(child, reason, restart, now)
            case Remove():
                self._ended(child, reason)
            case Escalate() as escalate:
                self._escalate(child, reason, escalate, now)

    def _restart(self, child: Child, reason: ExitReason, restart: Restart, now: float) -> None:
        if reason.is_host_fault:
            self._host_restarts.append(now)
            self._host_fault_restarts += 1
        else:
            self._restarts.append(now)
            self._restart_total += 1
        child.streak = restart.streak
        is_alone = self._does.strategy is Strategy.ONE_FOR_ONE
        others = () if is_alone else tuple(self._children)
        plan = restart_plan(
            self._does.strategy,
            self._does.stop_order,
            others or (child.spec.id,),
            child.spec.id,
            frozenset(name for name in others if self._children[name].is_temporary),
        )
        if self.services.events.is_followed:
            with_it = tuple(self._children[name].node.path for name in plan.start if name != child.spec.id)
            delay = restart.delay_seconds
            event = Restarted(ref=child.node.ref, reason=reason, delay_seconds=delay, with_it=with_it, at=now)
            self.services.events.publish(event)
        if is_alone:
            child.timer = self.services.loop.call_later(restart.delay_seconds, self._start_child, child)
        else:
            due = {*plan.start, *(name for name in self._to_start if self._children[name].is_new)}
            self._to_start = OrderedDict.fromkeys(name for name in others if name in due)
            self._stop_those(name for group in plan.stop for name in group)
            self._wait(restart.delay_seconds)

    def _ended(self, child: Child, reason: ExitReason) -> None:
        """A child ended for good, by itself."""
        child.cancel_timer()
        self._to_start.pop(child.spec.id, None)
        if child.is_kept:
            child.node.end(reason)
        else:
            self._forget(child, reason)
        if child.spec.is_significant and self._is_over():
            self._close(SHUTDOWN)

    def _is_over(self) -> bool:
        if self._does.auto_shutdown is AutoShutdown.ANY_SIGNIFICANT:
            return True
        significant = (child for child in self._children.values() if child.spec.is_significant)
        return all(child.node.state is State.ENDED for child in significant)

    def _escalate(self, child: Child, reason: ExitReason, escalate: Escalate, now: float) -> None:
        self._escalations += 1
        self.services.counts.escalations += 1
        path = child.node.path
        logger.error("%s gives up, because %s ended (%s) and %s", self.path, path, reason, escalate.why)
        if self.services.events.is_followed:
            event = Escalated(ref=self.ref, child=child.node.ref, reason=reason, why=escalate.why, at=now)
            self.services.events.publish(event)
        detail = f"{path} ended ({reason}), and {escalate.why}"
        self._close(
            ExitReason(kind=ESCALATED_KIND, error=reason.error, detail=detail, is_host_fault=reason.is_host_fault)
        )

    # ------------------------------------------------------------ the plan

    def _close(self, reason: ExitReason) -> None:
        """Change the plan: stop everybody, and then end."""
        if self._closing is None:
            self._closing = reason
            if self.state is State.RUNNING:
                self.state = State.STOPPING
            self._to_start.clear()
            self._deferred.clear()
            self._wait(0.0)
            for child in self._children.values():
                child.cancel_timer()
            self._stop_those(child.spec.id for child in self._living())

    def _stop_those(self, names: Iterable[str]) -> None:
        """Change the plan: stop these, in order, besides those that were asked already and are still awaited."""
        wanted = set(names)
        self._awaited = {name for name in self._awaited if self._children[name].fate is not None}
        living = [child.spec.id for child in self._living()]
        left = [name for name in living if name in wanted and name not in self._awaited]
        self._to_stop = deque(stop_plan(self._does.stop_order, left))

    def _wait(self, seconds: float) -> None:
        """Change the plan: those that are to be started wait so long."""
        if self._delay is not None:
            self._delay.cancel()
            self._delay = None
        if seconds > 0.0:
            self._delay = self.services.loop.call_later(seconds, self._waited)

    def _waited(self) -> None:
        self._delay = None
        self._advance()

    def _advance(self) -> None:
        """Carry the plan out as far as it goes without waiting."""
        if self._is_advancing:
            return  # a child reported at once; the loop below goes on with it
        self._is_advancing = True
        try:
            while self.state.has_incarnation and not self._awaited and self._step():
                pass
        finally:
            self._is_advancing = False

    def _step(self) -> bool:
        if self._to_stop:
            self._stop_group(self._to_stop.popleft())
        elif self._closing is not None:
            self._finish(self._closing)
        elif self._delay is not None:
            return False
        elif self._to_start:
            name, _ = self._to_start.popitem(last=False)
            self._awaited.add(name)
            self._start_child(self._children[name])
        elif self.state is State.STARTING:
            self.has_started()
            deferred, self._deferred = self._deferred, []
            for child, reason in deferred:
                if self._closing is None and child.node.state is State.DOWN:
                    self._decide(child, reason)
        else:
            return False
        return True

    def _stop_group(self, group: tuple[str, ...]) -> None:
        together = [self._children[name] for name in group if name in self._children]
        together = [child for child in together if child.node.state.has_incarnation]
        for child in together:
            child.fate = child.fate or Fate.REST
            self._awaited.add(child.spec.id)
        for child in together:
            child.node.request_stop(SHUTDOWN)

    def _start_child(self, child: Child) -> None:
        child.timer = None
        child.last_start = self.services.clock.monotonic()
        if child.node.state is State.ENDED:
            child.node = self._node(child.spec)
        child.node.start(child.node.exit_reason)

    def _finish(self, reason: ExitReason) -> None:
        self._closing = None
        if self._grace is not None:
            self._grace.cancel()
            self._grace = None
        for child in tuple(self._children.values()):
            if not child.is_kept:
                self._forget(child, reason)
        self.has_exited(reason)

    # ------------------------------------------------------------ children

    def add(self, spec: ChildSpec) -> Node:
        """Take in a dynamic child, and start it: now, or after those that are to be started before it.

        Raises:
            SystemNotRunning: the supervisor is not alive, or about to end.
            NameTaken: a child has the id, or somebody has the name.
            TooManyChildren: it has as many as it may have.
            SpecInvalid: it may not have such a child.
        """
        if not self.state.has_incarnation or self._closing is not None:
            raise SystemNotRunning(f"{self.path} is {self.state}, and takes no child")
        if spec.id in self._children:
            raise NameTaken(f"{self.path} has a child with the id {spec.id}")
        if self._does.max_children is not None and len(self._children) >= self._does.max_children:
            raise TooManyChildren(f"{self.path} has {len(self._children)} children, and may not have more")
        child = Child(self._does.check_child(spec), self._node(spec), is_dynamic=True)
        try:
            if spec.name is not None:
                self.services.registry.register(spec.name, child.node.ref)
        except ActorError:
            child.node.end(SHUTDOWN)
            raise
        self._children[spec.id] = child
        if self.state is State.RUNNING and not self._to_start:
            self._start_child(child)
        else:
            self._to_start[spec.id] = None
        return child.node

    def spawn(self, spec: ChildSpec) -> ActorCell:
        """Take in a dynamic actor."""
        node = self.add(spec)
        if not isinstance(node, ActorCell):
            raise InternalError(f"{node.path} was to be an actor")
        return node

    def free_id(self, start: ActorFactory) -> str:
        """An id that no child has, after what makes the actor."""
        made = getattr(start, "func", start)
        name = getattr(made, "__name__", type(made).__name__).lower().replace("<lambda>", "actor")
        while True:
            self._made_up += 1
            made_up = f"{name}-{self._made_up}"
            if made_up not in self._children:
                return made_up

    def child(self, name: str) -> Child:
        """A child by its id; `ChildNotFound` when there is none."""
        child = self._children.get(name)
        if child is None:
            raise ChildNotFound(f"{self.path} has no child {name!r}; it has {', '.join(self._children) or 'none'}")
        return child

    @property
    def children(self) -> dict[str, Child]:
        """All children by id, in start order."""
        return self._children

    def dismiss(self, name: str, fate: Fate) -> Node:
        """Ask one child to stop for good, whatever its specification says about restarts."""
        child = self.child(name)
        child.cancel_timer()
        self._to_start.pop(name, None)
        if child.node.state.has_incarnation:
            if child.fate is None:
                self._awaited.discard(name)
            child.fate = fate
            child.node.request_stop(SHUTDOWN)
        else:
            if child.node.state is not State.ENDED:
                child.node.end(SHUTDOWN)
            self._stopped(child, fate, SHUTDOWN)
        self._advance()
        return child.node

    def revive(self, name: str) -> Node:
        """Start a child that was dismissed, or that ended for good; one that lives or will live is left alone."""
        child = self.child(name)
        if child.node.state is State.ENDED:
            self._start_child(child)
        return child.node

    def _again(self, child: Child | None, spec: ChildSpec) -> Child:
        """The child from before the supervisor's restart with its ref and its mailbox, or a new one."""
        node = child.node if child is not None and child.node.state is not State.ENDED else self._node(spec)
        return Child(spec, node, is_dynamic=False)

    def _node(self, spec: ChildSpec) -> Node:
        path = f"{self.path.removesuffix('/')}/{spec.id}"
        if isinstance(spec.start, SupervisorSpec):
            return SupervisorNode(spec, spec.start, self, path, self.services)
        return ActorCell(spec, self, path, self.services)

    def _forget(self, child: Child, reason: ExitReason) -> None:
        self._children.pop(child.spec.id, None)
        if child.node.state is not State.ENDED:
            child.node.end(reason)

    def _living(self) -> list[Child]:
        return [child for child in self._children.values() if child.node.state.has_incarnation]

    # ------------------------------------------------------------ looking at it

    def statistics(self) -> SupervisorStatistics:
        """A snapshot."""
        states = [child.node.state for child in self._children.values()]
        return SupervisorStatistics(
            path=self.path,
            state=self.state,
            uptime_seconds=self.uptime_seconds,
            children=len(states),
            running=states.count(State.RUNNING),
            waiting=states.count(State.DOWN),
            child_restarts=self._restart_total,
            host_fault_restarts=self._host_fault_restarts,
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
            children=tuple(child.node.picture() for child in self._children.values()),
        )
