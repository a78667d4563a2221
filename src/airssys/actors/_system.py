"""The top of the tree: where actors are started, found, watched and stopped."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Mapping
from random import Random
from types import TracebackType
from typing import Any, Final, Self

from airssys.clock import Clock, SystemClock
from airssys.errors import SystemNotRunning

from ._backoff import Backoff
from ._checks import check_seconds
from ._dead_letters import DEFAULT_RECENT, DeadLetters
from ._envelope import Envelope
from ._errors import ActorSystemFailed
from ._events import Event
from ._mailbox import MailboxSpec
from ._pubsub import Topics
from ._ref import ActorRef, Ref
from ._registry import Registry
from ._services import Counts, Services
from ._spec import ActorFactory, Intensity, RestartType, Shutdown, SupervisorSpec
from ._statistics import SystemStatistics
from ._stream import DEFAULT_FOLLOWER_CAPACITY, Stream, Subscription
from ._supervisor_ref import SupervisorRef
from ._timers import Timer
from ._top import Top
from ._tree import TreeNode


class ActorSystem:
    """A tree of actors on the running event loop. Making one does nothing; entering the context does.

        async with ActorSystem() as system:
            greeter = system.spawn(Greeter)
            print(await greeter.ask("World", timeout=1.0))

    Leaving the context stops everything in order: each child is asked, awaited up to its grace time, then killed;
    nothing is left running. Being cancelled meanwhile kills what is left at once. When a failure climbs to the top, the
    body of the context is cancelled, everything is stopped, and leaving raises `ActorSystemFailed`.

    Args:
        clock: where deadlines and histories get the time; the event loop's own when None. A fake one has to be the
            loop's as well, as `airssys.testing.FakeClock` is.
        random: for the jitter of restarts.
        max_restarts: how many restarts of its own children the top makes within the period before it gives up.
        period_seconds: how long a restart counts.
        exit_kinds: words for exit reasons, by class of exception; without one, it is `failed`.
        next_id: makes correlation ids.
        recent_dead_letters: how many dead letters are kept for looking back.

    Attributes:
        dead_letters: messages that reached nobody.
        topics: publish and subscribe.
        registry: names.
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        random: Random | None = None,
        max_restarts: int = 3,
        period_seconds: float = 5.0,
        exit_kinds: Mapping[type[BaseException], str] | None = None,
        next_id: Callable[[], int] | None = None,
        recent_dead_letters: int = DEFAULT_RECENT,
    ) -> None:
        self.dead_letters: Final = DeadLetters(recent_dead_letters)
        self.topics: Final = Topics()
        self.registry: Final = Registry()
        self._intensity = Intensity(max_restarts=max_restarts, period_seconds=period_seconds)
        self._clock = clock
        self._random = random or Random()  # noqa: S311  # spreads restarts; nothing has to be unpredictable
        self._exit_kinds = dict(exit_kinds or {})
        self._next_id = next_id or itertools.count(1).__next__
        self._events: Stream[Event] = Stream()
        self._counts = Counts()
        self._timers: set[Timer] = set()
        self._top: Top | None = None

    async def __aenter__(self) -> Self:
        if self._top is not None:
            raise SystemNotRunning("this actor system was entered before", hint="make one ActorSystem per `async with`")
        loop = asyncio.get_running_loop()
        services = Services(
            loop=loop,
            clock=self._clock or _LoopClock(loop),
            random=self._random,
            next_id=self._next_id,
            exit_kinds=self._exit_kinds,
            registry=self.registry,
            topics=self.topics,
            dead_letters=self.dead_letters,
            events=self._events,
            counts=self._counts,
        )
        does = SupervisorSpec(max_restarts=self._intensity.max_restarts, period_seconds=self._intensity.period_seconds)
        self._top = Top(does, services, asyncio.current_task())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        top = self._entered()
        try:
            await top.close()
        finally:
            for timer in tuple(self._timers):
                timer.cancel()
            self._events.close()
            self.dead_letters.close()
            self.topics.close()
        failure = top.failure_behind(error)
        if failure is not None:
            raise ActorSystemFailed(failure) from failure.error

    # ------------------------------------------------------------ starting

    @property
    def top(self) -> SupervisorRef:
        """The supervisor at the top, one_for_one; everything is below it."""
        return self._entered().ref

    def spawn(
        self,
        start: ActorFactory,
        *,
        id: str | None = None,
        name: str | None = None,
        restart: RestartType | str = RestartType.TEMPORARY,
        shutdown: Shutdown | None = None,
        mailbox: MailboxSpec | None = None,
        backoff: Backoff | None = None,
    ) -> ActorRef:
        """Start an actor at the top and return at once; see `SupervisorRef.spawn`. Not restarted unless said so."""
        return self.top.spawn(
            start, id=id, name=name, restart=restart, shutdown=shutdown, mailbox=mailbox, backoff=backoff
        )

    async def supervise(
        self,
        spec: SupervisorSpec,
        *,
        id: str,
        name: str | None = None,
        restart: RestartType | str = RestartType.PERMANENT,
        shutdown: Shutdown | None = None,
    ) -> SupervisorRef:
        """Start a supervisor at the top and wait until its children live; see `SupervisorRef.supervise`.

        Raises:
            ActorStartFailed: a child did not start; those before it have been stopped again.
        """
        return await self.top.supervise(spec, id=id, name=name, restart=restart, shutdown=shutdown)

    def send_after(self, ref: ActorRef, delay_seconds: float, message: Any, *, sender: Ref | None = None) -> Timer:
        """Tell somebody a message later, unless the timer is cancelled or the system ends before."""
        loop = self._entered().services.loop
        check_seconds("delay_seconds", delay_seconds)
        envelope = Envelope(message, sender)
        timer = Timer(loop, delay_seconds, lambda: ref._node.deliver_or_bury(envelope), self._timers.discard)
        self._timers.add(timer)
        return timer

    # ------------------------------------------------------------ names

    def register(self, name: str, ref: Ref) -> None:
        """Give somebody a name until it ends for good; `NameTaken` when somebody else has it."""
        self.registry.register(name, ref)

    def whereis(self, name: str) -> Ref | None:
        """Who has the name; None for nobody."""
        return self.registry.whereis(name)

    async def wait_registered(self, name: str) -> Ref:
        """Wait until somebody has the name."""
        return await self.registry.wait_registered(name)

    # ------------------------------------------------------------ watching

    def events(self, capacity: int = DEFAULT_FOLLOWER_CAPACITY) -> Subscription[Event]:
        """Follow what happens in the tree from now on; see `Subscription`."""
        return self._events.subscribe(capacity)

    def tree(self) -> TreeNode:
        """Who supervises whom; `print` it for a picture."""
        return self._entered().picture()

    def statistics(self) -> SystemStatistics:
        """A snapshot."""
        return SystemStatistics(
            actors=self._counts.actors,
            supervisors=self._counts.supervisors,
            restarts=self._counts.restarts,
            escalations=self._counts.escalations,
            registry=self.registry.statistics(),
            topics=self.topics.statistics(),
            dead_letters=self.dead_letters.statistics(),
            events=self._events.statistics(),
        )

    def _entered(self) -> Top:
        if self._top is None:
            raise SystemNotRunning("the actor system was not entered")
        return self._top


class _LoopClock:
    """The time of an event loop, so that timers and deadlines never disagree."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.monotonic = loop.time
        self.wall = SystemClock.wall
