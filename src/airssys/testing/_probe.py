"""An actor that a test can look into and speak through."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Any, Self

from airssys.actors import Actor, ActorRef, ActorSystem, Context, MailboxSpec, Ref, Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A message that a probe got.

    Attributes:
        message: as it was sent.
        sender: who said to have sent it.
        reply: where an answer goes, when it was asked; `reply.send(value)`.
        at: when its turn came, in seconds of the system's clock.
    """

    message: Any
    sender: Ref | None
    reply: Reply | None
    at: float


class Probe:
    """Stands in for an actor: keeps every message that it is told, for the test to expect.

        probe = Probe.spawn(system)
        worker.tell(Work(report_to=probe.ref))
        assert await probe.expect(Done) == Done(42)
        await probe.expect_nothing()

    A probe answers a question only when the test does: `(await probe.next()).reply.send("yes")`.

    Attributes:
        ref: the actor, for others.
        received: every message so far, expected or not.
    """

    ref: ActorRef

    def __init__(self) -> None:
        self.received: list[Received] = []
        self._unread: deque[Received] = deque()
        self._arrived = asyncio.Event()

    @classmethod
    def spawn(cls, system: ActorSystem, *, name: str | None = None, mailbox: MailboxSpec | None = None) -> Self:
        """A probe at the top of a system."""
        probe = cls()
        probe.ref = system.spawn(lambda: _ProbeActor(probe), name=name, mailbox=mailbox)
        return probe

    @property
    def messages(self) -> list[Any]:
        """Every message so far, as it was sent."""
        return [received.message for received in self.received]

    async def next(self, *, timeout: float = 3.0) -> Received:
        """The next message that no other call has returned.

        Raises:
            AssertionError: none came within `timeout` seconds of the loop's time.
        """
        try:
            async with asyncio.timeout(timeout):
                while not self._unread:
                    self._arrived.clear()
                    await self._arrived.wait()
        except TimeoutError:
            raise AssertionError(f"the probe got no message within {timeout:g} s") from None
        return self._unread.popleft()

    async def expect(self, expected: Any, *, timeout: float = 3.0) -> Any:
        """The next message, which has to be equal to `expected`, or an instance of it if it is a class.

        Raises:
            AssertionError: another message came, or none did.
        """
        message = (await self.next(timeout=timeout)).message
        if not (isinstance(message, expected) if isinstance(expected, type) else message == expected):
            raise AssertionError(f"the probe got {message!r}, but {expected!r} was expected")
        return message

    async def expect_nothing(self, *, seconds: float = 1.0) -> None:
        """Wait so long, and be sure that no message came that is still to be read.

        Raises:
            AssertionError: one did.
        """
        await asyncio.sleep(seconds)
        if self._unread:
            raise AssertionError(f"the probe got {self._unread[0].message!r}, but nothing was expected")

    def take(self, message: Any, context: Context) -> None:
        """Keep a message; called by the probe's actor."""
        received = Received(message=message, sender=context.sender, reply=context.defer_reply(), at=context.now)
        self.received.append(received)
        self._unread.append(received)
        self._arrived.set()


class _ProbeActor(Actor):
    traps_exits = True

    def __init__(self, probe: Probe) -> None:
        self._probe = probe

    async def handle(self, message: Any, context: Context) -> None:
        self._probe.take(message, context)
