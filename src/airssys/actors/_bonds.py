"""Who is told when a node ends: links, monitors, and those that it spawned."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ._reasons import NORMAL, SHUTDOWN, ExitReason
from ._ref import Ref
from ._state import State

if TYPE_CHECKING:
    from ._cell import ActorCell
    from ._node import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Down:
    """The message of a monitor: this one's incarnation ended. Whether it lives again says `ref.alive`."""

    ref: Ref
    reason: ExitReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """The message of a link, for actors with `traps_exits`: a linked actor ended."""

    ref: Ref
    reason: ExitReason


class Monitor:
    """Tells once that an incarnation ended. `await` it for the `Down`, or cancel it."""

    __slots__ = ("_down", "_notify", "_target", "_waiting")

    def __init__(self, target: Node, notify: Callable[[Monitor, Down], object] | None) -> None:
        self._target: Node | None = target
        self._notify = notify
        self._down: Down | None = None
        self._waiting: list[asyncio.Future[Down]] = []

    @property
    def down(self) -> Down | None:
        """What it told; None as long as it has not."""
        return self._down

    def cancel(self) -> None:
        """Watch no longer; whoever waits for it is cancelled. Changes nothing after it has told."""
        target, self._target = self._target, None
        if target is not None:
            target.unwatch(self)
            for waiting in self._waiting:
                waiting.cancel()

    def __await__(self) -> Generator[Any, None, Down]:
        """Wait for the end. Cancelling the waiting does not cancel the monitor."""
        return self._wait().__await__()

    async def _wait(self) -> Down:
        if self._down is not None:
            return self._down
        waiting: asyncio.Future[Down] = asyncio.get_running_loop().create_future()
        if self._target is None:
            waiting.cancel()
        self._waiting.append(waiting)
        return await waiting

    def fire(self, down: Down) -> None:
        """Tell."""
        if self._target is None:
            return
        self._target = None
        self._down = down
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(down)
        if self._notify is not None:
            self._notify(self, down)


class Bonds:
    """The bonds of one incarnation. They are used up when it ends.

    Attributes:
        links: actors that share its fate, each by itself, in both directions.
        watchers: monitors on it.
        watching: monitors that it has on others.
        spawned: actors that it takes along.
    """

    __slots__ = ("links", "spawned", "watchers", "watching")

    def __init__(self) -> None:
        self.links: dict[Node, ActorCell] = {}
        self.watchers: dict[Monitor, None] = {}
        self.watching: dict[Monitor, None] = {}
        self.spawned: dict[ActorCell, None] = {}

    def break_off(self, node: Node, reason: ExitReason) -> None:
        """Tell everybody that this incarnation of the node ended."""
        for monitor in tuple(self.watching):
            monitor.cancel()
        for monitor in tuple(self.watchers):
            monitor.fire(Down(ref=node.ref, reason=reason))
        for cell in tuple(self.links.values()):
            cell.linked_exited(node, reason)
        for cell in tuple(self.spawned):
            cell.request_stop(SHUTDOWN)


def link(one: ActorCell, other: ActorCell) -> None:
    """Make two actors share their fate: each hears at once when an incarnation of the other ends."""
    if one is other:
        return
    if other.state is State.ENDED:
        one.linked_exited(other, other.exit_reason or NORMAL)
    else:
        one.bound().links[other] = other
        other.bound().links[one] = one


def unlink(one: ActorCell, other: ActorCell) -> None:
    """Take a link back; one that does not exist changes nothing."""
    for here, there in ((one, other), (other, one)):
        if here.bonds is not None:
            here.bonds.links.pop(there, None)


def watch(watcher: ActorCell, target: Node) -> Monitor:
    """Have the end of an incarnation told to an actor as a `Down` message."""
    watching = watcher.bound().watching

    def tell(monitor: Monitor, down: Down) -> None:
        watching.pop(monitor, None)
        watcher.deliver_first(down)

    monitor = target.watch(tell)
    if monitor.down is None:
        watching[monitor] = None
    return monitor


def take_along(owner: ActorCell, spawned: ActorCell) -> None:
    """Have one actor stop when the incarnation of another ends, whatever the reason."""
    together = owner.bound().spawned
    together[spawned] = None
    spawned.watch(lambda _, __: together.pop(spawned, None))
