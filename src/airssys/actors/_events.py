"""What the outside can watch: one value for everything that happens in the tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from ._dead_letters import DeadLetter
from ._reasons import ExitReason
from ._ref import Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """An actor or supervisor lives, for the first time or again.

    Attributes:
        ref: which.
        restarts: how often it was restarted before; 0 for the first start.
        at: when, in seconds of the system's monotonic clock.
    """

    ref: Ref
    restarts: int
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """One incarnation of an actor or supervisor ended, or did not come to life."""

    ref: Ref
    reason: ExitReason
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Restarted:
    """A supervisor decided that a child is started again.

    Attributes:
        ref: which child.
        reason: why it ended.
        delay_seconds: how long it waits first.
        with_it: paths of the siblings that are restarted together with it.
        at: when this was decided.
    """

    ref: Ref
    reason: ExitReason
    delay_seconds: float
    with_it: tuple[str, ...]
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalated:
    """A supervisor gave up: it stops its children and itself, and its own supervisor decides.

    Attributes:
        ref: which supervisor.
        child: whose failure was one too many.
        reason: of that failure.
        why: it was one too many, for people.
        at: when.
    """

    ref: Ref
    child: Ref
    reason: ExitReason
    why: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """An actor raised while handling a message, and went on.

    Attributes:
        ref: which.
        error: what it raised.
        at: when.
    """

    ref: Ref
    error: BaseException
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HookFailed:
    """A hook raised where that could change nothing any more.

    Attributes:
        ref: whose.
        hook: `post_stop` or `on_error`.
        error: what it raised.
        at: when.
    """

    ref: Ref
    hook: str
    error: BaseException
    at: float


Event: TypeAlias = Started | Stopped | Restarted | Escalated | Resumed | HookFailed | DeadLetter
