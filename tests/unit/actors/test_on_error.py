"""What an actor may choose after `handle` raised."""

from __future__ import annotations

import logging

import pytest

from airssys.actors import (
    ActorExited,
    ActorSystem,
    ActorSystemFailed,
    AskFailed,
    Directive,
    Escalated,
    HookFailed,
    RestartType,
    Resumed,
    Stopped,
)
from airssys.testing import EventLog
from tests.actors_at_work import Boom, Obedient


class Choosy(Obedient):
    directive: Directive | str = Directive.RESTART

    def on_error(self, error, message, context):
        self.note(f"{type(error).__name__} after {message}")
        return self.directive


class Resuming(Choosy):
    directive = "resume"


class Stopping(Choosy):
    directive = Directive.STOP


class Escalating(Choosy):
    directive = Directive.ESCALATE


async def test_resume_loses_the_message_and_keeps_the_state(system: ActorSystem):
    journal: list[str] = []
    log = EventLog(system)
    ref = system.spawn(lambda: Resuming(journal))
    with pytest.raises(AskFailed) as caught:
        await ref.ask("boom", 1.0)

    assert isinstance(caught.value.__cause__, Boom)
    assert await ref.ask("hello", 1.0) == "hello"
    assert journal == ["started", "Boom after boom", "got hello"]
    assert [event.ref for event in log.of(Resumed)] == [ref]
    assert (ref.statistics().handled, ref.statistics().failed) == (1, 1)


@pytest.mark.parametrize(
    ("restart", "is_restarted"),
    [(RestartType.PERMANENT, True), (RestartType.TRANSIENT, False), (RestartType.TEMPORARY, False)],
)
async def test_stop_ends_the_actor_in_order(system: ActorSystem, restart, is_restarted):
    ref = system.spawn(Stopping, restart=restart)
    with pytest.raises(ActorExited) as caught:
        await ref.ask("boom", 1.0)

    assert (caught.value.reason.kind, caught.value.reason.is_clean) == ("shutdown", True)
    assert isinstance(caught.value.__cause__, Boom)
    assert ref.alive is is_restarted


async def test_restart_leaves_the_decision_to_the_supervisor(system: ActorSystem):
    journal: list[str] = []
    ref = system.spawn(lambda: Choosy(journal), restart="permanent")
    ref.tell("boom")

    assert await ref.ask("hello", 5.0) == "hello"
    assert journal == ["started", "Boom after boom", "stopped", "restarted after failed", "got hello"]


async def test_escalate_makes_the_supervisor_give_up_at_once():
    system = ActorSystem()
    with pytest.raises(ActorSystemFailed, match="Boom"):
        async with system:
            log = EventLog(system)
            ref = system.spawn(Escalating, restart="permanent")
            ref.tell("boom")
            await ref.wait_stopped()

    assert [(event.ref.path, event.child) for event in log.of(Escalated)] == [("/", ref)]
    assert ref.statistics().restarts == 0


@pytest.mark.parametrize("answer", ["perhaps", None, ValueError("on_error itself")])
async def test_an_on_error_that_fails_means_restart_and_is_reported(system: ActorSystem, answer):
    class Confused(Obedient):
        def on_error(self, error, message, context):
            if isinstance(answer, Exception):
                raise answer
            return answer

    log = EventLog(system)
    ref = system.spawn(Confused)
    ref.tell("boom")
    reason = await ref.wait_stopped()

    assert isinstance(reason.error, Boom)
    assert [event.hook for event in log.of(HookFailed)] == ["on_error"]


async def test_every_failure_is_logged_with_its_traceback(system: ActorSystem, caplog):
    logging.getLogger("airssys.actors").addHandler(caplog.handler)
    ref = system.spawn(Obedient)
    ref.tell("boom")
    await ref.wait_stopped()
    logging.getLogger("airssys.actors").removeHandler(caplog.handler)

    (record,) = caplog.records
    assert record.getMessage() == "/obedient-1 ends: failed: Boom: boom"
    assert record.exc_info[0] is Boom


async def test_the_event_of_an_end_has_the_reason(system: ActorSystem):
    log = EventLog(system)
    ref = system.spawn(Obedient)
    ref.tell("boom")
    await ref.wait_stopped()

    (event,) = log.of(Stopped)
    assert (event.ref, event.reason) == (ref, ref.exit_reason)
