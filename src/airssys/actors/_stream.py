"""A stream that many may follow, each at its own pace and within its own bound.

Promise: publishing never waits and costs nothing while nobody follows; a follower that falls behind loses the oldest
items, and how many it lost is counted; when the stream closes, every follower reads what it has and then ends.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, Self, TypeVar

from airssys.errors import ActorError

from ._checks import check_count

T = TypeVar("T")

#: Items that a follower may fall behind before it loses some.
DEFAULT_FOLLOWER_CAPACITY: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamStatistics:
    """A stream at one moment.

    Attributes:
        published: items so far, whether or not anybody followed.
        followers: how many follow now.
        dropped: items that those who follow now have lost because they fell behind.
    """

    published: int
    followers: int
    dropped: int


class Subscription(Generic[T]):
    """One follower: an async iterator over what is published from now on. One task may read it at a time.

        async with system.events.subscribe() as events:
            async for event in events:
                print(event)

    Attributes:
        dropped: how many items it lost because it fell behind.
    """

    def __init__(self, capacity: int, on_close: Callable[[Subscription[T]], None]) -> None:
        check_count("the capacity of a subscription", capacity, least=1)
        self.dropped = 0
        self._items: deque[T] = deque(maxlen=capacity)
        self._on_close = on_close
        self._is_over = False
        self._wakened: asyncio.Future[None] | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        while not self._items:
            if self._is_over:
                raise StopAsyncIteration
            if self._wakened is not None and not self._wakened.done():
                raise ActorError("another task reads this subscription", hint="make a subscription for each reader")
            self._wakened = asyncio.get_running_loop().create_future()
            await self._wakened
        return self._items.popleft()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def get_nowait(self) -> T | None:
        """The next item; None when there is none yet."""
        return self._items.popleft() if self._items else None

    def __len__(self) -> int:
        """How many items wait to be read."""
        return len(self._items)

    def close(self) -> None:
        """Stop following; whoever waits for an item reads what is left, and then ends."""
        if not self._is_over:
            self._is_over = True
            self._on_close(self)
            self._wake()

    def push(self, item: T) -> None:
        """Hand over an item; the oldest one goes when there is no room."""
        if self._is_over:
            return
        if len(self._items) == self._items.maxlen:
            self.dropped += 1
        self._items.append(item)
        self._wake()

    def _wake(self) -> None:
        if self._wakened is not None and not self._wakened.done():
            self._wakened.set_result(None)


class Stream(Generic[T]):
    """Where items are published and followers subscribe."""

    def __init__(self) -> None:
        self.published = 0
        self._followers: dict[Subscription[T], None] = {}
        self._is_over = False

    @property
    def is_followed(self) -> bool:
        """Whether anybody follows; an item that nobody would read need not be made."""
        return bool(self._followers)

    def subscribe(self, capacity: int = DEFAULT_FOLLOWER_CAPACITY) -> Subscription[T]:
        """Follow from now on.

        Args:
            capacity: how many items the follower may fall behind before it loses the oldest.
        """
        subscription: Subscription[T] = Subscription(capacity, self._forget)
        if self._is_over:
            subscription.close()
        else:
            self._followers[subscription] = None
        return subscription

    def publish(self, item: T) -> None:
        """Hand an item to everybody who follows. Never waits."""
        self.published += 1
        for follower in tuple(self._followers):
            follower.push(item)

    def close(self) -> None:
        """End every follower once it has read what it has."""
        self._is_over = True
        for follower in tuple(self._followers):
            follower.close()

    def statistics(self) -> StreamStatistics:
        """A snapshot."""
        return StreamStatistics(
            published=self.published,
            followers=len(self._followers),
            dropped=sum(follower.dropped for follower in self._followers),
        )

    def _forget(self, subscription: Subscription[T]) -> None:
        self._followers.pop(subscription, None)
