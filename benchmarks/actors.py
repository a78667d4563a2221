"""What actors cost: messages, questions, starts, memory, and a storm of restarts."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from functools import partial
from time import perf_counter
from typing import Any, Final

import pykka

from airssys.actors import (
    KILLED,
    NO_BACKOFF,
    Actor,
    ActorRef,
    ActorSystem,
    ChildSpec,
    Context,
    MailboxSpec,
    StopOrder,
    SupervisorRef,
    SupervisorSpec,
)
from benchmarks.effort import Effort
from benchmarks.figure import Figure, Target, compared
from benchmarks.footprint import growth_kib
from benchmarks.lateness import lateness, percentile
from benchmarks.rounds import Side, take_turns

QUEUE: Final = "asyncio.Queue"
PYKKA: Final = "Pykka"

#: Room of the mailbox and of the queue alike: our default.
_CAPACITY: Final = 1000
#: Actors that are started in one turn; so many at a time reuse the memory of those before them.
_STARTS: Final = 1000
#: Idle actors for each idle instance of the other groups: 100,000 in a full run.
_IDLE: Final = 50
_CHILDREN: Final = 1000
#: More than any storm makes: this is about restarts, not about giving up.
_NO_END: Final = 10**9
_TELL: Final = (
    f"One task sends, and one actor handles. Streamed: up to {_CAPACITY} messages are sent before the sender waits "
    "until the last of them was handled. One at a time: the sender waits after each. The peer is a task that takes "
    f"from an `asyncio.Queue` of {_CAPACITY} what another one has put into it, and calls nothing."
)
_ASK: Final = (
    "A question after the other to an actor that returns what it got, with a deadline on each. The peer is `ask` of "
    "Pykka's `ThreadingActor`, which has no deadline."
)
_SPAWN: Final = (
    f"{_STARTS} actors are started below one supervisor, and are stopped again while no clock runs. 'Spawn' is the "
    "call that returns a ref; 'spawn, until it lives' ends when the last of them has started."
)
_SIZE: Final = (
    "How much the process grows while actors are started, asked something once, and stay: resident memory plus page "
    "tables, divided by their number, which is 100,000 in a full run."
)
_STORM: Final = (
    f"All {_CHILDREN} children of one supervisor fail at once, are restarted with no wait, and fail again as soon as "
    "all of them live. Each failure makes a log record that nobody formats. The lag is that of a timer every 2 ms on "
    "the same loop: all of them are ready in the same turn of it, so it is the time that they take together."
)


class Echo(Actor):
    """Returns what it got; resolves what can be resolved."""

    async def handle(self, message: Any, context: Context) -> Any:
        if type(message) is asyncio.Future:
            message.set_result(None)
        return message


class Fragile(Actor):
    """Fails with every message."""

    async def handle(self, message: Any, context: Context) -> None:
        raise RuntimeError(message)


class Threaded(pykka.ThreadingActor):  # type: ignore[misc]  # without the extra there are no types
    """The same as `Echo`, in a thread."""

    def on_receive(self, message: Any) -> Any:
        return message


async def actors(effort: Effort) -> Sequence[Figure]:
    """Messages, questions, starts, memory, restarts."""
    async with ActorSystem() as system:
        ref = system.spawn(Echo, mailbox=MailboxSpec(capacity=_CAPACITY))
        await ref.wait_started()
        figures = [
            await _tell("tell + handle, streamed", ref, _CAPACITY, effort),
            await _tell("tell + handle, one at a time", ref, 1, effort),
            await _ask(ref, effort),
            *await _spawn(system, effort),
        ]
    async with ActorSystem() as system:
        figures.append(await _size(system, effort))
    async with ActorSystem() as system:
        figures += await _storm(system, effort)
    return figures


# ---------------------------------------------------------------- messages


async def _tell(name: str, ref: ActorRef, batch: int, effort: Effort) -> Figure:
    queue: asyncio.Queue[Any] = asyncio.Queue(_CAPACITY)
    consumer = asyncio.create_task(_consume(queue))
    sides: dict[str, Side] = {"tell": partial(_told, ref, batch), QUEUE: partial(_queued, queue, batch)}
    rounds = await take_turns(sides, effort)
    consumer.cancel()
    return compared(name, _TELL, rounds, "tell", QUEUE, target=Target(text="at most 2", bound=2.0))


async def _consume(queue: asyncio.Queue[Any]) -> None:
    while True:
        message = await queue.get()
        if type(message) is asyncio.Future:
            message.set_result(None)


async def _told(ref: ActorRef, batch: int, times: int) -> float:
    loop = asyncio.get_running_loop()
    started = perf_counter()
    for first in range(0, times, batch):
        for _ in range(min(batch, times - first) - 1):
            ref.tell(None)
        handled = loop.create_future()
        ref.tell(handled)
        await handled
    return perf_counter() - started


async def _queued(queue: asyncio.Queue[Any], batch: int, times: int) -> float:
    loop = asyncio.get_running_loop()
    started = perf_counter()
    for first in range(0, times, batch):
        for _ in range(min(batch, times - first) - 1):
            await queue.put(None)
        taken = loop.create_future()
        await queue.put(taken)
        await taken
    return perf_counter() - started


async def _ask(ref: ActorRef, effort: Effort) -> Figure:
    threaded = Threaded.start()

    async def ours(times: int) -> float:
        started = perf_counter()
        for _ in range(times):
            await ref.ask(1, 5.0)
        return perf_counter() - started

    async def theirs(times: int) -> float:
        started = perf_counter()
        for _ in range(times):
            threaded.ask(1)
        return perf_counter() - started

    rounds = await take_turns({"ask": ours, PYKKA: theirs}, effort)
    threaded.stop()
    return compared("ask", _ASK, rounds, "ask", PYKKA, target=Target(text="at most 1/5", bound=1 / 5))


# ---------------------------------------------------------------- starts


async def _spawn(system: ActorSystem, effort: Effort) -> Sequence[Figure]:
    sides: dict[str, Side] = {
        "spawn": partial(_spawned, system, is_awaited=False),
        "spawn, until it lives": partial(_spawned, system, is_awaited=True),
    }
    rounds = await take_turns(sides, effort, times=dict.fromkeys(sides, _STARTS))
    target = Target(text="at most 10 us", bound=10.0, of="ours")
    return [
        Figure(
            name=name,
            how=_SPAWN,
            unit="us",
            ours=rounds.median(name) * 1e6,
            target=target if name == "spawn" else None,
        )
        for name in sides
    ]


async def _spawned(system: ActorSystem, times: int, *, is_awaited: bool) -> float:
    below = await _supervisor(system, "starts")
    started = perf_counter()
    for _ in range(times - 1):
        below.spawn(Echo)
    last = below.spawn(Echo)
    if is_awaited:
        await last.wait_started()
    taken = perf_counter() - started
    await last.wait_started()
    await system.top.remove_child("starts")
    return taken


async def _supervisor(system: ActorSystem, id: str, children: Sequence[ChildSpec] = ()) -> SupervisorRef:
    return await system.supervise(
        SupervisorSpec(
            children=tuple(children), max_restarts=_NO_END, backoff=NO_BACKOFF, stop_order=StopOrder.AT_ONCE
        ),
        id=id,
    )


async def _size(system: ActorSystem, effort: Effort) -> Figure:
    below = await _supervisor(system, "idle")

    async def start() -> None:
        await below.spawn(Echo).ask("hello", 60.0)

    kib = await growth_kib(start, effort.instances * _IDLE)
    below.stop(KILLED)
    return Figure(
        name="idle actor",
        how=_SIZE,
        unit="KiB",
        ours=kib,
        target=Target(text="at most 2 KiB", bound=2.0, of="ours"),
    )


# ---------------------------------------------------------------- restarts


async def _storm(system: ActorSystem, effort: Effort) -> Sequence[Figure]:
    logger = logging.getLogger("airssys.actors")
    logger.propagate = False
    logger.addHandler(logging.NullHandler())
    below = await _supervisor(system, "storm", [ChildSpec(id=str(n), start=Fragile) for n in range(_CHILDREN)])
    children = [below.actor(id) for id in below.children]
    idle = await lateness(effort.seconds / 4)
    watching = asyncio.create_task(lateness(effort.seconds))
    began = perf_counter()
    while not watching.done():
        await _fail_together(children)
    taken = perf_counter() - began
    per_second = below.statistics().child_restarts / taken
    late = await watching
    return [
        Figure(name=f"restart storm, {_CHILDREN:,} children", how=_STORM, unit="restarts/s", ours=per_second),
        *[
            Figure(
                name=f"event-loop lag in the storm, {name}",
                how=_STORM,
                unit="ms",
                ours=percentile(late, percent) * 1e3,
                peer="no restarts",
                theirs=percentile(idle, percent) * 1e3,
            )
            for name, percent in (("median", 50), ("99th percentile", 99), ("worst", 100))
        ],
    ]


async def _fail_together(children: Sequence[ActorRef]) -> None:
    ends = [child.monitor() for child in children]
    for child in children:
        child.tell("on purpose")
    for end in ends:
        await end
    for child in children:
        await child.wait_started()
