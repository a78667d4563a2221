"""Dynamic children, and looking at a tree."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from airssys.actors import (
    ActorStartFailed,
    ActorSystem,
    Backoff,
    ChildNotFound,
    ChildSpec,
    ChildType,
    MailboxSpec,
    NameTaken,
    SpecInvalid,
    State,
    Strategy,
    SupervisorSpec,
    SystemNotRunning,
    TooManyChildren,
)
from airssys.testing import FakeClock
from tests.actors_at_work import Counter, Echo, Obedient, no_actor
from tests.unit.actors.trees import boss, spec, worker


async def test_a_child_can_be_added_stopped_restarted_and_removed(system: ActorSystem):
    journal: list[str] = []
    ref = await boss(system, [worker("a", journal)])
    b = await ref.start_child(worker("b", journal))
    assert list(ref.children) == ["a", "b"]
    await ref.stop_child("a")
    await ref.stop_child("b")
    assert list(ref.children) == ["a"], "a dynamic child is forgotten, one of the specification is not"
    assert not b.alive
    again = await ref.restart_child("a")
    assert await ref.restart_child("a") is again is ref.actor("a")
    await ref.remove_child("a")

    assert journal == ["a started", "b started", "a stopped", "b stopped", "a started", "a stopped"]
    assert list(ref.children) == []
    assert ref.statistics().child_restarts == 0


async def test_a_dynamic_child_is_restarted_like_any_other(system: ActorSystem):
    ref = await boss(system)
    child = ref.spawn(
        Obedient, restart="transient", mailbox=MailboxSpec(capacity=5), backoff=Backoff(initial_seconds=2.0)
    )
    child.tell("boom")

    assert await child.ask("hello", 5.0) == "hello"
    assert child.statistics().mailbox.capacity == 5
    child.stop()
    await child.wait_stopped()
    assert list(ref.children) == []


async def test_a_dynamic_child_that_does_not_start_is_none(system: ActorSystem):
    ref = await boss(system)
    with pytest.raises(ActorStartFailed):
        await ref.start_child(ChildSpec(id="a", start=no_actor))

    assert list(ref.children) == []
    assert ref.statistics().child_restarts == 0


async def test_there_are_never_more_than_max_children(system: ActorSystem):
    ref = await boss(system, [worker("a", [])], max_children=3)
    ref.spawn(Echo)
    last = ref.spawn(Echo)
    with pytest.raises(TooManyChildren, match="/boss has 3 children"):
        ref.spawn(Echo)
    last.stop()
    await last.wait_stopped()

    assert ref.spawn(Echo).alive


async def test_an_id_has_one_child(system: ActorSystem):
    ref = await boss(system, [worker("a", [])])
    with pytest.raises(NameTaken):
        ref.spawn(Echo, id="a")


async def test_made_up_ids_avoid_those_that_are_taken(system: ActorSystem):
    ref = await boss(system)
    ref.spawn(Echo, id="echo-1")

    assert ref.spawn(Echo).id == "echo-2"


async def test_who_is_no_child_is_not_found(system: ActorSystem):
    ref = await boss(system, [worker("a", []), ChildSpec(id="inner", start=SupervisorSpec())])
    for act in (ref.stop_child, ref.restart_child, ref.remove_child):
        with pytest.raises(ChildNotFound, match="it has a, inner"):
            await act("b")
    with pytest.raises(ChildNotFound, match="not an actor"):
        ref.actor("inner")
    with pytest.raises(ChildNotFound, match="not a supervisor"):
        ref.supervisor("a")
    assert isinstance(ref.supervisor("inner").children, dict)


async def test_a_supervisor_is_not_spawned_as_an_actor(system: ActorSystem):
    start: Any = SupervisorSpec()
    with pytest.raises(SpecInvalid, match="actors"):
        system.spawn(start)


async def test_significant_children_need_a_supervisor_that_minds(system: ActorSystem):
    ref = await boss(system)
    with pytest.raises(SpecInvalid, match="auto_shutdown"):
        await ref.start_child(worker("a", [], restart="transient", is_significant=True))
    assert list(ref.children) == []


async def test_a_supervisor_that_is_about_to_end_takes_no_children(system: ActorSystem, clock: FakeClock):
    ref = await boss(system, [worker("a", [])])
    ref.actor("a").tell(("sleep", 2.0))
    await clock.settle()
    ref.stop()
    with pytest.raises(SystemNotRunning, match="/boss is stopping"):
        ref.spawn(Echo)
    with pytest.raises(SystemNotRunning):
        await ref.restart_child("a")


async def test_a_child_that_is_added_during_the_start_starts_after_the_others(system: ActorSystem, clock: FakeClock):
    journal: list[str] = []

    class Slow(Obedient):
        async def pre_start(self, context):
            await asyncio.sleep(1.0)
            await super().pre_start(context)

    starting = asyncio.create_task(
        boss(system, [ChildSpec(id="a", start=lambda: Slow(journal, "a")), worker("b", journal)])
    )
    await clock.settle()
    added = system.top.supervisor("boss").spawn(lambda: Obedient(journal, "c"))
    failing = system.top.supervisor("boss").spawn(no_actor)
    await starting
    await added.wait_started()

    assert journal == ["a started", "b started", "c started"]
    assert not failing.alive


async def test_a_temporary_child_that_is_added_during_a_group_restart_starts_with_it(
    system: ActorSystem, clock: FakeClock
):
    backoff = Backoff(initial_seconds=5.0, jitter=0.0)
    children = [worker(id, []) for id in "ab"]
    ref = await boss(system, children, strategy=Strategy.REST_FOR_ONE, backoff=backoff, max_restarts=5)
    ref.actor("b").tell("boom")
    await clock.advance(1.0)
    added = ref.spawn(Obedient)
    ref.actor("a").tell("boom")
    await clock.advance(1.0)
    assert ref.statistics().running == 0
    await clock.advance(5.0)

    assert added.state is State.RUNNING


async def test_dismissing_a_child_that_waits_for_its_restart_ends_it(system: ActorSystem, clock: FakeClock):
    backoff = Backoff(initial_seconds=5.0, jitter=0.0)
    ref = await boss(system, [worker("a", []), worker("b", [])], strategy=Strategy.ONE_FOR_ALL, backoff=backoff)
    a, b = ref.actor("a"), ref.actor("b")
    a.tell("boom")
    await clock.advance(1.0)
    await ref.stop_child("a")
    await clock.advance(10.0)

    assert (a.state, b.state) == (State.ENDED, State.RUNNING)


async def test_dismissing_a_child_that_hangs_in_its_start_lets_the_others_start(system: ActorSystem, clock: FakeClock):
    class Hanging(Obedient):
        async def pre_start(self, context):
            await asyncio.Event().wait()

    starting = asyncio.create_task(boss(system, [ChildSpec(id="a", start=Hanging), worker("b", [])]))
    await clock.settle()
    await system.top.supervisor("boss").remove_child("a")
    ref = await starting

    assert {id: child.state for id, child in ref.children.items()} == {"b": State.RUNNING}


async def test_the_tree_shows_who_supervises_whom(system: ActorSystem, clock: FakeClock):
    inner = spec([worker("x", []), worker("y", [])], strategy=Strategy.ONE_FOR_ALL)
    ref = await boss(system, [worker("a", []), ChildSpec(id="inner", start=inner), worker("b", [])])
    ref.supervisor("inner").actor("x").tell("boom")
    await clock.advance(1.0)
    tree = system.tree()

    assert str(tree).splitlines() == [
        "/ (one_for_one, running)",
        "└─ boss (one_for_one, running)",
        "   ├─ a (running)",
        "   ├─ inner (one_for_all, running)",
        "   │  ├─ x (running, restarted once)",
        "   │  └─ y (running, restarted once)",
        "   └─ b (running)",
    ]
    assert [node.path for node in tree.walk() if node.type is ChildType.WORKER] == [
        "/boss/a",
        "/boss/inner/x",
        "/boss/inner/y",
        "/boss/b",
    ]


async def test_statistics_are_everywhere(system: ActorSystem, clock: FakeClock):
    ref = await boss(system, [worker("a", []), worker("b", [])])
    child = ref.actor("a")
    await child.ask("hello", 1.0)
    child.tell("boom")
    await clock.advance(3.0)
    actor, supervisor, whole = child.statistics(), ref.statistics(), system.statistics()

    assert (actor.path, actor.handled, actor.failed, actor.restarts) == ("/boss/a", 1, 1, 1)
    assert actor.state is State.RUNNING
    assert actor.uptime_seconds == pytest.approx(3.0)
    assert (supervisor.children, supervisor.running, supervisor.waiting, supervisor.child_restarts) == (2, 2, 0, 1)
    assert (whole.actors, whole.supervisors, whole.restarts, whole.escalations) == (2, 2, 1, 0)


async def test_dynamic_children_are_found_by_name(system: ActorSystem):
    ref = await boss(system)
    child = ref.spawn(Counter, name="counter")

    assert system.whereis("counter") is child
    with pytest.raises(NameTaken):
        ref.spawn(Counter, name="counter")
    with pytest.raises(NameTaken):
        await system.supervise(SupervisorSpec(), id="other", name="counter")
    assert list(ref.children) == [child.id]


async def test_a_child_of_the_specification_whose_name_is_taken_is_a_failed_start(system: ActorSystem):
    system.spawn(Echo, name="taken")
    with pytest.raises(ActorStartFailed, match="taken"):
        await boss(system, [worker("a", [], name="taken")])
    with pytest.raises(ActorStartFailed, match="taken"):
        await boss(system, [ChildSpec(id="inner", start=SupervisorSpec(), name="taken")])
