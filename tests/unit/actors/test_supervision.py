"""Strategies: who is restarted with whom, in which order, and what stays over a restart."""

from __future__ import annotations

import asyncio

import pytest

from airssys.actors import (
    KILLED,
    NORMAL,
    SHUTDOWN,
    ActorStartFailed,
    ActorSystem,
    AutoShutdown,
    ChildSpec,
    DeadLetterReason,
    ExitReason,
    MailboxSpec,
    Overflow,
    Restarted,
    RestartType,
    Started,
    State,
    StopOrder,
    Stopped,
    Strategy,
)
from airssys.testing import EventLog, FakeClock
from tests.actors_at_work import Boom, Obedient, no_actor
from tests.unit.actors.trees import boss, spec, worker

FAILED = ExitReason(kind="failed", detail="on purpose")


async def test_children_start_left_to_right_and_stop_right_to_left(clock: FakeClock):
    journal: list[str] = []
    async with ActorSystem() as system:
        await boss(system, [worker(id, journal) for id in "abc"])

    assert journal == ["a started", "b started", "c started", "c stopped", "b stopped", "a stopped"]


async def test_a_child_starts_when_the_one_before_it_lives_and_stops_when_the_one_after_it_has(clock: FakeClock):
    log: dict[str, float] = {}

    class Slow(Obedient):
        async def pre_start(self, context):
            await asyncio.sleep(1.0)
            log[f"{context.ref.id} started"] = clock.monotonic() - 1000.0

        async def post_stop(self, context):
            await asyncio.sleep(1.0)
            log[f"{context.ref.id} stopped"] = clock.monotonic() - 1000.0

    async with ActorSystem() as system:
        await boss(system, [ChildSpec(id=id, start=Slow) for id in "ab"])

    assert log == pytest.approx({"a started": 1.0, "b started": 2.0, "b stopped": 3.0, "a stopped": 4.0})


async def test_children_that_do_not_need_each_other_stop_at_the_same_time(clock: FakeClock):
    class Slow(Obedient):
        async def post_stop(self, context):
            await asyncio.sleep(1.0)

    async with ActorSystem() as system:
        children = [ChildSpec(id=str(n), start=Slow) for n in range(100)]
        await boss(system, children, stop_order=StopOrder.AT_ONCE)

    assert clock.monotonic() == pytest.approx(1001.0)


async def test_a_failing_start_stops_those_already_started_in_reverse_and_reports_the_first_cause(system: ActorSystem):
    journal: list[str] = []

    class Broken(Obedient):
        async def pre_start(self, context):
            raise Boom("the first cause")

    broken = ChildSpec(id="c", start=Broken)
    with pytest.raises(ActorStartFailed, match="/boss/c did not start: failed: Boom: the first cause") as caught:
        await boss(system, [worker("a", journal), worker("b", journal), broken, worker("d", journal)])

    assert journal == ["a started", "b started", "b stopped", "a stopped"]
    assert isinstance(caught.value.__cause__, Boom)
    assert list(system.top.children) == []


async def test_the_first_cause_is_reported_through_several_floors(system: ActorSystem):
    journal: list[str] = []
    inner = spec([worker("a", journal), ChildSpec(id="b", start=no_actor)])
    with pytest.raises(ActorStartFailed, match="/boss/inner/b did not start: failed: ZeroDivisionError"):
        await boss(system, [worker("first", journal), ChildSpec(id="inner", start=inner)])

    assert journal == ["first started", "a started", "a stopped", "first stopped"]


@pytest.mark.parametrize(
    ("strategy", "failed", "expected"),
    [
        (Strategy.ONE_FOR_ONE, "b", "b stopped, b restarted"),
        (Strategy.ONE_FOR_ALL, "a", "a stopped, c stopped, b stopped, a restarted, b restarted, c restarted"),
        (Strategy.ONE_FOR_ALL, "b", "b stopped, c stopped, a stopped, a restarted, b restarted, c restarted"),
        (Strategy.REST_FOR_ONE, "a", "a stopped, c stopped, b stopped, a restarted, b restarted, c restarted"),
        (Strategy.REST_FOR_ONE, "b", "b stopped, c stopped, b restarted, c restarted"),
        (Strategy.REST_FOR_ONE, "c", "c stopped, c restarted"),
    ],
)
async def test_rest_for_one_and_one_for_all_restart_exactly_the_right_children(
    system: ActorSystem, clock: FakeClock, strategy, failed, expected
):
    journal: list[str] = []
    ref = await boss(system, [worker(id, journal) for id in "abc"], strategy=strategy)
    journal.clear()
    ref.actor(failed).tell("boom")
    await clock.advance(1.0)

    assert ", ".join(line.partition(" after")[0] for line in journal) == expected
    assert ref.statistics().child_restarts == 1


@pytest.mark.parametrize("restart", list(RestartType))
@pytest.mark.parametrize("reason", [NORMAL, SHUTDOWN, KILLED, FAILED])
async def test_permanent_transient_and_temporary_behave_as_otps_table_says(
    system: ActorSystem, clock: FakeClock, restart, reason
):
    ref = await boss(system, [worker("a", [], restart=restart)])
    child = ref.actor("a")
    child.stop(reason)
    await clock.advance(1.0)
    is_restarted = restart == "permanent" or (restart == "transient" and not reason.is_clean)

    assert child.alive is is_restarted
    assert child.state is (State.RUNNING if is_restarted else State.ENDED)
    assert ("a" in ref.children) is (restart != "temporary")


async def test_temporary_siblings_go_with_a_group_and_do_not_come_back(system: ActorSystem, clock: FakeClock):
    journal: list[str] = []
    children = [worker("a", journal), worker("b", journal, restart="temporary"), worker("c", journal)]
    ref = await boss(system, children, strategy=Strategy.ONE_FOR_ALL)
    ref.actor("a").tell("boom")
    await clock.advance(1.0)

    assert list(ref.children) == ["a", "c"]
    assert {child.state for child in ref.children.values()} == {State.RUNNING}


async def test_the_failure_of_a_temporary_child_restarts_nobody(system: ActorSystem, clock: FakeClock):
    journal: list[str] = []
    children = [worker("a", journal), worker("b", journal, restart="temporary")]
    ref = await boss(system, children, strategy=Strategy.ONE_FOR_ALL)
    ref.actor("b").tell("boom")
    await clock.advance(1.0)

    assert journal == ["a started", "b started", "b stopped"]


async def test_a_transient_child_that_was_done_comes_back_with_its_group(system: ActorSystem, clock: FakeClock):
    journal: list[str] = []
    children = [worker("a", journal), worker("b", journal, restart="transient")]
    ref = await boss(system, children, strategy=Strategy.ONE_FOR_ALL)
    before = ref.actor("b")
    before.stop()
    await clock.advance(1.0)
    assert not before.alive
    ref.actor("a").tell("boom")
    await clock.advance(1.0)

    assert ref.actor("b").state is State.RUNNING
    assert ref.actor("b") is not before


async def test_the_mailbox_survives_a_restart_and_the_killing_message_does_not_return(
    system: ActorSystem, clock: FakeClock
):
    journal: list[str] = []
    ref = (await boss(system, [worker("a", journal)])).actor("a")
    for message in ("one", "boom", "two", "three"):
        ref.tell(message)
    await clock.advance(1.0)

    assert journal == [
        "a started",
        "a got one",
        "a stopped",
        "a restarted after failed",
        "a got two",
        "a got three",
    ]
    assert ref.statistics().restarts == 1


async def test_siblings_of_a_group_keep_their_mailboxes_as_well(system: ActorSystem, clock: FakeClock):
    journal: list[str] = []
    ref = await boss(system, [worker(id, journal) for id in "ab"], strategy=Strategy.ONE_FOR_ALL)
    b = ref.actor("b")
    b.tell(("sleep", 1.0))
    await clock.advance(0.5)
    b.tell("kept")
    ref.actor("a").tell("boom")
    await clock.advance(5.0)

    assert "b got kept" in journal
    assert system.dead_letters.recent == ()


async def test_a_mailbox_stays_bounded_while_its_actor_is_down(system: ActorSystem, clock: FakeClock):
    ref = system.spawn(Obedient, restart="permanent", mailbox=MailboxSpec(capacity=2, overflow=Overflow.DROP_OLDEST))
    await ref.wait_started()
    ref.tell("boom")
    await clock.settle()
    assert ref.state is State.DOWN
    for message in "abc":
        ref.tell(message)

    assert [letter.reason for letter in system.dead_letters.recent] == [DeadLetterReason.DISPLACED]


async def test_a_restart_that_fails_is_tried_again_and_counted(system: ActorSystem, clock: FakeClock):
    attempts = []

    class Recovering(Obedient):
        async def on_restart(self, reason, context):
            attempts.append(clock.monotonic())
            if len(attempts) < 3:
                raise Boom("not yet")
            await super().on_restart(reason, context)

    ref = await boss(system, [ChildSpec(id="a", start=Recovering)])
    child = ref.actor("a")
    child.tell("boom")

    assert await child.ask("hello", 10.0) == "hello"
    assert len(attempts) == ref.statistics().child_restarts == child.statistics().restarts == 3


async def test_a_sibling_that_cannot_be_restarted_takes_the_group_down_again(system: ActorSystem, clock: FakeClock):
    journal: list[str] = []
    fail = [False, True, False]

    class Recovering(Obedient):
        async def pre_start(self, context):
            if fail.pop(0):
                raise Boom("not yet")
            await super().pre_start(context)

        async def on_restart(self, reason, context):
            await self.pre_start(context)

    children = [worker("a", journal), ChildSpec(id="b", start=lambda: Recovering(journal, "b"))]
    ref = await boss(system, children, strategy=Strategy.ONE_FOR_ALL)
    ref.actor("a").tell("boom")
    await clock.advance(1.0)

    assert journal == [
        "a started",
        "b started",
        "a stopped",
        "b stopped",
        "a restarted after failed",
        "a stopped",
        "a restarted after shutdown",
        "b started",
    ]


async def test_a_failure_during_the_start_is_decided_about_when_the_start_is_complete(
    system: ActorSystem, clock: FakeClock
):
    journal: list[str] = []

    class Slow(Obedient):
        async def pre_start(self, context):
            await asyncio.sleep(5.0)
            await super().pre_start(context)

    starting = asyncio.create_task(
        boss(system, [worker("a", journal), ChildSpec(id="b", start=lambda: Slow(journal, "b"))])
    )
    await clock.advance(1.0)
    system.top.supervisor("boss").actor("a").tell("boom")
    await starting
    await clock.advance(1.0)

    assert journal == ["a started", "a stopped", "b started", "a restarted after failed"]


async def test_a_failure_further_left_widens_a_restart_that_is_under_way(system: ActorSystem, clock: FakeClock):
    journal: list[str] = []

    class Slow(Obedient):
        async def post_stop(self, context):
            await asyncio.sleep(2.0)
            await super().post_stop(context)

    children = [worker("a", journal), worker("b", journal), ChildSpec(id="c", start=lambda: Slow(journal, "c"))]
    ref = await boss(system, children, strategy=Strategy.REST_FOR_ONE)
    journal.clear()
    ref.actor("b").tell("boom")
    await clock.advance(1.0)
    ref.actor("a").tell("boom")
    await clock.advance(5.0)

    assert journal == [
        "b stopped",
        "a stopped",
        "c stopped",
        "a restarted after failed",
        "b restarted after failed",
        "c restarted after shutdown",
    ]


async def test_the_end_of_a_sibling_that_was_to_be_stopped_anyway_is_no_further_failure(
    system: ActorSystem, clock: FakeClock
):
    class Slow(Obedient):
        async def post_stop(self, context):
            await asyncio.sleep(2.0)

    children = [worker("a", []), worker("b", []), ChildSpec(id="c", start=Slow)]
    ref = await boss(system, children, strategy=Strategy.ONE_FOR_ALL, max_restarts=1)
    ref.actor("a").tell("boom")
    await clock.advance(1.0)
    ref.actor("b").tell("boom")
    await clock.advance(5.0)

    assert ref.statistics().child_restarts == 1
    assert {child.state for child in ref.children.values()} == {State.RUNNING}


async def test_a_restart_of_a_supervisor_starts_its_specification_again_and_keeps_refs_and_mailboxes(
    system: ActorSystem, clock: FakeClock
):
    journal: list[str] = []
    temporary = worker("c", journal, restart="temporary")
    ref = await boss(system, [worker("a", journal), worker("b", journal), temporary], max_restarts=0)
    dynamic = ref.spawn(Obedient, restart="permanent")
    a, b, c = (ref.actor(id) for id in "abc")
    c.stop()
    await c.wait_stopped()
    b.tell(("sleep", 1.0))
    await clock.settle()
    b.tell("kept")
    journal.clear()
    a.tell("boom")
    await clock.advance(5.0)

    assert ref.statistics().restarts == 1
    assert (ref.actor("a"), ref.actor("b")) == (a, b)
    assert ref.actor("c") is not c
    assert not dynamic.alive
    assert journal == [
        "a stopped",
        "b stopped",
        "a restarted after failed",
        "b restarted after shutdown",
        "b got kept",
        "c started",
    ]


@pytest.mark.parametrize(
    ("auto_shutdown", "ended", "is_over"),
    [
        (AutoShutdown.ANY_SIGNIFICANT, "a", True),
        (AutoShutdown.ANY_SIGNIFICANT, "c", False),
        (AutoShutdown.ALL_SIGNIFICANT, "a", False),
        (AutoShutdown.ALL_SIGNIFICANT, "ab", True),
        (AutoShutdown.ALL_SIGNIFICANT, "bc", False),
    ],
)
async def test_a_supervisor_ends_with_its_significant_children(
    system: ActorSystem, clock: FakeClock, auto_shutdown, ended, is_over
):
    children = [
        worker("a", [], restart="transient", is_significant=True),
        worker("b", [], restart="temporary", is_significant=True),
        worker("c", [], restart="transient"),
    ]
    ref = await system.supervise(spec(children, auto_shutdown=auto_shutdown), id="boss", restart="transient")
    for id in ended:
        ref.actor(id).stop()
    await clock.advance(1.0)

    assert ref.alive is not is_over
    assert ref.exit_reason == (SHUTDOWN if is_over else None)


async def test_a_significant_child_that_is_restarted_ends_nothing(system: ActorSystem, clock: FakeClock):
    children = [worker("a", [], restart="transient", is_significant=True)]
    ref = await boss(system, children, auto_shutdown=AutoShutdown.ANY_SIGNIFICANT)
    ref.actor("a").tell("boom")
    await clock.advance(1.0)

    assert ref.actor("a").state is State.RUNNING


async def test_what_happens_to_a_group_is_told_as_events(system: ActorSystem, clock: FakeClock):
    ref = await boss(system, [worker(id, []) for id in "abc"], strategy=Strategy.REST_FOR_ONE)
    log = EventLog(system)
    ref.actor("b").tell("boom")
    await clock.advance(1.0)

    assert log.paths(Stopped) == ("/boss/b", "/boss/c")
    assert log.paths(Started) == ("/boss/b", "/boss/c")
    assert [(event.ref.path, event.with_it) for event in log.of(Restarted)] == [("/boss/b", ("/boss/c",))]
