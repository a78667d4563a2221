"""Being asked to end: as orderly as an error, so that no compiling process and no hidden cursor stays behind."""

from __future__ import annotations

import contextlib
import signal
import threading
import warnings
from collections.abc import Iterator
from types import FrameType
from typing import Final

from airssys.clock import Clock, SystemClock

#: What asks a command to end, and who handles it as long as nobody has decided otherwise (`nohup` does).
_UNDECIDED: Final = {
    "SIGINT": signal.default_int_handler,
    "SIGTERM": signal.SIG_DFL,
    "SIGHUP": signal.SIG_DFL,
}
#: Ending takes milliseconds; asking again meanwhile (people hold Ctrl-C) would only disturb it.
PATIENCE_SECONDS: Final = 1.0


class Ending:
    """A signal handler that ends the command by `SystemExit(128 + signal)`: once, and again if that did not help."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._asked_at: float | None = None

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        now = self._clock.monotonic()
        if self._asked_at is None or now - self._asked_at > PATIENCE_SECONDS:
            self._asked_at = now
            warnings.simplefilter("ignore")  # about what was begun and is now never finished
            raise SystemExit(128 + number)


@contextlib.contextmanager
def ending_on_signals() -> Iterator[None]:
    """Handle requests to end; afterwards, when only the interpreter is left, they end it at once and in silence."""
    handled = []
    if threading.current_thread() is threading.main_thread():
        ending = Ending(SystemClock())
        known = [(getattr(signal, name, None), handler) for name, handler in _UNDECIDED.items()]
        handled = [number for number, handler in known if number is not None and signal.getsignal(number) is handler]
        for number in handled:
            signal.signal(number, ending)
    try:
        yield
    finally:
        for number in handled:
            signal.signal(number, signal.SIG_DFL)
