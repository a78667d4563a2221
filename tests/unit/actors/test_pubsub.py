"""Publish and subscribe, with actors and listeners."""

from __future__ import annotations

import asyncio

import pytest

from airssys.actors import ActorSystem, DeadLetterReason, MailboxSpec, Published, SpecInvalid
from airssys.testing import FakeClock, Probe
from tests.actors_at_work import Obedient


class Subscriber(Obedient):
    async def pre_start(self, context):
        context.subscribe("orders.*")

    async def handle(self, message, context):
        match message:
            case Published(topic=topic, message=content):
                self.note(f"{topic}: {content}")
            case "unsubscribe":
                context.unsubscribe("orders.*")
            case "publish":
                return context.publish("orders.eu", "from an actor")
            case _:
                return await super().handle(message, context)
        return None


async def test_whoever_subscribed_gets_one_copy(system: ActorSystem, clock: FakeClock):
    probe = Probe.spawn(system)
    for pattern in ("orders.#", "orders.eu", "#"):
        system.topics.subscribe(pattern, probe.ref)

    assert system.topics.publish("orders.eu", 1, sender=probe.ref) == 1
    assert system.topics.publish("invoices", 2) == 1
    await clock.settle()
    assert probe.messages == [Published(topic="orders.eu", message=1), Published(topic="invoices", message=2)]
    assert probe.received[0].sender is probe.ref


async def test_a_subscription_outlives_a_restart_and_ends_with_its_actor(system: ActorSystem, clock: FakeClock):
    journal: list[str] = []
    ref = system.spawn(lambda: Subscriber(journal), restart="transient")
    await ref.ask("hello", 1.0)
    ref.tell("boom")
    system.topics.publish("orders.eu", "while it is down")
    await clock.advance(1.0)
    assert "orders.eu: while it is down" in journal
    ref.stop()
    await ref.wait_stopped()

    assert system.topics.publish("orders.eu", "nobody is there") == 0
    assert system.statistics().topics.subscriptions == 0
    system.topics.subscribe("orders.eu", ref)
    assert system.statistics().topics.subscriptions == 0, "one that has ended subscribes to nothing"


async def test_actors_publish_and_unsubscribe(system: ActorSystem):
    ref = system.spawn(Subscriber)

    assert await ref.ask("publish", 1.0) == 1
    await ref.ask("unsubscribe", 1.0)
    assert await ref.ask("publish", 1.0) == 0


async def test_a_slow_subscriber_is_bounded_by_its_mailbox_and_harms_nobody(system: ActorSystem, clock: FakeClock):
    slow = system.spawn(Obedient, mailbox=MailboxSpec(capacity=2))
    fast = Probe.spawn(system)
    slow.tell("forever")
    await clock.settle()
    for ref in (slow, fast.ref):
        system.topics.subscribe("#", ref)

    assert [system.topics.publish("news", n) for n in range(5)] == [2, 2, 1, 1, 1]
    await clock.settle()
    assert len(fast.messages) == 5
    assert system.dead_letters.statistics().by_reason == {DeadLetterReason.MAILBOX_FULL: 3}
    statistics = system.statistics().topics
    assert (statistics.published, statistics.delivered, statistics.dropped) == (5, 7, 3)


async def test_listening_is_bounded_and_ends_with_the_system(clock: FakeClock):
    async with ActorSystem() as system:
        listener = system.topics.listen("news.*", capacity=2)
        for n in range(5):
            system.topics.publish("news.today", n)
        reading = asyncio.create_task(read(listener))
        await clock.settle()
        system.topics.publish("news.today", 5)
        system.topics.publish("other", 6)

    assert [published.message for published in await reading] == [3, 4, 5]
    assert listener.dropped == 3


async def read(listener):
    return [published async for published in listener]


async def test_a_listener_may_leave(system: ActorSystem):
    async with system.topics.listen("#") as listener:
        assert system.topics.publish("news", 1) == 1
    assert system.topics.publish("news", 2) == 0
    assert [published.message async for published in listener] == [1]


@pytest.mark.parametrize("topic", ["a.*", "", "a..b"])
async def test_publishing_to_a_pattern_is_refused(system: ActorSystem, topic):
    with pytest.raises(SpecInvalid):
        system.topics.publish(topic, 1)
