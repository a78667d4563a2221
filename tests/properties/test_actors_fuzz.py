"""Whatever happens to a tree of actors, in whatever order: every message and every question comes to an end, and
nothing is left when the system has closed.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airssys.actors import (
    KILLED,
    NO_BACKOFF,
    NORMAL,
    SHUTDOWN,
    Actor,
    ActorError,
    ActorRef,
    ActorSystem,
    ActorSystemFailed,
    AskTimedOut,
    AutoShutdown,
    Backoff,
    ChildSpec,
    Context,
    DeadLetterReason,
    Directive,
    MailboxSpec,
    Overflow,
    Ref,
    RestartType,
    State,
    StopOrder,
    Strategy,
    SupervisorRef,
    SupervisorSpec,
)
from airssys.errors import StorageFailed
from airssys.testing import FakeClock, other_tasks
from tests.quiet import quiet  # noqa: F401 - a fixture for every test of this file


class World:
    """What the actors of one run share: chance, and who got which message."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.numbers = itertools.count()
        self.begun: set[int] = set()
        self.told: set[int] = set()
        self.unsent: set[int] = set()  # perhaps not: a timer may be cancelled, a sender may give up waiting for room

    def message(self) -> int:
        number = next(self.numbers)
        self.told.add(number)
        return number


class Fickle(Actor):
    """Does something at random with every message, and now and then fails in a hook."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.random = world.random
        self.traps_exits = self.random.random() < 0.3  # type: ignore[misc]
        self.promised: list[Any] = []
        self.is_busy = False
        if self.random.random() < 0.02:
            raise RuntimeError("the factory")

    async def pre_start(self, context: Context) -> None:
        await self.dawdle()
        if self.random.random() < 0.05:
            raise RuntimeError("pre_start")

    async def post_stop(self, context: Context) -> None:
        await self.dawdle()
        if self.random.random() < 0.1:
            raise RuntimeError("post_stop")

    def on_error(self, error: Exception, message: Any, context: Context) -> Directive:
        if self.random.random() < 0.05:
            raise RuntimeError("on_error")
        return self.random.choices(list(Directive), (3, 8, 1, 1))[0]

    async def handle(self, message: Any, context: Context) -> Any:
        assert not self.is_busy, "two messages at a time"
        self.is_busy = True
        try:
            return await self.do_something(message, context)
        finally:
            self.is_busy = False

    async def do_something(self, message: Any, context: Context) -> Any:
        if isinstance(message, int):
            assert message not in self.world.begun, "a message came back"
            self.world.begun.add(message)
        await self.dawdle()
        roll = self.random.random()
        if roll < 0.10:
            raise RuntimeError("handle")
        if roll < 0.12:
            raise StorageFailed("the disk")
        if roll < 0.14:
            raise asyncio.CancelledError
        if roll < 0.18:
            context.stop(self.random.choice([NORMAL, SHUTDOWN]))
        elif roll < 0.22:
            self.promised.append(context.defer_reply())
        elif roll < 0.26:
            with contextlib.suppress(ActorError):
                context.tell(context.spawn(lambda: Fickle(self.world)), self.world.message())
        elif roll < 0.30:
            message = self.world.message()
            self.world.unsent.add(message)
            context.send_after(self.random.random() * 3, message)
        elif roll < 0.32:
            context.subscribe("news.#")
        for reply in self.promised:
            if reply is not None and self.random.random() < 0.5:
                reply.send("late, perhaps")
        return "done"

    async def dawdle(self) -> None:
        roll = self.random.random()
        if roll < 0.15:
            await asyncio.sleep(self.random.random() * 4)
        elif roll < 0.17:
            with contextlib.suppress(asyncio.CancelledError):  # does not want to be killed
                await asyncio.sleep(100)


def supervisor(world: World, depth: int) -> SupervisorSpec:
    random = world.random
    auto_shutdown = random.choice([AutoShutdown.NEVER, AutoShutdown.NEVER, *AutoShutdown])
    return SupervisorSpec(
        children=tuple(child(world, f"c{n}", depth, auto_shutdown) for n in range(random.randrange(5))),
        strategy=random.choice(list(Strategy)),
        max_restarts=random.randrange(6),
        period_seconds=random.choice([1.0, 5.0, 60.0]),
        backoff=random.choice([NO_BACKOFF, Backoff(), Backoff(initial_seconds=2.0)]),
        auto_shutdown=auto_shutdown,
        stop_order=random.choice(list(StopOrder)),
        max_children=random.choice([None, 6]),
    )


def child(world: World, id: str, depth: int, auto_shutdown: AutoShutdown) -> ChildSpec:
    random = world.random
    restart = random.choice([RestartType.PERMANENT, *RestartType])
    is_significant = auto_shutdown is not AutoShutdown.NEVER and restart is not RestartType.PERMANENT
    is_supervisor = depth > 0 and random.random() < 0.35
    return ChildSpec(
        id=id,
        start=supervisor(world, depth - 1) if is_supervisor else lambda: Fickle(world),
        restart=restart,
        shutdown=random.choice([None, "kill", 1.0]),
        is_significant=is_significant and random.random() < 0.5,
        mailbox=MailboxSpec(capacity=random.choice([1, 3, 1000]), overflow=random.choice(list(Overflow))),
    )


def everybody(top: SupervisorRef) -> tuple[list[ActorRef], list[SupervisorRef]]:
    actors, supervisors, waiting = [], [], [top]
    while waiting:
        supervisors.append(waiting.pop())
        for ref in supervisors[-1].children.values():
            if isinstance(ref, SupervisorRef):
                waiting.append(ref)
            elif isinstance(ref, ActorRef):
                actors.append(ref)
    return actors, supervisors


async def meddle(world: World, system: ActorSystem, seen: set[Ref]) -> None:
    """One thing that somebody outside does."""
    random = world.random
    actors, supervisors = everybody(system.top)
    seen.update(actors, supervisors)
    actor = random.choice(actors or [system.spawn(lambda: Fickle(world))])
    boss = random.choice(supervisors)
    match random.randrange(12):
        case 0 | 1 | 2:
            actor.tell(world.message(), ttl=random.choice([None, 0.5]))
        case 3 | 4 | 5:
            message = world.message()
            try:
                if random.random() < 0.7:
                    await actor.ask(message, random.choice([0.01, 1.0, 30.0]))
                else:
                    async with asyncio.timeout(1.0):
                        await actor.send(message)
            except (asyncio.CancelledError, TimeoutError) as error:
                if not isinstance(error, AskTimedOut):
                    world.unsent.add(message)
                raise
        case 6:
            random.choice([actor, boss]).stop(random.choice([NORMAL, SHUTDOWN, KILLED]))
        case 7:
            boss.spawn(lambda: Fickle(world), restart=random.choice(list(RestartType)))
        case 8:
            await asyncio.wait_for(boss.start_child(child(world, f"d{random.randrange(9)}", 1, AutoShutdown.NEVER)), 9)
        case 9:
            name = random.choice([*boss.children, "nobody"])
            verb = random.choice([boss.stop_child, boss.remove_child, boss.restart_child])
            await asyncio.wait_for(verb(name), 9)
        case 10:
            async with asyncio.timeout(5):
                await actor.monitor()
        case _:
            system.topics.publish("news.today", "nothing")
    await asyncio.sleep(random.choice([0, 0, 0.01, 1.0]))


async def live(world: World, steps: int, *, cancelled: bool) -> None:
    system = ActorSystem(random=world.random, max_restarts=20, recent_dead_letters=10_000)
    seen: set[Ref] = set()
    with contextlib.suppress(ActorSystemFailed, asyncio.CancelledError):
        async with system:
            with contextlib.suppress(ActorError):
                await system.supervise(supervisor(world, 2), id="tree")
            async with asyncio.TaskGroup() as meddlers:
                for _ in range(steps):
                    meddlers.create_task(quietly(meddle(world, system, seen)))
                    await asyncio.sleep(world.random.choice([0, 0, 0.3]))
            if cancelled:
                task = asyncio.current_task()
                assert task is not None
                asyncio.get_running_loop().call_later(0.5, task.cancel)
    current = asyncio.current_task()
    assert current is not None
    while current.cancelling():
        current.uncancel()
    assert other_tasks() == frozenset()
    assert all(ref.state is State.ENDED for ref in seen)
    statistics = system.statistics()
    assert (statistics.actors, statistics.supervisors, statistics.registry.names) == (0, 0, 0)
    assert statistics.topics.subscriptions == 0
    account_for_messages(world, system)


async def quietly(doing: Any) -> None:
    with contextlib.suppress(ActorError, TimeoutError):
        await doing


def account_for_messages(world: World, system: ActorSystem) -> None:
    letters = system.dead_letters.recent
    dead = {letter.message for letter in letters if letter.reason is not DeadLetterReason.LATE_REPLY}
    dead = {message for message in dead if isinstance(message, int)}
    assert not dead & world.begun, "a message was handled, and is a dead letter as well"
    assert dead <= world.told
    assert world.begun <= world.told
    assert world.told - world.begun - dead <= world.unsent, "a message got lost"


@pytest.mark.parametrize("cancelled", [False, True])
@given(seed=st.integers(0, 2**32), steps=st.integers(1, 60))
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
def test_nothing_is_left_whatever_was_going_on(seed, steps, cancelled):
    FakeClock().run(live(World(Random(seed)), steps, cancelled=cancelled))
