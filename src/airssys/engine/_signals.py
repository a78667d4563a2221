"""Signals that arrive while a guest runs on the main thread.

Python runs signal handlers between bytecodes of the main thread, so a handler that raises (Ctrl-C does) could do so at
the first bytecode of a native callback, before its `try`. The callback would then leave the engine without an answer:
an aborted process, or a memory without a base. While guests may run here, every Python handler is therefore wrapped,
those that are installed meanwhile too: during a poll it only notes the signal, which is delivered right after.
"""

from __future__ import annotations

import contextlib
import functools
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any, Final

from airssys.engine._slot import current_slot

_plain_signal: Final = signal.signal


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


@functools.wraps(_plain_signal)
def _install(number: Any, handler: Any) -> Any:
    """`signal.signal` while guests may run: what is installed is wrapped, what is returned is not."""
    return _unwrapped(_plain_signal(number, _wrapped(handler)))


def _wrapped(handler: Any) -> Any:
    plain = not callable(handler) or isinstance(handler, signal.Handlers | _Deferred)
    return handler if plain else _Deferred(handler)


def _unwrapped(handler: Any) -> Any:
    return handler.original if isinstance(handler, _Deferred) else handler


_depth = 0


@contextlib.contextmanager
def deferred_signals() -> Iterator[None]:
    """Wrap the Python signal handlers of this process for as long as the context lasts; a no-op off the main thread.

    `signal.signal` is replaced meanwhile, so that later handlers are wrapped as well; whoever bound the plain function
    before (`from signal import signal`) is not reached. Contexts nest.
    """
    global _depth
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _depth += 1
    if _depth == 1:
        signal.signal = _install  # type: ignore[assignment]
        _change_all(_wrapped)
    try:
        yield
    finally:
        _depth -= 1
        if _depth == 0:
            signal.signal = _plain_signal
            _change_all(_unwrapped)


def _change_all(change: Callable[[Any], Any]) -> None:
    for number in signal.valid_signals():
        handler = signal.getsignal(number)
        changed = change(handler)
        if changed is not handler:
            _plain_signal(number, changed)
