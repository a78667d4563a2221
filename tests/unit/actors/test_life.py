"""One actor: its hooks, one message at a time, and no task while idle."""

from __future__ import annotations

import asyncio
import contextvars
from functools import partial

import pytest

from airssys.actors import (
    KILLED,
    Actor,
    ActorExited,
    ActorStartFailed,
    ActorSystem,
    Context,
    MailboxSpec,
    SpecInvalid,
    State,
    SystemNotRunning,
)
from airssys.testing import FakeClock, Probe, other_tasks
from tests.actors_at_work import Boom, Counter, Echo, Obedient, no_actor


async def test_an_actor_starts_handles_and_stops(system: ActorSystem):
    journal: list[str] = []
    ref = system.spawn(partial(Obedient, journal))
    ref.tell("hello")
    ref.stop()
    reason = await ref.wait_stopped()

    assert journal == ["started", "stopped"], "a request to stop overtakes messages that wait"
    assert reason.kind == "normal"


async def test_an_actor_stops_after_the_message_that_it_is_handling(system: ActorSystem):
    journal: list[str] = []
    ref = system.spawn(partial(Obedient, journal))
    for message in ("a", ("sleep", 2.0), "b"):
        ref.tell(message)
    await asyncio.sleep(1.0)
    ref.stop()
    await ref.wait_stopped()

    assert journal == ["started", "got a", "stopped"]


async def test_messages_that_come_before_the_start_wait_for_it(system: ActorSystem):
    class Slow(Counter):
        async def pre_start(self, context: Context) -> None:
            await asyncio.sleep(5.0)

    ref = system.spawn(Slow)
    assert ref.state is State.STARTING
    assert [await ref.ask(n, 10.0) for n in range(3)] == [1, 2, 3]


async def test_one_message_is_handled_at_a_time(system: ActorSystem):
    running, most = 0, 0

    class Worker(Actor):
        async def handle(self, message, context):
            nonlocal running, most
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.1)
            running -= 1

    ref = system.spawn(Worker)
    async with asyncio.TaskGroup() as group:
        for _ in range(20):
            group.create_task(ref.ask("go", 60.0))

    assert most == 1


async def test_an_idle_actor_has_no_task(system: ActorSystem, clock: FakeClock):
    refs = [system.spawn(Counter) for _ in range(100)]
    assert [await ref.ask("go", 1.0) for ref in refs] == [1] * 100
    await clock.settle()

    assert other_tasks() == frozenset()


async def test_an_actor_without_hooks_starts_without_a_task(system: ActorSystem, clock: FakeClock):
    plain, hooked = system.spawn(Echo), system.spawn(Obedient)
    await asyncio.sleep(0)
    assert plain.state is State.RUNNING
    assert [task.get_name() for task in other_tasks()] == [hooked.path]
    await hooked.wait_started()

    assert await plain.ask("hello", 1.0) == "hello"


async def test_a_message_that_waits_for_a_restart_is_handled_by_an_actor_without_hooks(
    system: ActorSystem, clock: FakeClock
):
    class Plain(Echo):
        async def handle(self, message, context):
            if message == "boom":
                raise Boom
            return message

    ref = system.spawn(Plain, restart="permanent")
    ref.tell("boom")
    await clock.settle()
    assert ref.state is State.DOWN

    assert await ref.ask("hello", 5.0) == "hello"
    assert ref.statistics().restarts == 1


@pytest.mark.parametrize("is_told", [False, True])
async def test_an_actor_that_was_just_answered_can_be_stopped_and_killed(system: ActorSystem, is_told):
    stopped, killed = system.spawn(Echo), system.spawn(Echo)
    for ref in (stopped, killed):
        await ref.ask("hello", 1.0)
        if is_told:
            ref.tell("more")
    stopped.stop()
    killed.stop(KILLED)

    assert [str(await ref.wait_stopped()) for ref in (stopped, killed)] == ["normal", "killed"]


async def test_a_busy_actor_lets_the_loop_run(system: ActorSystem, clock: FakeClock):
    ref = system.spawn(Counter, mailbox=MailboxSpec(capacity=100_000))
    await ref.wait_started()
    for _ in range(50_000):
        ref.tell("go")
    turns = 0
    while ref.statistics().mailbox.depth:
        await asyncio.sleep(0)
        turns += 1

    assert turns > 10


async def test_an_actor_that_tells_itself_for_ever_lets_the_loop_run(system: ActorSystem):
    class Eager(Actor):
        async def pre_start(self, context):
            context.ref.tell("again")

        async def handle(self, message, context):
            context.ref.tell("again")

    ref = system.spawn(Eager)
    await asyncio.sleep(0.0)
    await asyncio.sleep(0.0)
    ref.stop()

    assert (await ref.wait_stopped()).kind == "normal"


async def test_nothing_of_an_actor_runs_inside_spawn_tell_and_stop(system: ActorSystem):
    journal: list[str] = []
    asyncio.get_running_loop().set_task_factory(getattr(asyncio, "eager_task_factory", None))
    ref = system.spawn(partial(Obedient, journal))
    ref.tell("a")
    ref.stop()

    assert journal == []
    await ref.wait_stopped()
    assert journal == ["started", "stopped"]


async def test_each_actor_has_context_variables_of_its_own(system: ActorSystem):
    variable = contextvars.ContextVar("variable", default="none")

    class Keeper(Actor):
        async def pre_start(self, context):
            self.inherited = variable.get()

        async def handle(self, message, context):
            before = variable.get()
            if message is not None:
                variable.set(message)
            return self.inherited, before

    variable.set("spawner's")
    one, other = system.spawn(Keeper), system.spawn(Keeper)
    variable.set("asker's")

    assert await one.ask("one's", 1.0) == ("spawner's", "spawner's")
    assert await one.ask(None, 1.0) == ("spawner's", "one's")
    assert await other.ask(None, 1.0) == ("spawner's", "spawner's")
    assert variable.get() == "asker's"


async def test_tools_of_asyncio_work_inside_handlers(system: ActorSystem):
    def task_name():
        task = asyncio.current_task()
        return None if task is None else task.get_name()

    class Patient(Actor):
        async def handle(self, message, context):
            try:
                async with asyncio.timeout(1.0):
                    await asyncio.sleep(5.0)
            except TimeoutError:
                return task_name()

    assert await system.spawn(Patient, id="patient").ask("go", 10.0) == "/patient"


async def test_a_start_that_fails_says_why(system: ActorSystem):
    class Broken(Echo):
        async def pre_start(self, context):
            raise Boom("no database")

    ref = system.spawn(Broken)
    with pytest.raises(ActorStartFailed, match="no database") as caught:
        await ref.wait_started()

    assert isinstance(caught.value.__cause__, Boom)
    assert caught.value.path == "/broken-1"
    assert not ref.alive


@pytest.mark.parametrize(("factory", "error"), [(no_actor, ZeroDivisionError), (lambda: 5, SpecInvalid)])
async def test_a_factory_that_makes_no_actor_is_a_failed_start(system: ActorSystem, factory, error):
    with pytest.raises(ActorStartFailed) as caught:
        await system.spawn(factory).wait_started()

    assert isinstance(caught.value.reason.error, error)


async def test_whoever_asked_an_actor_that_did_not_start_is_told(system: ActorSystem):
    with pytest.raises(ActorExited, match="ZeroDivisionError"):
        await system.spawn(no_actor).ask("hello", 60.0)


async def test_post_stop_does_not_run_when_the_start_failed(system: ActorSystem):
    journal: list[str] = []

    class Broken(Obedient):
        async def pre_start(self, context):
            raise Boom

    await system.spawn(partial(Broken, journal)).wait_stopped()
    assert journal == []


async def test_a_failure_in_post_stop_is_the_reason_when_there_was_none(system: ActorSystem):
    class Untidy(Obedient):
        async def post_stop(self, context):
            raise Boom("while cleaning up")

    clean, failed = system.spawn(Untidy), system.spawn(Untidy)
    clean.stop()
    failed.tell(ValueError("first"))

    assert "while cleaning up" in str(await clean.wait_stopped())
    assert "first" in str(await failed.wait_stopped())


async def test_an_actor_without_handle_says_so(system: ActorSystem):
    with pytest.raises(ActorExited, match="does not say how it handles"):
        await system.spawn(Actor).ask("hello", 1.0)


async def test_wait_started_ends_also_when_it_ended_right_after(system: ActorSystem):
    class Brief(Echo):
        async def pre_start(self, context):
            context.stop()

    ref = system.spawn(Brief)
    await ref.wait_started()

    assert (await ref.wait_stopped()).kind == "normal"


async def test_waiting_for_an_end_may_be_given_up(system: ActorSystem):
    ref = system.spawn(Echo)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.0):
                await ref.wait_stopped()

    assert ref._node.waiting == []


async def test_a_ref_is_made_of_words(system: ActorSystem):
    ref = system.spawn(Echo, id="echo")
    await ref.wait_started()

    assert (ref.id, ref.path, ref.state, repr(ref)) == ("echo", "/echo", State.RUNNING, "<ActorRef /echo running>")


@pytest.mark.parametrize(
    ("start", "id"), [(Echo, "echo-1"), (partial(Obedient, []), "obedient-1"), (lambda: Echo(), "actor-1")]
)
async def test_an_actor_without_an_id_gets_one_after_its_class(system: ActorSystem, start, id):
    assert system.spawn(start).id == id


async def test_probes_answer_only_when_the_test_does(system: ActorSystem):
    probe = Probe.spawn(system)
    asking = asyncio.create_task(probe.ref.ask("well?", 60.0))
    received = await probe.next()
    assert not asking.done()
    assert received.reply is not None
    received.reply.send("yes")

    assert await asking == "yes"


async def test_a_system_that_was_not_entered_starts_nothing():
    with pytest.raises(SystemNotRunning):
        ActorSystem().spawn(Echo)


async def test_a_system_that_has_closed_starts_nothing():
    async with ActorSystem() as system:
        pass
    with pytest.raises(SystemNotRunning):
        system.spawn(Echo)
    with pytest.raises(SystemNotRunning):
        async with system:
            pass
