"""What a full mailbox does, seen from outside."""

from __future__ import annotations

import asyncio

import pytest

from airssys.actors import ActorExited, ActorSystem, AskTimedOut, DeadLetterReason, MailboxFull, MailboxSpec, Overflow
from airssys.testing import FakeClock
from tests.actors_at_work import Obedient


async def busy(system, overflow, journal, capacity=2, seconds=10.0):
    """An actor that is busy for a while."""
    ref = system.spawn(lambda: Obedient(journal), mailbox=MailboxSpec(capacity=capacity, overflow=overflow))
    ref.tell(("sleep", seconds))
    await asyncio.sleep(0.5)
    return ref


def letters(system):
    return [(letter.message, letter.reason) for letter in system.dead_letters.recent]


async def test_a_mailbox_that_rejects_tells_the_sender(system: ActorSystem):
    journal: list[str] = []
    ref = await busy(system, Overflow.REJECT, journal)
    ref.tell("a")
    ref.tell("b")
    with pytest.raises(MailboxFull, match="holds 2 messages") as caught:
        ref.tell("c")
    with pytest.raises(MailboxFull):
        await ref.send("d")
    with pytest.raises(MailboxFull):
        await ref.ask("e", 60.0)

    assert (caught.value.path, caught.value.capacity) == ("/actor-1", 2)
    assert letters(system) == [(message, DeadLetterReason.MAILBOX_FULL) for message in "cde"]
    await asyncio.sleep(20.0)
    assert journal == ["started", "got a", "got b"]


async def test_a_mailbox_that_drops_the_oldest_keeps_the_newest(system: ActorSystem):
    journal: list[str] = []
    ref = await busy(system, Overflow.DROP_OLDEST, journal)
    for message in "abcd":
        ref.tell(message)
    await asyncio.sleep(20.0)

    assert letters(system) == [(message, DeadLetterReason.DISPLACED) for message in "ab"]
    assert journal == ["started", "got c", "got d"]


async def test_whoever_asked_a_question_that_was_dropped_is_told_at_once(system: ActorSystem, clock: FakeClock):
    ref = await busy(system, Overflow.DROP_OLDEST, [], capacity=1)
    asking = asyncio.create_task(ref.ask("a", 60.0))
    await asyncio.sleep(1.0)
    ref.tell("b")
    with pytest.raises(MailboxFull):
        await asking

    assert clock.monotonic() == pytest.approx(1001.5)


async def test_a_mailbox_that_blocks_lets_senders_wait_in_order_and_loses_nothing(system: ActorSystem):
    journal: list[str] = []
    ref = await busy(system, Overflow.BLOCK, journal)
    async with asyncio.TaskGroup() as group:
        for message in "abcdef":
            group.create_task(ref.send(message))
        await asyncio.sleep(1.0)
        assert ref.statistics().mailbox.waiting_senders == 4
        with pytest.raises(MailboxFull):
            ref.tell("tell never waits")
        answer = group.create_task(ref.ask("g", 60.0))

    assert answer.result() == "g"
    assert journal == ["started", *(f"got {message}" for message in "abcdefg")]


async def test_waiting_for_room_is_part_of_the_time_of_ask(system: ActorSystem, clock: FakeClock):
    ref = await busy(system, Overflow.BLOCK, [], capacity=1)
    ref.tell("a")
    with pytest.raises(AskTimedOut):
        await ref.ask("b", 2.0)

    assert letters(system) == [("b", DeadLetterReason.EXPIRED)]
    assert ref.statistics().mailbox.waiting_senders == 0
    await clock.advance(20.0)
    assert ref.statistics().handled == 2


async def test_a_sender_that_gives_up_takes_its_message_back(system: ActorSystem, clock: FakeClock):
    journal: list[str] = []
    ref = await busy(system, Overflow.BLOCK, journal, capacity=1)
    ref.tell("a")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1.0):
            await ref.send("b")
    await clock.advance(20.0)

    assert journal == ["started", "got a"]
    assert letters(system) == []


async def test_senders_that_wait_are_let_go_when_the_actor_ends(system: ActorSystem):
    ref = await busy(system, Overflow.BLOCK, [], capacity=1, seconds=2.0)
    ref.tell("a")
    async with asyncio.TaskGroup() as group:
        group.create_task(ref.send("b"))
        asking = group.create_task(failing(ref))
        await asyncio.sleep(1.0)
        ref.stop()

    assert isinstance(asking.result(), ActorExited)
    assert [message for message, _ in letters(system)] == ["a", "b", "c"]


async def failing(ref):
    with pytest.raises(ActorExited) as caught:
        await ref.ask("c", 60.0)
    return caught.value
