"""Who hears of an end: links, monitors, and helpers that go with their owner."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from airssys.actors import (
    KILLED,
    NORMAL,
    SHUTDOWN,
    Actor,
    ActorSystem,
    Down,
    Exit,
    ExitReason,
    NameTaken,
    SupervisorSpec,
    TooManyChildren,
)
from airssys.testing import FakeClock, Probe
from tests.actors_at_work import Echo, Obedient

FAILED = ExitReason(kind="failed", detail="on purpose")


class Linking(Obedient):
    """Links, monitors or spawns when it is told to."""

    async def handle(self, message, context):
        match message:
            case "link", ref:
                context.link(ref)
            case "unlink", ref:
                context.unlink(ref)
            case "monitor", ref:
                self.monitor = context.monitor(ref)
            case "stop watching":
                self.monitor.cancel()
            case "spawn", keywords:
                return context.spawn(lambda: Obedient(self.journal, "helper"), **keywords)
            case Down(ref=ref, reason=reason):
                self.note(f"down {ref.path} {reason.kind}")
            case Exit(ref=ref, reason=reason):
                self.note(f"exit {ref.path} {reason.kind}")
            case _:
                return await super().handle(message, context)
        return None


class Trapping(Linking):
    traps_exits = True


async def pair(system, journal, kind=Linking):
    one, other = system.spawn(lambda: kind(journal, "one")), system.spawn(Obedient, id="other")
    await one.ask(("link", other), 1.0)
    return one, other


@pytest.mark.parametrize("reason", [SHUTDOWN, FAILED, KILLED])
async def test_a_linked_actor_ends_for_the_same_reason(system: ActorSystem, reason):
    one, other = await pair(system, [])
    other.stop(reason)

    assert await one.wait_stopped() == reason


async def test_a_link_goes_both_ways(system: ActorSystem):
    one, other = await pair(system, [])
    one.stop(FAILED)

    assert await other.wait_stopped() == FAILED


async def test_a_normal_end_does_not_end_those_that_are_linked(system: ActorSystem, clock: FakeClock):
    one, other = await pair(system, [])
    other.stop(NORMAL)
    await clock.advance(1.0)

    assert one.state == "running"


async def test_parted_actors_do_not_share_their_fate(system: ActorSystem, clock: FakeClock):
    one, other = await pair(system, [])
    await one.ask(("unlink", other), 1.0)
    other.stop(FAILED)
    await clock.advance(1.0)

    assert one.state == "running"


@pytest.mark.parametrize("reason", [NORMAL, SHUTDOWN, FAILED, KILLED])
async def test_an_actor_that_traps_exits_gets_a_message_instead(system: ActorSystem, clock: FakeClock, reason):
    journal: list[str] = []
    one, other = await pair(system, journal, Trapping)
    other.stop(reason)
    await clock.advance(1.0)

    assert one.state == "running"
    assert journal == ["one started", f"one exit /other {reason.kind}"]


async def test_linking_to_one_that_has_ended_counts_as_its_end(system: ActorSystem):
    other = system.spawn(Obedient)
    other.stop(FAILED)
    await other.wait_stopped()
    one = system.spawn(Linking)
    one.tell(("link", other))

    assert await one.wait_stopped() == FAILED


async def test_linking_to_oneself_changes_nothing(system: ActorSystem):
    one = system.spawn(Linking)
    one.tell(("link", one))
    one.stop(FAILED)

    assert await one.wait_stopped() == FAILED


async def test_a_link_is_used_up_by_a_restart(system: ActorSystem, clock: FakeClock):
    journal: list[str] = []
    one = system.spawn(lambda: Trapping(journal, "one"))
    other = system.spawn(Obedient, id="other", restart="permanent")
    await one.ask(("link", other), 1.0)
    for _ in range(2):
        other.tell("boom")
        await clock.advance(1.0)

    assert other.statistics().restarts == 2
    assert journal == ["one started", "one exit /other failed"]


async def test_a_chain_of_links_ends_as_a_whole_however_long(system: ActorSystem):
    chain = [system.spawn(Linking) for _ in range(2000)]
    for one, other in itertools.pairwise(chain):
        one.tell(("link", other))
    await chain[-2].ask("ready", 1.0)
    chain[-1].stop(FAILED)

    assert {(await ref.wait_stopped()).kind for ref in chain} == {"failed"}


async def test_a_monitor_tells_once_that_an_incarnation_ended(system: ActorSystem, clock: FakeClock):
    journal: list[str] = []
    one = system.spawn(lambda: Linking(journal, "one"))
    other = system.spawn(Obedient, id="other", restart="permanent")
    await one.ask(("monitor", other), 1.0)
    for _ in range(2):
        other.tell("boom")
        await clock.advance(1.0)

    assert journal == ["one started", "one down /other failed"]
    assert other.alive


async def test_messages_of_the_system_overtake_those_that_wait(system: ActorSystem):
    journal: list[str] = []
    one = system.spawn(lambda: Linking(journal, "one"))
    other = system.spawn(Obedient, id="other")
    await one.ask(("monitor", other), 1.0)
    one.tell(("sleep", 1.0))
    one.tell("a")
    other.stop(FAILED)
    await one.ask("b", 5.0)

    assert journal == ["one started", "one down /other failed", "one got a", "one got b"]


async def test_a_cancelled_monitor_tells_nothing(system: ActorSystem, clock: FakeClock):
    journal: list[str] = []
    one = system.spawn(lambda: Linking(journal, "one"))
    other = system.spawn(Obedient, id="other")
    await one.ask(("monitor", other), 1.0)
    await one.ask("stop watching", 1.0)
    other.stop()
    await clock.advance(1.0)

    assert journal == ["one started"]


async def test_the_outside_can_await_a_monitor(system: ActorSystem):
    ref = system.spawn(Obedient)
    monitor = ref.monitor()
    assert monitor.down is None
    ref.tell("boom")
    down = await monitor

    assert (down.ref, down.reason.kind) == (ref, "failed")
    assert await monitor is down is monitor.down
    assert (await ref.monitor()).reason.kind == "failed", "it has ended for good, so it fires at once"


async def test_a_monitor_can_be_cancelled_while_somebody_waits_for_it(system: ActorSystem):
    monitor = system.spawn(Obedient).monitor()
    waiting = asyncio.ensure_future(monitor)
    await asyncio.sleep(1.0)
    monitor.cancel()
    monitor.cancel()

    with pytest.raises(asyncio.CancelledError):
        await waiting
    with pytest.raises(asyncio.CancelledError):
        await monitor


async def test_supervisors_can_be_monitored(system: ActorSystem):
    supervisor = await system.supervise(SupervisorSpec(), id="stages")
    monitor = supervisor.monitor()
    supervisor.stop(SHUTDOWN)

    assert (await monitor).reason == SHUTDOWN


async def test_what_was_under_way_for_an_incarnation_does_not_reach_the_next(system: ActorSystem, clock: FakeClock):
    journal: list[str] = []
    one = system.spawn(lambda: Linking(journal, "one"), restart="permanent")
    other = system.spawn(Obedient, id="other")
    await one.ask(("monitor", other), 1.0)
    one.tell(("sleep", 1.0))
    await clock.settle()
    other.stop()
    one.stop()
    await clock.advance(5.0)

    assert journal == ["one started", "one stopped", "one restarted after normal"]
    assert isinstance(system.dead_letters.recent[-1].message, Down)


@pytest.mark.parametrize("reason", [NORMAL, SHUTDOWN, FAILED, KILLED])
async def test_a_helper_goes_with_its_owner_whatever_the_reason(system: ActorSystem, reason):
    owner = system.spawn(Linking)
    helper = await owner.ask(("spawn", {}), 1.0)
    owner.stop(reason)

    assert (await helper.wait_stopped()).kind == ("shutdown" if reason is NORMAL else reason.kind)


async def test_a_helper_that_fails_ends_its_owner(system: ActorSystem):
    owner = system.spawn(Linking)
    helper = await owner.ask(("spawn", {}), 1.0)
    helper.stop(FAILED)

    assert await owner.wait_stopped() == FAILED


async def test_a_helper_that_is_not_linked_fails_alone(system: ActorSystem, clock: FakeClock):
    owner = system.spawn(Linking)
    helper = await owner.ask(("spawn", {"is_linked": False, "id": "helper", "name": "the-helper"}), 1.0)
    assert system.whereis("the-helper") is helper
    assert helper is not None
    helper.stop(FAILED)
    await clock.advance(1.0)

    assert owner.state == "running"
    assert owner._node.bound().spawned == {}, "an owner does not collect helpers that have ended"


async def test_a_helper_is_a_child_of_the_owners_supervisor(system: ActorSystem):
    supervisor = await system.supervise(SupervisorSpec(max_children=2), id="boss")
    owner = supervisor.spawn(Linking, id="owner")
    helper = await owner.ask(("spawn", {"id": "helper"}), 1.0)

    assert helper.path == "/boss/helper"
    owner.tell(("spawn", {"id": "another"}))
    assert isinstance((await owner.wait_stopped()).error, TooManyChildren)


async def test_a_name_that_is_taken_starts_no_helper(system: ActorSystem):
    system.spawn(Echo, name="taken")
    owner = system.spawn(Linking)
    owner.tell(("spawn", {"name": "taken"}))

    assert isinstance((await owner.wait_stopped()).error, NameTaken)
    assert list(system.top.children) == ["echo-1"]


async def test_probes_trap_exits(system: ActorSystem):
    class Attaching(Actor):
        async def handle(self, message, context):
            context.link(message)

    probe = Probe.spawn(system)
    ref = system.spawn(Attaching)
    ref.tell(probe.ref)
    await ref.ask(probe.ref, 1.0)
    ref.stop(FAILED)

    assert (await probe.expect(Exit)).reason == FAILED
