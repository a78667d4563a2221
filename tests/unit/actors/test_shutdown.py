"""Leaving: everybody is asked, awaited up to the grace time, then killed; and nothing is left."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from functools import partial

import pytest

from airssys.actors import (
    KILLED,
    Actor,
    ActorExited,
    ActorRef,
    ActorSystem,
    ActorSystemFailed,
    State,
)
from airssys.testing import FakeClock, other_tasks
from tests.actors_at_work import Boom, Echo, Obedient
from tests.unit.actors.trees import boss, spec, worker


def kind_of(ref: ActorRef) -> str | None:
    """In one word, why it ended."""
    return None if ref.exit_reason is None else ref.exit_reason.kind


class Stubborn(Actor):
    """Does not let itself be cancelled, so many times."""

    def __init__(self, times):
        self.times = times

    async def handle(self, message, context):
        while self.times:
            self.times -= 1
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                continue


@pytest.mark.parametrize(
    ("shutdown", "seconds", "lasts", "kind"),
    [
        (5.0, 2.0, 2.0, "shutdown"),
        (5.0, 9.0, 5.0, "killed"),
        ("kill", 9.0, 0.0, "killed"),
        ("infinity", 1e6, 1e6, "shutdown"),
    ],
)
async def test_a_child_is_given_its_grace_time_and_then_killed(clock: FakeClock, shutdown, seconds, lasts, kind):
    journal: list[str] = []
    async with ActorSystem() as system:
        ref = (await boss(system, [worker("a", journal, shutdown=shutdown)])).actor("a")
        ref.tell(("sleep", seconds))
        await clock.settle()
        began = clock.monotonic()

    assert clock.monotonic() - began == pytest.approx(lasts)
    assert kind_of(ref) == kind
    assert journal == ["a started", "a stopped"] if kind == "shutdown" else ["a started"]


async def test_a_supervisor_has_the_time_that_its_children_need_and_one_with_a_grace_time_kills_them(clock: FakeClock):
    async with ActorSystem() as system:
        slow = worker("slow", [], shutdown=100.0)
        patient = await system.supervise(spec([slow]), id="patient")
        hasty = await system.supervise(spec([slow]), id="hasty", shutdown=3.0)
        for ref in (patient, hasty):
            ref.actor("slow").tell(("sleep", 50.0))
        await clock.settle()
        reasons = {ref.path: ref for ref in (patient.actor("slow"), hasty.actor("slow"))}

    assert {path: kind_of(ref) for path, ref in reasons.items()} == {
        "/patient/slow": "shutdown",
        "/hasty/slow": "killed",
    }
    assert clock.monotonic() == pytest.approx(1050.0)


async def test_leaving_because_of_an_error_stops_everything_in_order_and_passes_it_on(clock: FakeClock):
    journal: list[str] = []
    with pytest.raises(Boom):
        async with ActorSystem() as system:
            await boss(system, [worker(id, journal) for id in "ab"])
            raise Boom

    assert journal[2:] == ["b stopped", "a stopped"]


async def test_being_cancelled_while_leaving_kills_what_is_left_and_is_passed_on(clock: FakeClock):
    refs: list[ActorRef] = []

    async def program():
        async with ActorSystem() as system:
            supervisor = await boss(system, [worker(id, [], shutdown="infinity") for id in "ab"])
            refs.extend(supervisor.actor(id) for id in "ab")
            for ref in refs:
                ref.tell("forever")
            await clock.settle()

    running = asyncio.create_task(program())
    await clock.advance(60.0)
    assert not running.done()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert [ref.exit_reason for ref in refs] == [KILLED, KILLED]
    assert other_tasks() == frozenset()


async def test_a_handler_that_does_not_want_to_be_cancelled_is_ended_even_so(clock: FakeClock):
    for times in (1, 2, 1_000_000):
        async with ActorSystem() as system:
            ref = system.spawn(partial(Stubborn, times), shutdown=1.0)
            ref.tell("go")
            await clock.settle()
        assert ref.exit_reason == KILLED
        assert other_tasks() == frozenset()


async def test_a_hook_that_hangs_is_ended_as_well(clock: FakeClock):
    class Hanging(Obedient):
        async def pre_start(self, context):
            await asyncio.Event().wait()

    class Lingering(Obedient):
        async def post_stop(self, context):
            await asyncio.Event().wait()

    async with ActorSystem() as system:
        hanging, lingering = system.spawn(Hanging), system.spawn(Lingering)
        lingering.tell("boom")
        await clock.advance(1.0)
        assert (hanging.state, lingering.state) == (State.STARTING, State.STOPPING)
        await clock.advance(5.0)
        assert lingering.exit_reason == KILLED, "also when it ends by itself, post_stop has its grace time only"

    assert hanging.exit_reason == KILLED


async def test_post_stop_of_a_child_that_is_killed_when_asked_may_still_run_after_a_failure(system: ActorSystem):
    journal: list[str] = []
    ref = system.spawn(lambda: Obedient(journal), shutdown="kill")
    ref.tell("boom")

    assert (await ref.wait_stopped()).kind == "failed"
    assert journal == ["started", "stopped"]


async def test_what_swallows_even_the_last_resort_is_left_behind_without_a_task(clock: FakeClock, caplog):
    swallowed: list[type[BaseException]] = []

    class Undead(Actor):
        async def handle(self, message, context):
            while len(swallowed) < 4:
                try:
                    await asyncio.sleep(1e9)
                except BaseException as error:
                    swallowed.append(type(error))
            await asyncio.sleep(1e9)

    logging.getLogger("airssys.actors").addHandler(caplog.handler)
    async with ActorSystem() as system:
        ref = system.spawn(Undead, id="undead", shutdown="kill")
        ref.tell("go")
        await asyncio.sleep(1.0)
    logging.getLogger("airssys.actors").removeHandler(caplog.handler)

    assert swallowed == [asyncio.CancelledError] * 3 + [GeneratorExit]
    assert (ref.state, ref.exit_reason) == (State.ENDED, KILLED)
    assert other_tasks() == frozenset()
    assert "/undead did not end when it was cancelled 3 times" in caplog.text


async def test_a_question_of_an_actor_that_was_closed_leaves_no_exception_behind(system: ActorSystem, clock: FakeClock):
    class Insistent(Actor):
        async def handle(self, message, context):
            while True:
                with contextlib.suppress(asyncio.CancelledError):
                    await context.ask(message, "forever", 3600.0)

    asked, asking = system.spawn(Obedient), system.spawn(Insistent)
    asking.tell(asked)
    await clock.settle()
    asking.stop(KILLED)
    await asking.wait_stopped()
    asked.stop(KILLED)

    assert await asked.wait_stopped() == KILLED, "and whoever runs this test looks at the loop's exception handler"


async def test_an_actor_that_is_killed_before_its_first_step_ends(clock: FakeClock):
    journal: list[str] = []
    async with ActorSystem() as system:
        ref = system.spawn(lambda: Obedient(journal))
        ref.stop(KILLED)
        ref.stop(KILLED)
        assert await ref.wait_stopped() == KILLED
        idle = system.spawn(Echo)
        await idle.wait_started()
        idle.stop(KILLED)
        assert await idle.wait_stopped() == KILLED

    assert journal == []


async def test_a_task_of_an_actor_that_somebody_else_cancels_is_a_failure_of_that_actor(
    system: ActorSystem, clock: FakeClock
):
    ref = system.spawn(Obedient)
    ref.tell("forever")
    await clock.settle()
    (task,) = other_tasks()
    task.cancel()
    reason = await ref.wait_stopped()

    assert (reason.kind, type(reason.error)) == ("failed", asyncio.CancelledError)


async def test_a_task_that_somebody_else_cancels_before_its_first_step_does_not_keep_the_system_open(clock: FakeClock):
    async with ActorSystem() as system:
        ref = system.spawn(Echo)
        await ref.wait_started()
        ref.tell("hello")
        for task in other_tasks():
            task.cancel()
        await clock.settle()

    assert kind_of(ref) == "shutdown"


async def test_the_body_is_cancelled_when_the_top_gives_up_and_leaving_says_why(clock: FakeClock):
    was_cancelled = False
    with pytest.raises(ActorSystemFailed, match="Boom") as caught:
        async with ActorSystem(max_restarts=0) as system:
            ref = system.spawn(Obedient, restart="permanent")
            ref.tell("boom")
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                was_cancelled = True
                raise

    assert was_cancelled
    assert caught.value.reason.kind == "escalated"
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_a_body_that_swallows_its_cancellation_is_told_even_so(clock: FakeClock):
    with pytest.raises(ActorSystemFailed):
        async with ActorSystem(max_restarts=0) as system:
            system.spawn(Obedient, restart="permanent").tell("boom")
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.Event().wait()


async def test_an_error_of_the_body_goes_first_and_carries_a_note(clock: FakeClock):
    with pytest.raises(LookupError) as caught:
        async with ActorSystem(max_restarts=0) as system:
            ref = system.spawn(Obedient, restart="permanent")
            ref.tell("boom")
            try:
                await ref.wait_stopped()
                await asyncio.sleep(1.0)
            finally:
                raise LookupError("of the body")

    assert "the actor system gave up" in caught.value.__notes__[0]


async def test_somebody_elses_cancellation_of_the_body_is_passed_on(clock: FakeClock):
    async def program():
        async with ActorSystem(max_restarts=0) as system:
            ref = system.spawn(Obedient, restart="permanent")
            ref.tell("boom")
            ref._node.watch(lambda monitor, down: running.cancel())
            await asyncio.Event().wait()

    running = asyncio.create_task(program())
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_stopping_the_top_stops_the_system(clock: FakeClock):
    async with ActorSystem() as system:
        ref = system.spawn(Echo)
        system.top.stop()
        await ref.wait_stopped()
        with pytest.raises(ActorExited):
            await ref.ask("hello", 60.0)


def interrupted() -> Actor:
    """A factory that meets the user's Ctrl-C."""
    raise KeyboardInterrupt


@pytest.mark.parametrize(("factory", "is_told"), [(Obedient, True), (interrupted, False), (interrupted, True)])
async def test_an_interrupt_in_an_actor_reaches_the_program(factory, is_told):
    async def program():
        async with ActorSystem() as system:
            ref = system.spawn(factory)
            if is_told:
                ref.tell(KeyboardInterrupt())
            await asyncio.sleep(10.0)

    loop_clock = FakeClock()
    with pytest.raises(KeyboardInterrupt):
        await asyncio.to_thread(loop_clock.run, program())
