"""The heartbeat that ends slices: advances the engines' epoch while guests run, and sleeps when none does.

A call costs nothing here but setting `used`; only when the ticker sleeps does anybody take a lock to wake it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from airssys.errors import EngineFailed

from ._slot import anyone_polling

#: Length of one slice in seconds. Short enough that a busy guest costs the event loop less than a screen frame eighth,
#: long enough that ticking costs under 1 % of a core (measured: 12 us a tick).
TICK_SECONDS: Final = 0.002
#: Ticks without use before the ticker sleeps: waking costs a lock, so it waits a little (50 ms) for the next call.
_IDLE_TICKS: Final = 25


class Ticker:
    """Increments every registered epoch once per tick while guests run.

    Attributes:
        used: set by whoever is about to run a guest; cleared by the ticker.
        asleep: the thread waits; `wake` is needed.
        epoch: number of ticks so far; lets callers know whether a deadline they set is still ahead.
    """

    def __init__(self) -> None:
        self.used = False
        self.asleep = True
        self.epoch = 0
        self._incrementers: tuple[Callable[[], None], ...] = ()
        self._wakeup = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._stopped = False

    def drive(self, increment: Callable[[], None]) -> None:
        """Also advance this epoch from now on."""
        with self._lock:
            self._incrementers = (*self._incrementers, increment)

    def wake(self) -> None:
        """Make sure that the thread runs; called by whoever saw `asleep`.

        Raises:
            EngineFailed: the ticker was stopped: the process is ending, or was forked.
        """
        self.used = True
        with self._lock:
            if self._stopped:
                raise EngineFailed(
                    "guests cannot run any more: this interpreter is exiting, or the process is a fork of the one "
                    "that started them",
                    hint="start components in the process that runs them, before it exits",
                )
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="airssys-ticker", daemon=True)
                thread.start()
                self._thread = thread  # only now: a signal handler may raise while it starts
            self.asleep = False
            self._wakeup.set()

    def tick(self) -> None:
        """Advance every epoch by one."""
        self.epoch += 1
        for increment in self._incrementers:
            increment()

    def stop(self) -> None:
        """Refuse new guests and end the thread; waits for it. Guests that still run need `tick` from somebody else."""
        self._refuse()
        self._wakeup.set()
        if self._thread is not None:
            self._thread.join()

    def abandon(self) -> None:
        """In a forked child: there is no thread, and nobody holds the locks. Refuse new guests."""
        self._lock = threading.Lock()
        self._wakeup = threading.Event()
        self._refuse()

    def _refuse(self) -> None:
        self._stopped = True
        self.asleep = True  # so that everybody meets the refusal in `wake`

    def _run(self) -> None:
        idle = 0
        while not self._stopped:
            time.sleep(TICK_SECONDS)
            if self.used:
                self.used = False
                idle = 0
            else:
                idle += 1
            self.tick()
            if idle >= _IDLE_TICKS and not anyone_polling():
                self._sleep()
                idle = 0

    def _sleep(self) -> None:
        """Wait for `wake`, unless somebody started a guest in the meantime."""
        self._wakeup.clear()
        self.asleep = True
        if self.used or self._stopped or anyone_polling():  # they may have missed `asleep`
            self.asleep = self._stopped
            return
        self._wakeup.wait()
