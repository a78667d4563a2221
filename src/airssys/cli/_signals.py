"""Being asked to end: as orderly as an error, so that no compiling process and no hidden cursor stays behind."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Final

#: Ctrl-C is not among them: asyncio cancels on it, and Python raises KeyboardInterrupt.
_SIGNALS: Final = ("SIGTERM", "SIGHUP")


def end_on_signals() -> None:
    """Turn requests to end into `SystemExit(128 + signal)`, unless somebody decided otherwise (`nohup` does)."""
    if threading.current_thread() is not threading.main_thread():
        return
    for name in _SIGNALS:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _end)


def _end(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
