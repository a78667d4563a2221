"""Actors that a test can look into, a log of events, and looking at tasks."""

from __future__ import annotations

import asyncio

import pytest

from airssys.actors import ActorSystem, DeadLetter, MailboxSpec, Restarted, Started, Stopped
from airssys.testing import EventLog, FakeClock, Probe, Received, other_tasks, wait_until
from tests.actors_at_work import Echo, Obedient


def test_a_probe_gives_its_messages_in_order_with_sender_and_time():
    clock = FakeClock()

    async def scenario():
        async with ActorSystem() as system:
            probe, other = Probe.spawn(system, name="probe"), system.spawn(Echo)
            assert system.whereis("probe") is probe.ref
            probe.ref.tell("a", sender=other)
            await clock.advance(1.0)
            probe.ref.tell("b")
            assert await probe.next() == Received(message="a", sender=other, reply=None, at=1000.0)
            assert await probe.expect("b") == "b"
            assert probe.messages == ["a", "b"]

    clock.run(scenario())


def test_a_probe_expects_a_value_or_a_class():
    async def scenario():
        async with ActorSystem() as system:
            probe = Probe.spawn(system)
            for message in (1, 2, "three"):
                probe.ref.tell(message)
            assert await probe.expect(int) == 1
            with pytest.raises(AssertionError, match="got 2, but 1 was expected"):
                await probe.expect(1)
            with pytest.raises(AssertionError, match="got 'three', but <class 'int'> was expected"):
                await probe.expect(int)

    FakeClock().run(scenario())


def test_a_message_that_does_not_come_is_a_failure_when_the_time_is_over():
    clock = FakeClock()

    async def scenario():
        async with ActorSystem() as system:
            probe = Probe.spawn(system)
            with pytest.raises(AssertionError, match="no message within 5 s"):
                await probe.next(timeout=5.0)
            assert clock.monotonic() == pytest.approx(1005.0)

    clock.run(scenario())


def test_nothing_is_expected_for_a_while_and_a_message_within_it_is_a_failure():
    async def scenario():
        async with ActorSystem() as system:
            probe = Probe.spawn(system)
            system.send_after(probe.ref, 2.0, "surprise")
            await probe.expect_nothing(seconds=1.9)
            with pytest.raises(AssertionError, match="got 'surprise', but nothing was expected"):
                await probe.expect_nothing(seconds=0.2)

    FakeClock().run(scenario())


def test_a_probe_answers_a_question_when_the_test_does():
    clock = FakeClock()

    async def scenario():
        async with ActorSystem() as system:
            probe = Probe.spawn(system, mailbox=MailboxSpec(capacity=1))
            asking = asyncio.create_task(probe.ref.ask("well?", 60.0))
            received = await probe.next()
            await clock.advance(30.0)
            assert not asking.done()
            assert received.reply is not None
            received.reply.send("yes")
            assert await asking == "yes"

    clock.run(scenario())


def test_a_log_has_every_event_since_it_was_made_in_order():
    clock = FakeClock()

    async def scenario():
        async with ActorSystem() as system:
            log = EventLog(system)
            ref = system.spawn(Obedient, id="it", restart="permanent")
            ref.tell("boom")
            await clock.advance(1.0)
            ref.tell("stale", ttl=0.1)
            clock.jump(1.0)
            await clock.settle()

            assert [type(event) for event in log.all] == [Started, Stopped, Restarted, Started, DeadLetter]
            assert [event.restarts for event in log.of(Started)] == [0, 1]
            assert log.paths(Started) == ("/it", "/it")
            assert log.paths(Stopped) == ("/it",)

    clock.run(scenario())


def test_other_tasks_are_all_but_the_one_that_looks():
    async def scenario():
        assert other_tasks() == frozenset()
        task = asyncio.create_task(asyncio.sleep(1.0))
        assert other_tasks() == {task}
        await task

    FakeClock().run(scenario())


def test_a_condition_is_waited_for_until_the_time_is_over():
    clock = FakeClock()

    async def scenario():
        await wait_until(lambda: clock.monotonic() >= 1005.0)
        assert clock.monotonic() == pytest.approx(1005.0, abs=0.01)
        with pytest.raises(AssertionError, match="did not come true within 2 s"):
            await wait_until(lambda: False, timeout=2.0)

    clock.run(scenario())
