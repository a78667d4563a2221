"""In which order children start and stop, and which of them go together. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ._spec import StopOrder, Strategy

StopPlan: TypeAlias = tuple[tuple[str, ...], ...]
"""Groups of children: those of one group stop at the same time, and the next group waits until they have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartPlan:
    """What a restart does.

    Attributes:
        stop: who stops first, in groups.
        start: who starts then, one after the other.
    """

    stop: StopPlan
    start: tuple[str, ...]


def stop_plan(order: StopOrder, children: Sequence[str]) -> StopPlan:
    """Who stops when.

    Args:
        children: in the order in which they were started.

    >>> stop_plan(StopOrder.RIGHT_TO_LEFT, ["a", "b"]), stop_plan(StopOrder.AT_ONCE, ["a", "b"])
    ((('b',), ('a',)), (('b', 'a'),))
    """
    reverse = tuple(reversed(children))
    if order is StopOrder.AT_ONCE:
        return (reverse,) if reverse else ()
    return tuple((child,) for child in reverse)


def restart_plan(
    strategy: Strategy, order: StopOrder, children: Sequence[str], failed: str, temporary: frozenset[str] = frozenset()
) -> RestartPlan:
    """Who is restarted when one child is.

    Args:
        children: all of them, in start order, the failed one included.
        failed: the one that is to be restarted; it need not be stopped any more.
        temporary: those that are never restarted; they are stopped with the others and not started again.

    >>> plan = restart_plan(Strategy.REST_FOR_ONE, StopOrder.RIGHT_TO_LEFT, ["a", "b", "c"], "b")
    >>> plan.stop, plan.start
    ((('c',),), ('b', 'c'))
    """
    together = _together(strategy, children, failed)
    others = [child for child in together if child != failed]
    return RestartPlan(
        stop=stop_plan(order, others),
        start=tuple(child for child in together if child not in temporary),
    )


def _together(strategy: Strategy, children: Sequence[str], failed: str) -> Sequence[str]:
    if strategy is Strategy.ONE_FOR_ONE:
        return (failed,)
    if strategy is Strategy.ONE_FOR_ALL:
        return tuple(children)
    return tuple(children[children.index(failed) :])
