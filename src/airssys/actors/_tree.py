"""A picture of who supervises whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ._spec import ChildType, Strategy
from ._state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeNode:
    """One actor or supervisor, and everything below it, at one moment. Its text is the picture.

    Attributes:
        path: where it is; `/` is the top.
        state: what it is doing.
        restarts: how often it was restarted.
        strategy: of a supervisor; None for an actor.
        children: of a supervisor, in start order.
    """

    path: str
    state: State
    restarts: int = 0
    strategy: Strategy | None = None
    children: tuple[TreeNode, ...] = ()

    @property
    def type(self) -> ChildType:
        """Worker or supervisor."""
        return ChildType.WORKER if self.strategy is None else ChildType.SUPERVISOR

    def walk(self) -> Iterator[TreeNode]:
        """It and everything below it, from the top down, left to right."""
        yield self
        for child in self.children:
            yield from child.walk()

    def __str__(self) -> str:
        return "\n".join(self._lines("", ""))

    def _lines(self, first: str, rest: str) -> Iterator[str]:
        yield first + self._line()
        for child in self.children:
            last = child is self.children[-1]
            yield from child._lines(rest + ("└─ " if last else "├─ "), rest + ("   " if last else "│  "))

    def _line(self) -> str:
        name = self.path.rsplit("/", 1)[-1] or "/"
        told = [] if self.strategy is None else [self.strategy.value]
        told.append(self.state.value)
        if self.restarts:
            told.append("restarted once" if self.restarts == 1 else f"restarted {self.restarts} times")
        return f"{name} ({', '.join(told)})"
