"""Telling, asking, and what becomes of messages and replies that come too late."""

from __future__ import annotations

import asyncio

import pytest

from airssys.actors import (
    KILLED,
    Actor,
    ActorExited,
    ActorRef,
    ActorSystem,
    AskedItself,
    AskTimedOut,
    DeadLetterReason,
    ExitReason,
    SpecInvalid,
)
from airssys.testing import FakeClock, Probe
from tests.actors_at_work import Boom, Counter, Echo, Obedient


def letters(system):
    return [(letter.message, letter.reason) for letter in system.dead_letters.recent]


async def test_ask_gives_what_handle_returns(system: ActorSystem):
    assert await system.spawn(Echo).ask({"a": 1}, 1.0) == {"a": 1}


async def test_ask_times_out_and_the_late_reply_is_a_dead_letter(system: ActorSystem, clock: FakeClock):
    ref = system.spawn(Obedient)
    began = clock.monotonic()
    with pytest.raises(AskTimedOut, match="/obedient-1 did not reply within 1 s") as caught:
        await ref.ask(("sleep", 5.0), 1.0)
    assert clock.monotonic() - began == pytest.approx(1.0)
    assert (caught.value.path, caught.value.timeout_seconds) == ("/obedient-1", 1.0)
    await clock.advance(5.0)

    assert letters(system) == [(("sleep", 5.0), DeadLetterReason.LATE_REPLY)]
    assert ref.statistics().late_replies == 1


async def test_a_reply_after_the_deadline_is_dropped_and_counted_also_before_the_timer_goes_off(
    system: ActorSystem, clock: FakeClock
):
    class Blocking(Actor):
        async def handle(self, message, context):
            clock.jump(3.0)  # computes, and the loop cannot run timers meanwhile
            return "too late"

    ref = system.spawn(Blocking)
    with pytest.raises(AskTimedOut):
        await ref.ask("go", 1.0)

    assert letters(system) == [("too late", DeadLetterReason.LATE_REPLY)]
    assert ref.statistics().late_replies == 1


async def test_ask_of_an_actor_that_dies_gets_its_exit_reason_at_once(system: ActorSystem, clock: FakeClock):
    ref = system.spawn(Obedient)
    began = clock.monotonic()
    with pytest.raises(ActorExited) as caught:
        await ref.ask("boom", 3600.0)

    assert clock.monotonic() == began
    assert caught.value.reason.kind == "failed"
    assert isinstance(caught.value.__cause__, Boom)


async def test_questions_that_wait_behind_the_fatal_one_get_the_exit_reason_at_once(
    system: ActorSystem, clock: FakeClock
):
    ref = system.spawn(Obedient)
    ref.tell("boom")
    began = clock.monotonic()
    with pytest.raises(ActorExited):
        await ref.ask("never handled", 3600.0)

    assert clock.monotonic() == began
    assert letters(system) == [("never handled", DeadLetterReason.STOPPED)]


async def test_ask_of_an_actor_that_is_killed_gets_that_reason(system: ActorSystem):
    ref = system.spawn(Obedient)
    asyncio.get_running_loop().call_later(1.0, ref.stop, KILLED)
    with pytest.raises(ActorExited) as caught:
        await ref.ask("forever", 3600.0)

    assert caught.value.reason == KILLED


async def test_messages_to_a_stopped_actor_become_dead_letters_with_the_reason(system: ActorSystem):
    probe = Probe.spawn(system)
    ref = system.spawn(Obedient)
    reason = ExitReason(kind="failed", detail="as I say so")
    ref.stop(reason)
    await ref.wait_stopped()
    ref.tell("hello", sender=probe.ref, correlation_id=7)
    letter = system.dead_letters.recent[-1]

    assert (letter.message, letter.recipient, letter.sender, letter.correlation_id) == ("hello", ref, probe.ref, 7)
    assert (letter.reason, letter.exit_reason) == (DeadLetterReason.STOPPED, reason)
    with pytest.raises(ActorExited, match="as I say so"):
        await ref.ask("hello?", 60.0)
    await ref.send("hello again")
    assert system.dead_letters.statistics().by_reason == {DeadLetterReason.STOPPED: 3}


async def test_messages_that_wait_when_an_actor_stops_become_dead_letters(system: ActorSystem):
    ref = system.spawn(Obedient)
    ref.tell(("sleep", 1.0))
    ref.tell("a")
    await asyncio.sleep(0.5)
    ref.stop()
    await ref.wait_stopped()

    assert letters(system) == [("a", DeadLetterReason.STOPPED)]


async def test_cancelling_a_caller_of_ask_cancels_nothing_else(system: ActorSystem, clock: FakeClock):
    ref = system.spawn(Counter)
    slow = system.spawn(Obedient)
    asking = asyncio.create_task(slow.ask(("sleep", 2.0), 60.0))
    waiting = asyncio.create_task(slow.ask("a", 60.0))
    await asyncio.sleep(1.0)
    for task in (asking, waiting):
        task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await clock.advance(3.0)

    assert slow.state == "running"
    assert slow.statistics().handled == 2
    assert [reason for _, reason in letters(system)] == [DeadLetterReason.LATE_REPLY] * 2
    assert await ref.ask("go", 1.0) == 1


async def test_a_caller_that_is_cancelled_as_its_actor_dies_leaves_no_exception_behind(system: ActorSystem):
    ref = system.spawn(Obedient)
    asking = asyncio.create_task(ref.ask("forever", 60.0))
    await asyncio.sleep(1.0)
    ref._node.watch(lambda monitor, down: asking.cancel())  # in the very step in which the answer fails
    ref.stop(KILLED)
    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_a_message_whose_time_is_over_is_a_dead_letter_and_no_work(system: ActorSystem):
    journal: list[str] = []
    ref = system.spawn(lambda: Obedient(journal))
    ref.tell(("sleep", 2.0))
    ref.tell("stale", ttl=1.0)
    ref.tell("fresh", ttl=3.0)
    with pytest.raises(AskTimedOut):
        await ref.ask("asked, and given up", 1.5)
    await ref.ask("last", 5.0)

    assert journal == ["started", "got fresh", "got last"]
    assert letters(system) == [
        ("stale", DeadLetterReason.EXPIRED),
        ("asked, and given up", DeadLetterReason.EXPIRED),
    ]
    assert ref.statistics().expired == 2


async def test_an_actor_answers_early_and_goes_on(system: ActorSystem):
    class Early(Actor):
        async def handle(self, message, context):
            context.reply("early")
            context.reply("not twice")
            await asyncio.sleep(5.0)
            return "not this"

    assert await system.spawn(Early).ask("go", 1.0) == "early"
    assert letters(system) == []


async def test_an_actor_answers_later_in_any_order(system: ActorSystem):
    class Later(Actor):
        def __init__(self):
            self.promised = []

        async def handle(self, message, context):
            if message != "now":
                self.promised.append((message, context.defer_reply()))
                return "not this"
            for question, reply in reversed(self.promised):
                reply.send(f"about {question}")
            return "done"

    ref = system.spawn(Later)
    async with asyncio.TaskGroup() as group:
        questions = [group.create_task(ref.ask(n, 60.0)) for n in range(3)]
        await asyncio.sleep(1.0)
        assert await ref.ask("now", 1.0) == "done"

    assert [question.result() for question in questions] == ["about 0", "about 1", "about 2"]


async def test_an_answer_may_be_an_exception(system: ActorSystem):
    class Picky(Actor):
        async def handle(self, message, context):
            context.defer_reply().fail(LookupError(f"no {message}"))

    with pytest.raises(LookupError, match="no such thing"):
        await system.spawn(Picky).ask("such thing", 1.0)


async def test_whoever_waits_for_a_promised_answer_is_told_when_the_actor_ends(system: ActorSystem, clock: FakeClock):
    class Forgetful(Obedient):
        async def handle(self, message, context):
            if message == "promise":
                context.defer_reply()
            else:
                await super().handle(message, context)

    ref = system.spawn(Forgetful)
    asking = asyncio.create_task(ref.ask("promise", 3600.0))
    await asyncio.sleep(1.0)
    ref.tell("boom")
    with pytest.raises(ActorExited):
        await asking

    assert clock.monotonic() == pytest.approx(1001.0)


async def test_answering_twice_is_a_dead_letter(system: ActorSystem):
    probe = Probe.spawn(system)
    asking = asyncio.create_task(probe.ref.ask("well?", 60.0))
    reply = (await probe.next()).reply
    assert reply is not None
    reply.send("yes")
    assert not reply.is_wanted
    reply.send("no")
    reply.fail(Boom())

    assert await asking == "yes"
    assert [reason for _, reason in letters(system)] == [DeadLetterReason.LATE_REPLY] * 2


async def test_nobody_asked_means_no_reply_slot(system: ActorSystem):
    slots = []

    class Curious(Actor):
        async def handle(self, message, context):
            slots.append(context.defer_reply())
            context.reply("to nobody")

    ref = system.spawn(Curious)
    ref.tell("hello")
    await asyncio.sleep(1.0)

    assert slots == [None]


async def test_an_actor_that_asks_itself_is_told_at_once(system: ActorSystem, clock: FakeClock):
    class Narcissus(Actor):
        async def handle(self, message, context):
            try:
                await context.ask(context.ref, "who?", 60.0)
            except AskedItself as error:
                return str(error)

    assert "asks itself" in await system.spawn(Narcissus).ask("go", 60.0)
    assert clock.monotonic() == 1000.0


async def test_sender_and_correlation_travel_with_a_conversation(system: ActorSystem):
    probe = Probe.spawn(system)
    seen = []

    class Clerk(Actor):
        colleague: ActorRef

        async def handle(self, message, context):
            seen.append((context.sender, context.correlation_id, context.deadline is not None))
            context.tell(probe.ref, "a copy")
            return await context.ask(self.colleague, "please", 5.0) if message == "start" else "done"

    class Colleague(Clerk):
        pass

    colleague = system.spawn(Colleague)
    Clerk.colleague = colleague
    clerk = system.spawn(Clerk)
    assert await clerk.ask("start", 5.0, sender=probe.ref) == "done"

    (first_sender, first_id, _), (second_sender, second_id, has_deadline) = seen
    assert (first_sender, second_sender, has_deadline) == (probe.ref, clerk, True)
    assert first_id == second_id == 1
    assert [received.sender for received in probe.received] == [clerk, colleague]


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), "1", None, True])
async def test_a_timeout_is_a_number_of_seconds(system: ActorSystem, timeout):
    with pytest.raises(SpecInvalid):
        await system.spawn(Echo).ask("hello", timeout)
    with pytest.raises(SpecInvalid):
        system.spawn(Echo).tell("hello", ttl=timeout or 0)
