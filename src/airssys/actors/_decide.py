"""What becomes of a child that ended. Pure: a table over values, and nothing else.

| the child is | it ended `normal` or `shutdown` | it ended otherwise |
|---|---|---|
| permanent | restart | restart |
| transient | remove | restart |
| temporary | remove | remove |

A restart that would be one too many within the period is an escalation instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from ._backoff import Backoff
from ._reasons import ExitReason
from ._spec import Intensity, RestartType


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartRule:
    """What a child's and its supervisor's specifications say together about its restarts."""

    restart: RestartType
    intensity: Intensity = field(default_factory=Intensity)
    host_faults: Intensity = field(default_factory=Intensity)
    backoff: Backoff = field(default_factory=Backoff)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartHistory:
    """What happened before.

    Attributes:
        restarts: times of the supervisor's restarts, oldest first; at least the last `max_restarts` of them.
        host_restarts: the same, of restarts that the host was to blame for.
        streak: how many restarts in a row this child has behind it.
        last_start: when this child was last started.
    """

    restarts: Sequence[float] = ()
    host_restarts: Sequence[float] = ()
    streak: int = 0
    last_start: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart:
    """Start it again.

    Attributes:
        delay_seconds: after this long.
        streak: how many restarts in a row it is then.
    """

    delay_seconds: float
    streak: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove:
    """Let it be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalate:
    """Give up, stop all children, and let the supervisor's own supervisor decide.

    Attributes:
        why: for people.
    """

    why: str


Decision: TypeAlias = Restart | Remove | Escalate


def decide_restart(
    spec: RestartRule, reason: ExitReason, history: RestartHistory, now: float, *, draw: float = 0.0
) -> Decision:
    """What becomes of a child that ended.

    Args:
        spec: what was declared.
        reason: why it ended.
        history: what happened before.
        now: time, on the clock of the history.
        draw: a random number from 0 up to 1, for the jitter.

    >>> decide_restart(RestartRule(restart=RestartType.TEMPORARY), ExitReason(kind="killed"), RestartHistory(), 0.0)
    Remove()
    """
    if reason.must_escalate:
        return Escalate(why="it asked for that")
    if not should_restart(spec.restart, reason):
        return Remove()
    intensity = spec.host_faults if reason.is_host_fault else spec.intensity
    past = history.host_restarts if reason.is_host_fault else history.restarts
    if is_exhausted(intensity, past, now):
        return Escalate(why=_too_many(intensity))
    streak = 0 if _was_quiet(spec.backoff, history, now) else history.streak
    return Restart(delay_seconds=spec.backoff.delay_seconds(streak, draw), streak=streak + 1)


def should_restart(restart: RestartType, reason: ExitReason) -> bool:
    """The table above."""
    if restart is RestartType.TRANSIENT:
        return not reason.is_clean
    return restart is RestartType.PERMANENT


def is_exhausted(intensity: Intensity, past: Sequence[float], now: float) -> bool:
    """Whether one more restart would be one too many.

    A restart exactly `period_seconds` ago still counts, as in OTP's `supervisor`.

    >>> is_exhausted(Intensity(max_restarts=2, period_seconds=5), (1.0, 2.0), 6.0)
    True
    >>> is_exhausted(Intensity(max_restarts=2, period_seconds=5), (1.0, 2.0), 6.1)
    False
    """
    allowed = intensity.max_restarts
    if allowed == 0:
        return True
    return len(past) >= allowed and past[-allowed] >= now - intensity.period_seconds


def _was_quiet(backoff: Backoff, history: RestartHistory, now: float) -> bool:
    return now - history.last_start >= backoff.reset_after_seconds


def _too_many(intensity: Intensity) -> str:
    if intensity.max_restarts == 0:
        return "no restart is allowed"
    times = "restart" if intensity.max_restarts == 1 else "restarts"
    return f"{intensity.max_restarts} {times} within {intensity.period_seconds:g} s were made already"
