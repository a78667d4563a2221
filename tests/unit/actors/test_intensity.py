"""How many restarts are made, when, and what happens with one more."""

from __future__ import annotations

from random import Random

import pytest

from airssys.actors import (
    ActorStartFailed,
    ActorSystem,
    ActorSystemFailed,
    Backoff,
    ChildSpec,
    Escalated,
    Intensity,
    Restarted,
    RestartType,
    Started,
    State,
    Strategy,
)
from airssys.errors import HostFunctionFailed
from airssys.testing import EventLog, FakeClock
from tests.actors_at_work import Boom, Obedient
from tests.unit.actors.trees import boss, spec, worker


async def test_max_restarts_of_3_allows_exactly_three_restarts_within_the_period_and_the_fourth_failure_escalates(
    system: ActorSystem, clock: FakeClock
):
    ref = await boss(system, [worker("a", [])], max_restarts=3, period_seconds=5.0)
    log, child = EventLog(system), ref.actor("a")
    for _ in range(3):
        child.tell("boom")
        await clock.advance(1.0)
    assert (child.state, ref.statistics().child_restarts, log.of(Escalated)) == (State.RUNNING, 3, ())
    child.tell("boom")
    await clock.advance(1.0)

    (escalated,) = log.of(Escalated)
    assert (escalated.ref, escalated.child) == (ref, child)
    assert escalated.why == "3 restarts within 5 s were made already"
    assert len(log.of(Restarted)) == 4, "the fourth is the supervisor's own, by its supervisor"
    assert ref.statistics().restarts == 1


async def test_a_quiet_period_forgives(system: ActorSystem, clock: FakeClock):
    ref = await boss(system, [worker("a", [])], max_restarts=3, period_seconds=5.0)
    log, child = EventLog(system), ref.actor("a")
    for _ in range(10):
        for _ in range(3):
            child.tell("boom")
            await clock.advance(0.1)
        await clock.advance(5.0)

    assert log.of(Escalated) == ()
    assert child.statistics().restarts == 30


async def test_the_intensity_counts_all_children_together_and_a_group_once(system: ActorSystem, clock: FakeClock):
    children = [worker(id, []) for id in "abcd"]
    ref = await boss(system, children, max_restarts=3, strategy=Strategy.ONE_FOR_ALL)
    log = EventLog(system)
    for id in "abc":
        ref.actor(id).tell("boom")
        await clock.advance(0.1)
    assert log.of(Escalated) == ()
    ref.actor("d").tell("boom")
    await clock.advance(0.1)

    assert len(log.of(Escalated)) == 1


async def test_jitter_is_random_and_bounded(clock: FakeClock):
    async with ActorSystem(random=Random(7)) as system:
        backoff = Backoff(initial_seconds=8.0, factor=1.0, jitter=0.5, max_seconds=8.0)
        ref = await boss(system, [worker("a", [])], max_restarts=100, period_seconds=1.0, backoff=backoff)
        log = EventLog(system)
        for _ in range(50):
            ref.actor("a").tell("boom")
            await clock.advance(10.0)
        delays = [event.delay_seconds for event in log.of(Restarted)]

    assert len(set(delays)) == 50
    assert all(4.0 <= delay <= 8.0 for delay in delays)
    assert max(delays) - min(delays) > 3.0


async def test_a_restart_waits_as_long_as_it_says(system: ActorSystem, clock: FakeClock):
    backoff = Backoff(initial_seconds=1.0, factor=2.0, jitter=0.0)
    ref = await boss(system, [worker("a", [])], backoff=backoff, max_restarts=10)
    log, child = EventLog(system), ref.actor("a")
    for _ in range(3):
        child.tell("boom")
        await child.ask("alive again", 60.0)

    assert [event.delay_seconds for event in log.of(Restarted)] == [1.0, 2.0, 4.0]
    assert [event.at - 1000.0 for event in log.of(Started)] == pytest.approx([1.0, 3.0, 7.0])


async def test_a_quiet_period_resets_the_backoff(system: ActorSystem, clock: FakeClock):
    backoff = Backoff(initial_seconds=1.0, jitter=0.0, reset_after_seconds=30.0)
    ref = await boss(system, [worker("a", [])], backoff=backoff, max_restarts=10)
    log, child = EventLog(system), ref.actor("a")
    for wait in (5.0, 25.0, 40.0, 5.0):
        child.tell("boom")
        await clock.advance(wait)

    assert [event.delay_seconds for event in log.of(Restarted)] == [1.0, 2.0, 4.0, 1.0]


async def test_a_child_may_have_a_backoff_of_its_own(system: ActorSystem, clock: FakeClock):
    own = Backoff(initial_seconds=3.0, jitter=0.0)
    ref = await boss(system, [worker("a", [], backoff=own), worker("b", [])])
    log = EventLog(system)
    for id in "ab":
        ref.actor(id).tell("boom")
    await clock.advance(5.0)

    assert [event.delay_seconds for event in log.of(Restarted)] == [3.0, 0.0]


@pytest.mark.parametrize("strategy", list(Strategy))
async def test_a_waiting_restart_does_not_delay_a_shutdown_request(clock: FakeClock, strategy):
    async with ActorSystem() as system:
        backoff = Backoff(initial_seconds=3600.0, max_seconds=3600.0, jitter=0.0)
        ref = await boss(system, [worker(id, []) for id in "abc"], backoff=backoff, strategy=strategy)
        ref.actor("a").tell("boom")
        await clock.settle()
        assert ref.actor("a").state is State.DOWN
        began = clock.monotonic()

    assert clock.monotonic() == began


async def test_a_waiting_restart_does_not_delay_the_restart_of_a_sibling(system: ActorSystem, clock: FakeClock):
    backoff = Backoff(initial_seconds=3600.0, max_seconds=3600.0)
    ref = await boss(system, [worker("a", [], backoff=backoff), worker("b", [])])
    for id in "ab":
        ref.actor(id).tell("boom")

    assert await ref.actor("b").ask("hello", 1.0) == "hello"
    assert ref.statistics().waiting == 1


async def test_a_child_that_waits_for_its_restart_can_be_told_not_to(system: ActorSystem, clock: FakeClock):
    backoff = Backoff(initial_seconds=60.0, max_seconds=60.0)
    ref = await boss(system, [worker("a", [], restart="transient"), worker("b", [])], backoff=backoff)
    a, b = ref.actor("a"), ref.actor("b")
    for child in (a, b):
        child.tell("boom")
    await clock.settle()
    a.stop()
    b.stop()

    assert not a.alive
    assert b.state is State.DOWN, "a permanent child is restarted whatever the reason"
    await clock.advance(60.0)
    assert (a.alive, b.state) == (False, State.RUNNING)


async def test_restarts_caused_by_the_hosts_own_faults_are_counted_apart(system: ActorSystem, clock: FakeClock):
    faults = Intensity(max_restarts=2, period_seconds=60.0)
    ref = await boss(system, [worker("a", [])], max_restarts=1, host_faults=faults)
    log, child = EventLog(system), ref.actor("a")
    for message in (HostFunctionFailed("the disk"), HostFunctionFailed("the disk"), "boom"):
        child.tell(message)
        await clock.advance(0.1)
    statistics = ref.statistics()
    assert (statistics.child_restarts, statistics.host_fault_restarts, log.of(Escalated)) == (1, 2, ())
    child.tell(HostFunctionFailed("the disk"))
    await clock.advance(0.1)

    (escalated,) = log.of(Escalated)
    assert escalated.why == "2 restarts within 60 s were made already"
    (restart,) = [event for event in log.of(Restarted) if event.ref is ref]
    assert restart.reason.is_host_fault, "further up, it is still nobody else's fault"


async def test_an_escalation_climbs_and_is_never_swallowed():
    system = ActorSystem(max_restarts=1)
    log: EventLog
    with pytest.raises(ActorSystemFailed) as caught:
        async with system:
            log = EventLog(system)
            lower = spec([worker("worker", [])], max_restarts=1)
            middle = spec([ChildSpec(id="lower", start=lower)], max_restarts=1)
            top = await system.supervise(middle, id="middle")
            await fail_for_ever(top)

    # every floor makes one restart of its own before it gives up: 2 * 2 * 2 failures of the worker
    assert [event.ref.path for event in log.of(Escalated)] == [
        *(["/middle/lower"] * 2 + ["/middle"]) * 2,
        "/",
    ]
    assert isinstance(caught.value.__cause__, Boom)
    assert "/middle/lower/worker" in str(caught.value)


async def fail_for_ever(top):
    while True:
        worker = top.supervisor("lower").actor("worker")
        await worker.wait_started()
        monitor = worker.monitor()
        worker.tell("boom")
        await monitor


@pytest.mark.parametrize("restart", [RestartType.PERMANENT, RestartType.TRANSIENT])
async def test_a_supervisor_that_gave_up_ended_abnormally_so_even_a_transient_one_is_restarted(
    system: ActorSystem, clock: FakeClock, restart
):
    ref = await system.supervise(spec([worker("a", [])], max_restarts=0), id="boss", restart=restart)
    child = ref.actor("a")
    child.tell("boom")
    await clock.advance(1.0)

    assert ref.exit_reason is not None
    assert ref.exit_reason.kind == "escalated"
    assert (ref.state, ref.statistics().restarts, child.state) == (State.RUNNING, 1, State.RUNNING)


async def test_a_temporary_supervisor_that_gives_up_is_gone_and_whoever_watches_it_knows(system: ActorSystem):
    ref = await system.supervise(spec([worker("a", [])], max_restarts=0), id="boss", restart="temporary")
    child, monitor = ref.actor("a"), ref.monitor()
    child.tell("boom")
    down = await monitor

    assert (down.reason.kind, type(down.reason.error)) == ("escalated", Boom)
    assert not ref.alive
    assert not child.alive
    assert system.statistics().escalations == 1


async def test_giving_up_stops_the_other_children_in_order(system: ActorSystem):
    journal: list[str] = []
    ref = await system.supervise(
        spec([worker(id, journal) for id in "abc"], max_restarts=0), id="boss", restart="temporary"
    )
    journal.clear()
    ref.actor("b").tell("boom")
    await ref.wait_stopped()

    assert journal == ["b stopped", "c stopped", "a stopped"]


async def test_the_top_restarts_a_supervisor_within_its_own_intensity_and_forgives(clock: FakeClock):
    async with ActorSystem(max_restarts=1, period_seconds=5.0) as system:
        ref = await boss(system, [worker("a", [])], max_restarts=0)
        for _ in range(5):
            ref.actor("a").tell("boom")
            await clock.advance(6.0)

        assert ref.statistics().restarts == 5


async def test_a_supervisor_that_cannot_start_again_is_a_restart_that_failed(clock: FakeClock):
    is_broken = False

    class Breakable(Obedient):
        async def pre_start(self, context):
            if is_broken:
                raise Boom("still broken")

        async def on_restart(self, reason, context):
            await self.pre_start(context)

    with pytest.raises(ActorSystemFailed) as caught:
        async with ActorSystem(max_restarts=2) as system:
            ref = await boss(system, [ChildSpec(id="a", start=Breakable)], max_restarts=0)
            is_broken = True
            ref.actor("a").tell("boom")
            await clock.advance(60.0)

    assert isinstance(caught.value.__cause__, ActorStartFailed)
    assert "still broken" in str(caught.value)
