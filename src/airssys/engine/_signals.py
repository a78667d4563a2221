"""Signals that arrive while a guest runs on the main thread.

Python runs signal handlers between bytecodes of the main thread, so a handler that raises (Ctrl-C does) could do so at
the first bytecode of a native callback, before its `try`. The callback would then leave the engine without an answer,
and the engine would abort the process. While guests may run here, every Python handler is therefore wrapped: during a
poll it only notes the signal, which is delivered right after.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from airssys.engine._slot import current_slot


class _Deferred:
    """A signal handler that waits for a safe place."""

    def __init__(self, original: Callable[[int, FrameType | None], Any]) -> None:
        self.original = original

    def __call__(self, number: int, frame: FrameType | None) -> None:
        slot = current_slot()
        if slot.polling:
            slot.signals.append(number)
        else:
            self.original(number, frame)


@contextlib.contextmanager
def deferred_signals() -> Iterator[None]:
    """Wrap the handlers of this process for as long as the context lasts; a no-op off the main thread.

    Handlers that somebody replaces meanwhile are left alone when it ends.
    """
    on_main = threading.current_thread() is threading.main_thread()
    wrapped = [_wrap(number) for number in signal.valid_signals()] if on_main else []
    try:
        yield
    finally:
        for restore in wrapped:
            restore()


def _wrap(number: int) -> Callable[[], None]:
    """Wrap one handler, if it is Python's; returns how to undo it."""
    handler = signal.getsignal(number)
    if not callable(handler) or isinstance(handler, signal.Handlers | _Deferred):
        return lambda: None
    signal.signal(number, deferred := _Deferred(handler))

    def restore() -> None:
        if signal.getsignal(number) is deferred:
            signal.signal(number, handler)

    return restore
