"""Messages that are sent later."""

from __future__ import annotations

import pytest

from airssys.actors import Actor, ActorSystem, DeadLetterReason, MailboxSpec, SpecInvalid
from airssys.testing import FakeClock, Probe
from tests.actors_at_work import Obedient


class Waking(Obedient):
    async def handle(self, message, context):
        match message:
            case "in", seconds, later:
                self.timer = context.send_after(seconds, later)
            case "cancel":
                return self.timer.cancel()
            case _:
                self.note(f"got {message} at {context.now:g}")
                return await super().handle(message, context)
        return None


async def test_a_message_comes_when_its_time_has_come(system: ActorSystem, clock: FakeClock):
    journal: list[str] = []
    ref = system.spawn(lambda: Waking(journal))
    for seconds in (3.0, 1.0, 2.0):
        ref.tell(("in", seconds, f"after {seconds:g}"))
    await clock.advance(0.5)
    assert ref.statistics().timers == 3
    await clock.advance(3.0)

    assert [line for line in journal if " at " in line] == [
        "got after 1 at 1001",
        "got after 2 at 1002",
        "got after 3 at 1003",
    ]
    assert ref.statistics().timers == 0


async def test_a_cancelled_timer_sends_nothing(system: ActorSystem, clock: FakeClock):
    journal: list[str] = []
    ref = system.spawn(lambda: Waking(journal))
    ref.tell(("in", 1.0, "a"))

    assert await ref.ask("cancel", 0.5) is True
    assert await ref.ask("cancel", 0.5) is False
    await clock.advance(5.0)
    assert journal == ["started"]


async def test_a_timer_ends_with_its_incarnation(system: ActorSystem, clock: FakeClock):
    journal: list[str] = []
    ref = system.spawn(lambda: Waking(journal), restart="permanent")
    ref.tell(("in", 1.0, "from another life"))
    ref.tell("boom")
    await clock.advance(5.0)

    assert ref.statistics().restarts == 1
    assert not any("another life" in line for line in journal)


async def test_the_system_can_send_later_as_well(system: ActorSystem, clock: FakeClock):
    probe = Probe.spawn(system)
    timer = system.send_after(probe.ref, 2.0, "a", sender=probe.ref)
    cancelled = system.send_after(probe.ref, 1.0, "b")
    assert (timer.is_active, cancelled.cancel()) == (True, True)
    received = await probe.next()

    assert (received.message, received.sender) == ("a", probe.ref)
    assert received.at == pytest.approx(1002.0)
    assert not timer.is_active


async def test_a_timer_that_meets_a_full_mailbox_makes_a_dead_letter(system: ActorSystem, clock: FakeClock):
    ref = system.spawn(Obedient, mailbox=MailboxSpec(capacity=1))
    ref.tell(("sleep", 5.0))
    await clock.advance(0.1)
    ref.tell("a")
    system.send_after(ref, 1.0, "b")
    await clock.advance(10.0)

    assert [(letter.message, letter.reason) for letter in system.dead_letters.recent] == [
        ("b", DeadLetterReason.MAILBOX_FULL)
    ]


@pytest.mark.parametrize("seconds", [-1, float("nan"), "1"])
async def test_a_delay_is_a_number_of_seconds(system: ActorSystem, seconds):
    class Hasty(Actor):
        async def handle(self, message, context):
            context.send_after(seconds, "a")

    ref = system.spawn(Hasty)
    ref.tell("go")
    assert isinstance((await ref.wait_stopped()).error, SpecInvalid)
    with pytest.raises(SpecInvalid):
        system.send_after(ref, seconds, "a")
