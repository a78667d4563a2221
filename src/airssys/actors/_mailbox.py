"""The bounded queue in front of an actor. Pure: it waits for nobody and reads no clock.

Promise: it never holds more than its capacity; messages leave in the order in which they were taken in, except that
those of the system (exits and downs of others) overtake; nothing leaves it without being handed to somebody.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ._checks import check_choice, check_count
from ._envelope import Envelope

#: A burst of a thousand small messages is some 100 KiB; more than that waiting is a design problem, not a burst.
DEFAULT_CAPACITY: Final = 1000


class Overflow(StrEnum):
    """What happens to a message that meets a full mailbox."""

    REJECT = "reject"
    """Its sender gets `MailboxFull`."""
    DROP_OLDEST = "drop_oldest"
    """It is taken, and the one that waited longest becomes a dead letter."""
    BLOCK = "block"
    """`await ref.send(...)` and `await ref.ask(...)` wait for room, in order; `tell`, which never waits, gets
    `MailboxFull`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxSpec:
    """How large a mailbox is, and what happens beyond.

    Raises:
        SpecInvalid: the capacity is no number from 1 upwards, or the policy is none of `Overflow`.
    """

    capacity: int = DEFAULT_CAPACITY
    overflow: Overflow = Overflow.REJECT

    def __post_init__(self) -> None:
        check_count("the capacity of a mailbox", self.capacity, least=1)
        object.__setattr__(self, "overflow", check_choice("overflow", self.overflow, Overflow))


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxStatistics:
    """A mailbox at one moment.

    Attributes:
        capacity: how many messages it holds.
        depth: how many wait in it, without those of the system.
        waiting_senders: how many wait for room, with `Overflow.BLOCK`.
        high_water: the greatest depth so far.
        accepted: messages taken in so far.
        rejected: messages refused because it was full.
        displaced: messages that had to make room for newer ones, with `Overflow.DROP_OLDEST`.
    """

    capacity: int
    depth: int
    waiting_senders: int
    high_water: int
    accepted: int
    rejected: int
    displaced: int


class Ticket:
    """The place of a sender that waits for room. Compared by identity."""

    __slots__ = ("admitted", "envelope")

    def __init__(self, envelope: Envelope, admitted: Callable[[], None]) -> None:
        self.envelope = envelope
        self.admitted = admitted


class Mailbox:
    """A bounded queue of envelopes. An empty one holds no queue at all, so that idle actors stay small."""

    __slots__ = (
        "_blocked",
        "_messages",
        "_system",
        "accepted",
        "capacity",
        "displaced",
        "high_water",
        "overflow",
        "rejected",
    )

    def __init__(self, spec: MailboxSpec) -> None:
        self.capacity: Final = spec.capacity
        self.overflow: Final = spec.overflow
        self.high_water = 0
        self.accepted = 0
        self.rejected = 0
        self.displaced = 0
        self._messages: deque[Envelope] | None = None
        self._system: deque[Envelope] | None = None
        self._blocked: OrderedDict[Ticket, None] | None = None

    @property
    def has_room(self) -> bool:
        """Whether `offer` would take a message in without refusing or dropping any."""
        return self._messages is None or len(self._messages) < self.capacity

    def offer(self, envelope: Envelope) -> Envelope | None:
        """Take a message in without waiting.

        Returns:
            None when there was room; otherwise whatever found no room: this envelope when it was refused, the oldest
            when that one had to go.
        """
        messages = self._messages
        if messages is None:
            messages = self._messages = deque()
        depth = len(messages)
        if depth >= self.capacity:
            return self._overflowed(messages, envelope)
        messages.append(envelope)
        self.accepted += 1
        if depth >= self.high_water:
            self.high_water = depth + 1
        return None

    def offer_or_wait(self, envelope: Envelope, admitted: Callable[[], None]) -> Ticket | Envelope | None:
        """Like `offer`, but with `Overflow.BLOCK` a full mailbox gives a ticket.

        The envelope enters by itself as soon as it is its turn, and `admitted` is called then, once.
        """
        if self.has_room or self.overflow is not Overflow.BLOCK:
            return self.offer(envelope)
        ticket = Ticket(envelope, admitted)
        if self._blocked is None:
            self._blocked = OrderedDict()
        self._blocked[ticket] = None
        return ticket

    def withdraw(self, ticket: Ticket) -> bool:
        """Give up a place in front of the mailbox; False when the envelope is inside already."""
        if self._blocked is None or ticket not in self._blocked:
            return False
        del self._blocked[ticket]
        return True

    def put_first(self, envelope: Envelope) -> None:
        """Take in a message of the system: it overtakes all others, and there is always room.

        There are at most as many as the actor has links and monitors, so this lane is bounded by them.
        """
        if self._system is None:
            self._system = deque()
        self._system.append(envelope)

    def take(self) -> Envelope | None:
        """Remove the next message; None when there is none. Whoever waited longest for room comes in."""
        if self._system:
            return self._system.popleft()
        messages = self._messages
        if not messages:
            return None
        envelope = messages.popleft()
        if self._blocked:
            self._admit(messages, self._blocked)
        return envelope

    def drain(self) -> list[Envelope]:
        """Remove everything, those who wait for room included, in order."""
        left = [*(self._system or ()), *(self._messages or ())]
        self._system = self._messages = None
        blocked, self._blocked = self._blocked, None
        for ticket in blocked or ():
            left.append(ticket.envelope)
            ticket.admitted()
        return left

    def drain_first(self) -> list[Envelope]:
        """Remove the messages of the system, which belong to the incarnation that ended."""
        left = list(self._system or ())
        self._system = None
        return left

    def rest(self) -> None:
        """Give memory back; called when the mailbox is empty and its actor falls idle."""
        self._messages = self._system = self._blocked = None

    def __len__(self) -> int:
        """Everything inside, messages of the system included."""
        return len(self._messages or ()) + len(self._system or ())

    def statistics(self) -> MailboxStatistics:
        """A snapshot."""
        return MailboxStatistics(
            capacity=self.capacity,
            depth=len(self._messages or ()),
            waiting_senders=len(self._blocked or ()),
            high_water=self.high_water,
            accepted=self.accepted,
            rejected=self.rejected,
            displaced=self.displaced,
        )

    def _overflowed(self, messages: deque[Envelope], envelope: Envelope) -> Envelope:
        if self.overflow is Overflow.DROP_OLDEST:
            oldest = messages.popleft()
            messages.append(envelope)
            self.accepted += 1
            self.displaced += 1
            return oldest
        self.rejected += 1
        return envelope

    def _admit(self, messages: deque[Envelope], blocked: OrderedDict[Ticket, None]) -> None:
        ticket, _ = blocked.popitem(last=False)
        messages.append(ticket.envelope)
        self.accepted += 1
        ticket.admitted()
