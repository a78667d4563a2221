"""What actors and supervisors have in common: a place in the tree, and a life of one or more incarnations."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Protocol

from ._bonds import Bonds, Down, Monitor
from ._errors import ActorStartFailed
from ._events import Started, Stopped
from ._reasons import NORMAL, ExitReason
from ._services import Services
from ._state import DOWN, ENDED, RUNNING, STARTING, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._cell import ActorCell
    from ._ref import Ref
    from ._spec import ActorFactory, ChildSpec
    from ._tree import TreeNode


class Parent(Protocol):
    """Whoever a node reports to: its supervisor."""

    @property
    def path(self) -> str:
        """Its place in the tree."""

    def child_started(self, node: Node) -> None:
        """An incarnation lives."""

    def child_exited(self, node: Node, reason: ExitReason) -> None:
        """An incarnation ended; decide what becomes of the node."""

    def child_given_up(self, node: Node, reason: ExitReason) -> None:
        """Somebody asked a node to stop that has no incarnation, as it waits for its restart."""

    def spawn(self, spec: ChildSpec) -> ActorCell:
        """Start a dynamic child, without waiting until it lives."""

    def free_id(self, start: ActorFactory) -> str:
        """An id that no child has."""


class Node(ABC):
    """An actor or a supervisor in the tree.

    Its parent calls `start`, and then either `start` again after each exit, or `end`. Nothing here waits: whatever
    takes time reports to the parent when it is done.
    """

    __slots__ = ("bonds", "exit_reason", "parent", "path", "restarts", "services", "since", "spec", "state", "waiting")

    ref: Ref

    def __init__(self, spec: ChildSpec, parent: Parent, path: str, services: Services) -> None:
        self.spec = spec
        self.parent = parent
        self.path = path
        self.services = services
        self.state = DOWN
        self.restarts = 0
        self.since = 0.0
        self.exit_reason: ExitReason | None = None
        self.bonds: Bonds | None = None
        self.waiting: list[asyncio.Future[State]] | None = None

    @abstractmethod
    def start(self, reason: ExitReason | None) -> None:
        """Begin an incarnation.

        Args:
            reason: why the last one ended, from which this one takes over; None for the first.
        """

    @abstractmethod
    def request_stop(self, reason: ExitReason) -> None:
        """Ask it to end in order, and kill it when its grace time is over."""

    @abstractmethod
    def kill(self) -> None:
        """End it without asking."""

    @abstractmethod
    def picture(self) -> TreeNode:
        """It and everything below it, as a value."""

    def begin_life(self, reason: ExitReason | None) -> None:
        """An incarnation begins; see `start`."""
        self.state = STARTING
        if reason is not None:
            self.restarts += 1
            self.services.counts.restarts += 1

    @property
    def uptime_seconds(self) -> float:
        """How long this incarnation has lived."""
        return self.services.clock.monotonic() - self.since if self.state is RUNNING else 0.0

    def has_started(self) -> None:
        """The incarnation lives: tell everybody."""
        self.state = RUNNING
        services = self.services
        self.since = services.clock.monotonic()
        if services.events.is_followed:
            services.events.publish(Started(ref=self.ref, restarts=self.restarts, at=self.since))
        if self.waiting is not None:
            self._wake_waiting()
        self.parent.child_started(self)

    def has_exited(self, reason: ExitReason) -> None:
        """The incarnation ended: tell everybody, and let the parent decide."""
        self.state = DOWN
        self.exit_reason = reason
        services = self.services
        if services.events.is_followed:
            services.events.publish(Stopped(ref=self.ref, reason=reason, at=services.clock.monotonic()))
        bonds, self.bonds = self.bonds, None
        if bonds is not None:
            bonds.break_off(self, reason)
        self.parent.child_exited(self, reason)

    def end(self, reason: ExitReason | None = None) -> None:
        """No incarnation will come any more: free everything that others could still find or wait for."""
        self.state = ENDED
        self.exit_reason = reason or self.exit_reason or NORMAL
        self.services.registry.forget(self.ref)
        bonds, self.bonds = self.bonds, None
        if bonds is not None:
            bonds.break_off(self, self.exit_reason)
        if self.waiting is not None:
            self._wake_waiting()

    def watch(self, notify: Callable[[Monitor, Down], object] | None) -> Monitor:
        """Put a monitor on it; on one that has ended, it fires at once."""
        monitor = Monitor(self, notify)
        if self.state is ENDED:
            monitor.fire(Down(ref=self.ref, reason=self.exit_reason or NORMAL))
        else:
            self.bound().watchers[monitor] = None
        return monitor

    def unwatch(self, monitor: Monitor) -> None:
        """Take a monitor off."""
        if self.bonds is not None:
            self.bonds.watchers.pop(monitor, None)

    def bound(self) -> Bonds:
        """Its bonds, made when first needed."""
        if self.bonds is None:
            self.bonds = Bonds()
        return self.bonds

    async def wait_started(self) -> None:
        """Wait until it runs; `ActorStartFailed` when it never will."""
        state = self.state
        while state is not RUNNING:
            if state is ENDED:
                reason = self.exit_reason or NORMAL
                if isinstance(reason.error, ActorStartFailed):
                    raise reason.error
                raise ActorStartFailed(self.path, reason)
            state = await self._change()

    async def wait_stopped(self) -> ExitReason:
        """Wait until it has ended for good."""
        while self.state is not ENDED:
            await self._change()
        return self.exit_reason or NORMAL

    async def _change(self) -> State:
        """Wait until it has started or ended, and say which."""
        changed: asyncio.Future[State] = self.services.loop.create_future()
        if self.waiting is None:
            self.waiting = []
        self.waiting.append(changed)
        try:
            return await changed
        finally:
            if self.waiting is not None and changed in self.waiting:  # it was cancelled
                self.waiting.remove(changed)

    def _wake_waiting(self) -> None:
        waiting, self.waiting = self.waiting, None
        for changed in waiting or ():
            if not changed.done():
                changed.set_result(self.state)
