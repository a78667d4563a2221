"""Publishing to topics, and who gets it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from airssys.errors import MailboxFull

from ._ref import ActorRef, Ref
from ._stream import DEFAULT_FOLLOWER_CAPACITY, Subscription
from ._topics import TopicIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a subscriber gets: the message, and the topic that it came by."""

    topic: str
    message: Any


_Subscriber: TypeAlias = ActorRef | Subscription[Published]


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicStatistics:
    """Publish and subscribe at one moment.

    Attributes:
        subscribers: how many there are.
        subscriptions: how many patterns they have.
        published: messages so far.
        delivered: copies that were handed over.
        dropped: copies that a full mailbox refused; each is a dead letter, too.
    """

    subscribers: int
    subscriptions: int
    published: int
    delivered: int
    dropped: int


class Topics:
    """Publishes messages to whoever subscribed to a matching pattern; see `_topics` for the patterns.

    Each subscriber gets one copy, however many of its patterns match, and is bounded by itself: an actor by its
    mailbox, a listener by its capacity. Nobody's slowness is felt by the publisher or by other subscribers.
    """

    def __init__(self) -> None:
        self._index: TopicIndex[_Subscriber] = TopicIndex()
        self._published = 0
        self._delivered = 0
        self._dropped = 0

    def subscribe(self, pattern: str, ref: ActorRef) -> None:
        """Have `Published` messages told to an actor until it ends for good; doing so twice changes nothing."""
        if ref.alive:
            self._index.add(pattern, ref)

    def unsubscribe(self, pattern: str, ref: ActorRef) -> None:
        """Take a subscription back."""
        self._index.discard(pattern, ref)

    def listen(self, pattern: str, capacity: int = DEFAULT_FOLLOWER_CAPACITY) -> Subscription[Published]:
        """Follow a pattern without being an actor; see `Subscription`."""
        subscription: Subscription[Published] = Subscription(capacity, self._index.forget)
        self._index.add(pattern, subscription)
        return subscription

    def publish(self, topic: str, message: Any, *, sender: Ref | None = None) -> int:
        """Hand a message to everybody who subscribed. Never waits.

        Returns:
            How many got it.
        """
        published = Published(topic=topic, message=message)
        subscribers = self._index.matching(topic)
        taken = sum([self._hand_over(subscriber, published, sender) for subscriber in subscribers])
        self._published += 1
        self._delivered += taken
        self._dropped += len(subscribers) - taken
        return taken

    def forget(self, ref: ActorRef) -> None:
        """Take all subscriptions of one who ended back."""
        self._index.forget(ref)

    def close(self) -> None:
        """End the listeners."""
        for listener in self._index.subscribers:
            if isinstance(listener, Subscription):
                listener.close()

    def statistics(self) -> TopicStatistics:
        """A snapshot."""
        return TopicStatistics(
            subscribers=len(self._index.subscribers),
            subscriptions=len(self._index),
            published=self._published,
            delivered=self._delivered,
            dropped=self._dropped,
        )

    def _hand_over(self, subscriber: _Subscriber, published: Published, sender: Ref | None) -> bool:
        if isinstance(subscriber, Subscription):
            subscriber.push(published)
            return True
        try:
            subscriber.tell(published, sender=sender)
        except MailboxFull:
            return False
        return True
