"""What every node of one tree shares."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from airssys.clock import Clock

from ._dead_letters import DeadLetter, DeadLetterReason, DeadLetters
from ._envelope import Envelope
from ._events import Event
from ._pubsub import Topics
from ._reasons import ExitReason
from ._ref import Ref
from ._registry import Registry
from ._stream import Stream


@dataclass(slots=True, kw_only=True)
class Counts:
    """What the system counts over all nodes.

    Attributes:
        actors, supervisors: how many there are that have not ended for good.
        restarts: how many restarts were made.
        escalations: how often a supervisor gave up.
    """

    actors: int = 0
    supervisors: int = 0
    restarts: int = 0
    escalations: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Time, randomness, names and streams of one system; passed in, so that a test can choose them.

    Attributes:
        exit_kinds: words for exit reasons, by class of exception; see `reason_of`.
    """

    loop: asyncio.AbstractEventLoop
    clock: Clock
    random: Random
    next_id: Callable[[], int]
    exit_kinds: Mapping[type[BaseException], str]
    registry: Registry
    topics: Topics
    dead_letters: DeadLetters
    events: Stream[Event]
    counts: Counts

    def undeliverable(
        self, envelope: Envelope, recipient: Ref, reason: DeadLetterReason, exit_reason: ExitReason | None = None
    ) -> None:
        """Make a dead letter of a message."""
        self.bury(
            DeadLetter(
                message=envelope.message,
                recipient=recipient,
                sender=envelope.sender,
                reason=reason,
                exit_reason=exit_reason,
                correlation_id=envelope.correlation_id,
                at=self.clock.monotonic(),
            )
        )

    def bury(self, letter: DeadLetter) -> None:
        """Take a dead letter in, and tell those who watch events."""
        self.dead_letters.add(letter)
        if self.events.is_followed:
            self.events.publish(letter)
