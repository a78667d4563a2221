"""One `PollSlot` per thread that runs guests: what its callbacks need to know and what others may ask of it."""

from __future__ import annotations

import threading
import weakref
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airssys.engine._limiter import ResourceLimiter
    from airssys.engine._pace import Turn


class PollSlot:
    """The state of one thread around `poll`. Written by its own thread only, readable by all.

    Attributes:
        polling: the thread is inside native code of a guest, or deletes some; Python runs here only as a callback.
        limiter: whose budget a new linear memory is charged to.
        on_loop: this thread runs the event loop of the guest that it polls, so host functions may run in place.
        signals: numbers of signals that arrived while polling and wait for a safe place.
        turn: of the event loop that this thread runs; a cache for `turn_of`.
    """

    __slots__ = ("__weakref__", "limiter", "on_loop", "polling", "signals", "turn")

    def __init__(self) -> None:
        self.polling = False
        self.limiter: ResourceLimiter | None = None
        self.on_loop = False
        self.signals: list[int] = []
        self.turn: Turn | None = None


class _Local(threading.local):
    def __init__(self) -> None:
        self.slot = PollSlot()
        with _lock:
            _slots.add(self.slot)


_lock = threading.Lock()
_slots: weakref.WeakSet[PollSlot] = weakref.WeakSet()
_local = _Local()


def current_slot() -> PollSlot:
    """The slot of the calling thread."""
    return _local.slot


def anyone_polling() -> bool:
    """Whether some thread is inside a guest right now."""
    with _lock:
        return any(slot.polling for slot in _slots)


def forget_other_threads() -> None:
    """In a forked child: only the calling thread exists, and nobody holds the lock."""
    global _lock
    _lock = threading.Lock()
    slot = _local.slot
    slot.polling = False
    _slots.clear()
    _slots.add(slot)
