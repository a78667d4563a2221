"""Streams that anybody may follow, within a bound."""

from __future__ import annotations

import asyncio

import pytest

from airssys.actors import (
    ActorError,
    ActorSystem,
    DeadLetter,
    DeadLetterReason,
    Restarted,
    SpecInvalid,
    Started,
    Stopped,
)
from airssys.actors._stream import Stream
from airssys.testing import EventLog, FakeClock
from tests.actors_at_work import Echo, Obedient


async def test_a_follower_reads_what_is_published_after_it_came():
    stream: Stream[int] = Stream()
    stream.publish(1)
    follower = stream.subscribe()
    stream.publish(2)

    assert (follower.get_nowait(), follower.get_nowait()) == (2, None)


async def test_a_follower_that_falls_behind_loses_the_oldest_and_knows_how_many():
    stream: Stream[int] = Stream()
    slow, fast = stream.subscribe(2), stream.subscribe(10)
    for n in range(5):
        stream.publish(n)
    stream.close()

    assert [n async for n in slow] == [3, 4]
    assert [n async for n in fast] == [0, 1, 2, 3, 4]
    assert (slow.dropped, fast.dropped) == (3, 0)


async def test_a_follower_waits_for_the_next_item_and_ends_with_the_stream(clock: FakeClock):
    stream: Stream[int] = Stream()
    follower = stream.subscribe()

    async def read():
        return [n async for n in follower]

    reading = asyncio.create_task(read())
    await clock.settle()
    stream.publish(1)
    await clock.settle()
    with pytest.raises(ActorError, match="another task"):
        await anext(follower)
    stream.close()

    assert await reading == [1]
    assert [n async for n in stream.subscribe()] == []


async def test_waiting_for_an_item_may_be_given_up():
    stream: Stream[int] = Stream()
    follower = stream.subscribe()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1.0):
            await anext(follower)
    stream.publish(1)

    assert await anext(follower) == 1


async def test_who_leaves_follows_no_more():
    stream: Stream[int] = Stream()
    async with stream.subscribe() as follower:
        assert stream.is_followed
        stream.publish(1)
    stream.publish(2)
    follower.push(3)

    assert not stream.is_followed
    assert len(follower) == 1
    assert stream.statistics().published == 2


@pytest.mark.parametrize("capacity", [0, -1, 1.5])
async def test_a_subscription_is_bounded(capacity):
    with pytest.raises(SpecInvalid):
        Stream().subscribe(capacity)


async def test_dead_letters_are_a_bounded_stream_and_the_last_ones_are_kept():
    async with ActorSystem(recent_dead_letters=2) as system:
        ref = system.spawn(Echo)
        ref.stop()
        await ref.wait_stopped()
        async with system.dead_letters.subscribe(capacity=3) as letters:
            for n in range(5):
                ref.tell(n)
        read = [letter.message async for letter in letters]

    assert read == [2, 3, 4]
    assert [letter.message for letter in system.dead_letters.recent] == [3, 4]
    statistics = system.dead_letters.statistics()
    assert (statistics.total, statistics.by_reason) == (5, {DeadLetterReason.STOPPED: 5})


async def test_events_tell_everything_that_happens_in_order(clock: FakeClock):
    async with ActorSystem() as system:
        log = EventLog(system)
        ref = system.spawn(Obedient, id="it", restart="permanent")
        await ref.wait_started()
        ref.tell("boom")
        await clock.advance(1.0)
        ref.tell("unread", ttl=1.0)

    told = [
        f"{type(event).__name__} {event.recipient if isinstance(event, DeadLetter) else event.ref}" for event in log.all
    ]
    assert told == [
        "Started <ActorRef /it ended>",
        "Stopped <ActorRef /it ended>",
        "Restarted <ActorRef /it ended>",
        "Started <ActorRef /it ended>",
        "Stopped <ActorRef /it ended>",
        "DeadLetter <ActorRef /it ended>",
        "Stopped <SupervisorRef / ended>",
    ]
    assert [event.restarts for event in log.of(Started)] == [0, 1]
    assert [event.reason.kind for event in log.of(Stopped)] == ["failed", "shutdown", "shutdown"]
    (restarted,) = log.of(Restarted)
    assert 0.05 <= restarted.delay_seconds <= 0.1


async def test_dead_letters_are_events_as_well(system: ActorSystem):
    events = system.events()
    ref = system.spawn(Echo)
    ref.stop()
    await ref.wait_stopped()
    ref.tell("hello")

    seen = []
    while (event := events.get_nowait()) is not None:
        seen.append(event)
    assert seen[-1] is system.dead_letters.recent[-1]
