"""Snapshots of actors, supervisors and the whole system."""

from __future__ import annotations

from dataclasses import dataclass

from ._dead_letters import DeadLetterStatistics
from ._mailbox import MailboxStatistics
from ._pubsub import TopicStatistics
from ._registry import RegistryStatistics
from ._state import State
from ._stream import StreamStatistics


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorStatistics:
    """An actor at one moment; counts go on over restarts.

    Attributes:
        path: which.
        state: what it is doing.
        uptime_seconds: how long its incarnation has lived; 0 when none does.
        handled: messages whose `handle` returned.
        failed: messages whose `handle` raised.
        expired: messages whose deadline had passed before their turn came.
        late_replies: replies that nobody waited for any more.
        restarts: how often it was restarted.
        timers: messages that it has set a timer for.
        mailbox: its mailbox.
    """

    path: str
    state: State
    uptime_seconds: float
    handled: int
    failed: int
    expired: int
    late_replies: int
    restarts: int
    timers: int
    mailbox: MailboxStatistics


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisorStatistics:
    """A supervisor at one moment; counts go on over its own restarts.

    Attributes:
        path: which.
        state: what it is doing.
        uptime_seconds: how long its incarnation has lived; 0 when none does.
        children: how many it has, whatever they do.
        running: children that live.
        waiting: children whose restart waits.
        child_restarts: restarts that it made because a child failed; a group counts once.
        host_fault_restarts: restarts that the host was to blame for.
        escalations: how often it gave up.
        restarts: how often it was restarted itself.
    """

    path: str
    state: State
    uptime_seconds: float
    children: int
    running: int
    waiting: int
    child_restarts: int
    host_fault_restarts: int
    escalations: int
    restarts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemStatistics:
    """An actor system at one moment.

    Attributes:
        actors: actors that have not ended for good.
        supervisors: supervisors that have not ended for good, the one at the top included.
        restarts: restarts so far, of actors and supervisors; each member of a group counts.
        escalations: how often a supervisor gave up.
        registry, topics, dead_letters, events: the parts.
    """

    actors: int
    supervisors: int
    restarts: int
    escalations: int
    registry: RegistryStatistics
    topics: TopicStatistics
    dead_letters: DeadLetterStatistics
    events: StreamStatistics
