"""A supervisor with very many children."""

from __future__ import annotations

import asyncio

from airssys.actors import ActorSystem, Backoff, ChildSpec, State, StopOrder
from airssys.testing import FakeClock, other_tasks
from tests.actors_at_work import Obedient
from tests.unit.actors.trees import spec

CHILDREN, FAILING = 10_000, 1_000


async def test_a_supervisor_with_10000_children_of_which_1000_fail_at_once_recovers_all_and_stays_responsive(
    clock: FakeClock,
):
    async with ActorSystem() as system:
        children = [ChildSpec(id=str(n), start=Obedient) for n in range(CHILDREN)]
        backoff = Backoff(initial_seconds=1.0)
        ref = await system.supervise(
            spec(children, max_restarts=FAILING, backoff=backoff, stop_order=StopOrder.AT_ONCE), id="boss"
        )
        failing = [ref.actor(str(n)) for n in range(0, CHILDREN, CHILDREN // FAILING)]
        for child in failing:
            child.tell("boom")
        await clock.settle()
        assert (ref.statistics().waiting, ref.statistics().running) == (FAILING, CHILDREN - FAILING)
        # responsive: the other children answer, children come and go, and none of that takes (fake) time
        began = clock.monotonic()
        assert await ref.actor("1").ask("hello", 0.001) == "hello"
        added = ref.spawn(Obedient)
        await added.wait_started()
        await ref.stop_child(added.id)
        assert clock.monotonic() == began
        await clock.advance(1.0)

        assert ref.statistics().running == CHILDREN
        assert {child.state for child in failing} == {State.RUNNING}
        assert [child.statistics().restarts for child in failing] == [1] * FAILING
        assert await failing[-1].ask("hello", 0.001) == "hello"

    assert other_tasks() == frozenset()


async def test_a_storm_of_restarts_lets_the_loop_turn(clock: FakeClock):
    async with ActorSystem() as system:
        children = [ChildSpec(id=str(n), start=Obedient) for n in range(FAILING)]
        ref = await system.supervise(spec(children, max_restarts=FAILING, stop_order=StopOrder.AT_ONCE), id="boss")
        for id in ref.children:
            ref.actor(id).tell("boom")
        turns = 0
        while ref.statistics().running < FAILING or ref.statistics().child_restarts < FAILING:
            await asyncio.sleep(0)
            turns += 1

        assert 0 < turns < 20, "each child needs a few turns of the loop, and all take them together"
