"""What a node of the tree is doing."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where an actor or a supervisor is in its life."""

    STARTING = "starting"
    """It is coming to life; messages wait in its mailbox."""
    RUNNING = "running"
    """It lives."""
    STOPPING = "stopping"
    """It was asked to end, or is ending."""
    DOWN = "down"
    """No incarnation lives, and one may come: before the first start, or waiting for a restart. Messages wait."""
    ENDED = "ended"
    """It has ended for good; messages are dead letters."""

    @property
    def has_incarnation(self) -> bool:
        """Whether there is something to stop."""
        return self in _WITH_INCARNATION


_WITH_INCARNATION = frozenset({State.STARTING, State.RUNNING, State.STOPPING})
