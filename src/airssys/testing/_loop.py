"""An event loop in fake time, and a look at what a test leaves behind on it."""

from __future__ import annotations

import asyncio
import gc
import selectors
from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from _typeshed import FileDescriptorLike

    from ._clock import FakeClock

T = TypeVar("T")

#: Real seconds that a loop without timers waits for other threads before it calls that a deadlock.
PATIENCE_SECONDS: Final = 5.0


class Deadlock(RuntimeError):
    """Every task of the test waits, no timer is set, and nothing came from outside."""


class LeftBehind(AssertionError):
    """A test ended, but something of it goes on, or went wrong where nobody looked."""


class FakeTimeLoop(asyncio.SelectorEventLoop):
    """A loop whose time is a fake clock's, and which never waits for time to pass."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._idle: list[asyncio.Future[None]] = []
        super().__init__(_JumpingSelector(clock.jump, self._tell_idle))

    def time(self) -> float:
        """The fake clock's."""
        return self._clock.monotonic()

    async def wait_idle(self) -> None:
        """Wait until nothing can run without time passing."""
        idle: asyncio.Future[None] = self.create_future()
        self._idle.append(idle)
        await idle

    def _tell_idle(self) -> bool:
        waiting, self._idle = self._idle, []
        for idle in waiting:
            if not idle.done():
                idle.set_result(None)
        return bool(waiting)


class _JumpingSelector(selectors.BaseSelector):
    """A selector that lets time jump where it would have waited.

    Args:
        jump: lets so many seconds pass.
        tell_idle: called before time passes; True when somebody wanted to know, and can run now.
    """

    def __init__(self, jump: Callable[[float], None], tell_idle: Callable[[], bool]) -> None:
        self._real = selectors.DefaultSelector()
        self._jump = jump
        self._tell_idle = tell_idle

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = self._real.select(0)
        if ready or (timeout is not None and timeout <= 0.0) or self._tell_idle():
            return ready
        if timeout is not None:
            self._jump(timeout)
            return []
        ready = self._real.select(PATIENCE_SECONDS)
        if not ready:
            raise Deadlock("every task waits, and no timer is set: nothing will ever wake anybody")
        return ready

    def register(self, fileobj: FileDescriptorLike, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: FileDescriptorLike) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def get_map(self) -> Mapping[FileDescriptorLike, selectors.SelectorKey]:
        return self._real.get_map()

    def close(self) -> None:
        self._real.close()


def run_and_look_behind(new_event_loop: Callable[[], asyncio.AbstractEventLoop], main: Coroutine[Any, Any, T]) -> T:
    """Run a test on a loop of its own; when it passes, look for what it left behind."""
    unhandled: list[str] = []
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        loop = runner.get_loop()
        loop.set_exception_handler(lambda _, context: unhandled.append(_told(context)))
        result = runner.run(main)
        left = [task.get_name() for task in asyncio.all_tasks(loop)]
    gc.collect(1)  # an exception that nobody retrieved is reported when its future is collected
    if left:
        raise LeftBehind(f"{len(left)} tasks are still running: {', '.join(sorted(left)[:10])}")
    if unhandled:
        raise LeftBehind(f"the loop's exception handler was told: {'; '.join(unhandled[:10])}")
    return result


def _told(context: dict[str, Any]) -> str:
    error = context.get("exception")
    return f"{context.get('message', 'something')}" + ("" if error is None else f" ({error!r})")
