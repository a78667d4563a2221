"""Messages that reached nobody: each with the reason, as a bounded stream that anybody may follow."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from ._stream import DEFAULT_FOLLOWER_CAPACITY, Stream, Subscription

if TYPE_CHECKING:
    from ._reasons import ExitReason
    from ._ref import Ref

#: How many of the last dead letters are kept for looking back.
DEFAULT_RECENT: Final = 100


class DeadLetterReason(StrEnum):
    """Why a message reached nobody."""

    STOPPED = "stopped"
    """Its recipient has ended for good."""
    MAILBOX_FULL = "mailbox_full"
    """There was no room, and the mailbox does not make any."""
    DISPLACED = "displaced"
    """It had waited longest in a full mailbox that drops the oldest."""
    EXPIRED = "expired"
    """Its deadline had passed before its turn came."""
    LATE_REPLY = "late_reply"
    """It is a reply, and nobody waits for it any more: the time was over, the caller gave up, or it was answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """One message that reached nobody.

    Attributes:
        message: as it was sent.
        recipient: for whom it was; None for a reply to somebody who is no actor.
        sender: who said to have sent it, if anybody did.
        reason: why it did not arrive.
        exit_reason: why the recipient ended, when that is the reason.
        correlation_id: of the conversation that it belongs to, if it has one.
        at: when, in seconds of the system's monotonic clock.
    """

    message: Any
    recipient: Ref | None
    sender: Ref | None
    reason: DeadLetterReason
    exit_reason: ExitReason | None = None
    correlation_id: int | None = None
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetterStatistics:
    """The dead letters so far.

    Attributes:
        total: how many.
        by_reason: how many of each.
        followers: how many follow the stream.
        dropped: letters that those who follow lost because they fell behind.
    """

    total: int
    by_reason: Mapping[DeadLetterReason, int]
    followers: int
    dropped: int


class DeadLetters:
    """Where they go. Following costs nothing to those who send.

    Args:
        recent: how many are kept for looking back.
    """

    def __init__(self, recent: int = DEFAULT_RECENT) -> None:
        self._stream: Stream[DeadLetter] = Stream()
        self._recent: deque[DeadLetter] = deque(maxlen=recent)
        self._counts: Counter[DeadLetterReason] = Counter()

    @property
    def recent(self) -> tuple[DeadLetter, ...]:
        """The last ones, oldest first."""
        return tuple(self._recent)

    def subscribe(self, capacity: int = DEFAULT_FOLLOWER_CAPACITY) -> Subscription[DeadLetter]:
        """Follow from now on; see `Subscription`."""
        return self._stream.subscribe(capacity)

    def add(self, letter: DeadLetter) -> None:
        """Take one in."""
        self._counts[letter.reason] += 1
        self._recent.append(letter)
        self._stream.publish(letter)

    def close(self) -> None:
        """End the stream for those who follow."""
        self._stream.close()

    def statistics(self) -> DeadLetterStatistics:
        """A snapshot."""
        stream = self._stream.statistics()
        return DeadLetterStatistics(
            total=stream.published,
            by_reason=dict(self._counts),
            followers=stream.followers,
            dropped=stream.dropped,
        )
