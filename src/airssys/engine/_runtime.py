"""What all guests of this process share: two engines, one ticker, one scheduler; and how it ends.

Promise: the process can end at any moment (return, `sys.exit`, an exception, SIGINT, a closed loop) with guests
suspended, spinning or half started, and exits cleanly; and it can be forked, after which only the parent has guests.
"""

from __future__ import annotations

import atexit
import os
import threading
import time
from typing import Final, Protocol

from wasmtime import Engine

from airssys.engine import _native as native
from airssys.engine._capacity import Capacity
from airssys.engine._memory import new_memory
from airssys.engine._pace import Paces
from airssys.engine._scheduler import Scheduler, available_cores
from airssys.engine._slot import anyone_polling, forget_other_threads
from airssys.engine._ticker import TICK_SECONDS, Ticker

#: How long the exit waits for slices in flight. A slice ends within a tick once the epoch moves; a conversion in
#: flight within about 0.1 s (measured worst case of the engine's own cap). After this the store is left to the kernel.
_EXIT_PATIENCE_SECONDS: Final = 5.0


class LiveStore(Protocol):
    """A store that native code knows about."""

    def discard(self) -> None:
        """Delete the native side at once; nothing of it may be running."""

    def forget(self) -> None:
        """Leave the native side alone for good."""


class Runtime:
    """The process-wide part of the engine room. Use `runtime()`.

    Attributes:
        stores: every live store by its native context; callbacks find their guest here.
    """

    def __init__(self) -> None:
        self.ticker = Ticker()
        self.scheduler = Scheduler(available_cores())
        self.paces = Paces()
        self.capacity = Capacity.of_this_machine()
        self.stores: dict[int, LiveStore] = {}
        self._engines: dict[bool, Engine] = {}
        self._lock = threading.Lock()

    def engine(self, *, consume_fuel: bool) -> Engine:
        """The engine; a second flavour with fuel compiled in serves components that declare `max_fuel`."""
        with self._lock:
            engine = self._engines.get(consume_fuel)
            if engine is None:
                engine = native.new_engine(consume_fuel=consume_fuel, new_memory=new_memory)
                self._engines[consume_fuel] = engine
                self.ticker.drive(native.epoch_incrementer(engine))
            return engine

    def close(self) -> None:
        """Stop everything and delete every store: no slice in flight, then futures, then stores (design rule 22)."""
        self.scheduler.stop()
        self.ticker.stop()
        patience = time.perf_counter() + _EXIT_PATIENCE_SECONDS
        while anyone_polling() and time.perf_counter() < patience:
            self.ticker.tick()
            time.sleep(TICK_SECONDS)
        if not anyone_polling() and self.scheduler.join(timeout_seconds=1.0):
            for store in list(self.stores.values()):
                store.discard()
        self.stores.clear()

    def abandon(self) -> None:
        """Forget everything without touching native code: this process is a fork and owns none of it."""
        self.ticker.abandon()
        self.scheduler.abandon()
        for store in self.stores.values():
            store.forget()
        self.stores.clear()


_current: Runtime | None = None
_creating = threading.Lock()


def runtime() -> Runtime:
    """The runtime of this process, made when first asked for."""
    global _current
    if _current is None:
        with _creating:
            if _current is None:
                _current = Runtime()
    return _current


def _close_at_exit() -> None:
    if _current is not None:
        _current.close()


def _forget_after_fork() -> None:
    global _current, _creating
    _creating = threading.Lock()
    forget_other_threads()
    if _current is not None:
        _current.abandon()
        _current = None


atexit.register(_close_at_exit)
os.register_at_fork(after_in_child=_forget_after_fork)
