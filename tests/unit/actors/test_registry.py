"""Names of actors."""

from __future__ import annotations

import asyncio

import pytest

from airssys.actors import ActorSystem, NameTaken, SpecInvalid
from tests.actors_at_work import Counter, Obedient


async def test_a_name_finds_its_actor(system: ActorSystem):
    ref = system.spawn(Counter, name="counter")

    assert system.whereis("counter") is ref
    assert system.whereis("nobody") is None
    assert dict(system.registry.names) == {"counter": ref}


async def test_a_name_has_one_actor(system: ActorSystem):
    first = system.spawn(Counter, name="counter")

    with pytest.raises(NameTaken, match="/counter-1"):
        system.spawn(Counter, name="counter")
    assert system.whereis("counter") is first
    assert len(system.top.children) == 1


async def test_a_name_is_freed_when_its_actor_ends(system: ActorSystem):
    first = system.spawn(Counter, name="counter")
    first.stop()
    await first.wait_stopped()

    assert system.whereis("counter") is None
    assert system.whereis("counter") is not system.spawn(Counter, name="counter")


async def test_a_name_outlives_a_restart(system: ActorSystem):
    ref = system.spawn(Obedient, name="it", restart="permanent")
    ref.tell("boom")
    await ref.ask("hello", 5.0)

    assert system.whereis("it") is ref
    assert ref.statistics().restarts == 1


async def test_waiting_for_a_name_ends_when_somebody_takes_it(system: ActorSystem):
    async with asyncio.TaskGroup() as group:
        waiting = [group.create_task(system.wait_registered("counter")) for _ in range(2)]
        await asyncio.sleep(1.0)
        assert system.statistics().registry.waiting == 2
        ref = system.spawn(Counter, name="counter")

    assert [task.result() for task in waiting] == [ref, ref]
    assert await system.wait_registered("counter") is ref


async def test_giving_up_waiting_leaves_nothing(system: ActorSystem):
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1.0):
            await system.wait_registered("counter")

    assert system.statistics().registry.waiting == 0


async def test_an_actor_may_have_several_names_and_lose_one(system: ActorSystem):
    ref = system.spawn(Counter, name="one")
    system.register("two", ref)
    system.register("two", ref)
    system.registry.unregister("one")
    system.registry.unregister("one")

    assert list(system.registry.names) == ["two"]


@pytest.mark.parametrize("name", ["", "a/b", "a\tb", None])
async def test_what_cannot_be_a_name_is_refused(system: ActorSystem, name):
    ref = system.spawn(Counter)

    with pytest.raises(SpecInvalid):
        system.register(name, ref)
