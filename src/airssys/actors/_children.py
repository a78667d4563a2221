"""What a supervisor keeps about each of its children."""

from __future__ import annotations

import asyncio
from enum import Enum, auto

from ._node import Node
from ._spec import ChildSpec, RestartType


class Fate(Enum):
    """What becomes of a child that its supervisor asked to stop."""

    REST = auto()
    """It may be started again, with its group or with its supervisor."""
    LEAVE = auto()
    """It ends for good; what it is stays known, unless it is temporary or dynamic."""
    VANISH = auto()
    """It ends for good, and is forgotten."""


class Child:
    """One child.

    Attributes:
        spec: what it is.
        node: the child itself; another one when it had ended for good and is started again.
        is_dynamic: it is not in the supervisor's specification, and forgotten when it ends for good.
        is_new: it has not lived since its supervisor started; if its start fails now, it is not tried again.
        fate: what was decided about it when it was asked to stop; None while nobody asked.
        streak, last_start: see `RestartHistory`.
        timer: of the restart that it waits for.
    """

    __slots__ = ("fate", "is_dynamic", "is_new", "last_start", "node", "spec", "streak", "timer")

    def __init__(self, spec: ChildSpec, node: Node, *, is_dynamic: bool) -> None:
        self.spec = spec
        self.node = node
        self.is_dynamic = is_dynamic
        self.is_new = True
        self.fate: Fate | None = None
        self.streak = 0
        self.last_start = 0.0
        self.timer: asyncio.TimerHandle | None = None

    @property
    def is_temporary(self) -> bool:
        """Whether it is never restarted."""
        return self.spec.restart is RestartType.TEMPORARY

    @property
    def is_kept(self) -> bool:
        """Whether it stays known after it has ended for good."""
        return not (self.is_dynamic or self.is_temporary)

    def cancel_timer(self) -> None:
        """Wait for no restart."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
