"""Calls from other threads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from airssys.errors import OperatorError


class FromThread:
    """The host as other threads see it. Every call is run on the host's event loop; the calling thread blocks."""

    def __init__(self, loop: asyncio.AbstractEventLoop, call: Callable[..., Coroutine[Any, Any, Any]]) -> None:
        self._loop = loop
        self._call = call

    def call(self, name: str, export: str, /, *args: Any, timeout: float | None = None) -> Any:
        """Call an export of a component by the component's name. Blocks; Ctrl-C cancels the call.

        Raises whatever `Component.call` raises; `OperatorError` on the event loop's own thread, where it would wait
        for itself.
        """
        try:
            running = asyncio.get_running_loop()
        except RuntimeError:
            running = None
        if running is self._loop:
            raise OperatorError(
                "from_thread.call would block the event loop that has to answer it",
                hint="await `component.call(...)` here",
            )
        call = self._call(name, export, *args, timeout=timeout)
        try:
            future = asyncio.run_coroutine_threadsafe(call, self._loop)
        except RuntimeError:  # the loop is closed
            call.close()
            raise OperatorError(
                "the event loop of this host is closed", hint="call while the host is entered and its loop runs"
            ) from None
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise
