"""What a node of the tree is doing."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


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
        return self is not DOWN and self is not ENDED


#: What is asked for every message and every start. A global is found ten times as fast as a member of an enum (0.01 us
#: against 0.12 us, CPython 3.11), and one start asks a dozen times.
DOWN: Final = State.DOWN
STARTING: Final = State.STARTING
RUNNING: Final = State.RUNNING
ENDED: Final = State.ENDED
