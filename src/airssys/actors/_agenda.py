"""What a supervisor is about to do: who stops next, and then who starts next. Pure: it stops and starts nobody itself.

Promise: stops come before starts; the next stop waits until those before it have ended, and the next start until the
one before it lives; a new plan takes effect at once, and never loses sight of somebody who was asked to stop.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from ._plan import StopPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class StopNext:
    """These are to be asked to stop now, all of them."""

    children: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartNext:
    """This one is to be started now."""

    child: str


Step: TypeAlias = StopNext | StartNext


class Agenda:
    """A supervisor's plan, and whom it waits for. Empty at first."""

    __slots__ = ("_starting", "_stopping", "_to_start", "_to_stop")

    def __init__(self) -> None:
        self._to_stop: deque[tuple[str, ...]] = deque()
        self._to_start: OrderedDict[str, None] = OrderedDict()
        self._stopping: set[str] = set()
        self._starting: str | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether the next step has to wait for somebody."""
        return bool(self._stopping) or self._starting is not None

    @property
    def is_busy(self) -> bool:
        """Whether anything is left to be done or waited for."""
        return bool(self._stopping or self._starting is not None or self._to_stop or self._to_start)

    @property
    def to_start(self) -> tuple[str, ...]:
        """Who is to be started, in order."""
        return tuple(self._to_start)

    def is_to_start(self, child: str) -> bool:
        """Whether it will be started, and was not yet."""
        return child in self._to_start

    def is_starting(self, child: str) -> bool:
        """Whether it is the one whose start is awaited."""
        return child == self._starting

    def is_stopping(self, child: str) -> bool:
        """Whether its end is awaited."""
        return child in self._stopping

    def replace(self, stop: StopPlan, start: Iterable[str]) -> None:
        """Have a new plan. Those who were asked to stop are still awaited; a start that is under way no more."""
        self._starting = None
        asked = self._stopping
        groups = (tuple(child for child in group if child not in asked) for group in stop)
        self._to_stop = deque(group for group in groups if group)
        self._to_start = OrderedDict.fromkeys(start)

    def start_too(self, child: str) -> None:
        """Start another one, after all others."""
        self._to_start[child] = None

    def drop(self, child: str) -> None:
        """Do not start this one, and do not wait for its start."""
        self._to_start.pop(child, None)
        if self._starting == child:
            self._starting = None

    def await_stop(self, children: Iterable[str]) -> None:
        """Wait for these as well: somebody else has asked them."""
        self._stopping.update(children)

    def next_step(self, *, may_start: bool) -> Step | None:
        """What is to be done now; None when there is nothing, or it has to wait.

        Args:
            may_start: whether starts are allowed yet; stops always are.
        """
        if self.is_waiting:
            return None
        if self._to_stop:
            group = self._to_stop.popleft()
            self._stopping.update(group)
            return StopNext(children=group)
        if self._to_start and may_start:
            self._starting, _ = self._to_start.popitem(last=False)
            return StartNext(child=self._starting)
        return None

    def started(self, child: str) -> None:
        """It lives."""
        if self._starting == child:
            self._starting = None

    def exited(self, child: str) -> None:
        """It has ended, however that came."""
        self._stopping.discard(child)
        self.started(child)
