"""Messages that are sent later."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Timer:
    """A message that will be sent. One that an actor set ends with its incarnation."""

    __slots__ = ("_handle", "_on_done", "_send")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        delay_seconds: float,
        send: Callable[[], None],
        on_done: Callable[[Timer], None] | None = None,
    ) -> None:
        self._send = send
        self._on_done = on_done
        self._handle: asyncio.TimerHandle | None = loop.call_later(delay_seconds, self._fire)

    @property
    def is_active(self) -> bool:
        """Whether the message is still to come."""
        return self._handle is not None

    def cancel(self) -> bool:
        """Do not send it; False when it was sent or cancelled before."""
        handle, self._handle = self._handle, None
        if handle is None:
            return False
        handle.cancel()
        if self._on_done is not None:
            self._on_done(self)
        return True

    def _fire(self) -> None:
        self._handle = None
        if self._on_done is not None:
            self._on_done(self)
        self._send()
