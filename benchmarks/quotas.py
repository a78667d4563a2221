"""What it costs to charge a quota, and how large a tracker is."""

from __future__ import annotations

import threading
import tracemalloc
from collections.abc import Callable, Sequence
from functools import partial
from time import monotonic, perf_counter
from typing import Final

from airssys.clock import Clock, SystemClock
from airssys.quotas import QuotaKind, QuotaTracker, ResourceQuota
from benchmarks.decisions import percentiles, single_times
from benchmarks.effort import Effort
from benchmarks.figure import Figure, Target, compared
from benchmarks.rounds import Side, take_turns

_PEER: Final = "a count that is reset every second"
_QUOTA: Final = ResourceQuota(
    storage_bytes=2**50,
    messages_per_second=2**50,
    network_bytes_per_second=2**50,
    cpu_ms_per_second=1000,
    memory_bytes=2**50,
)
#: Charges whose times the percentiles are taken of, for each second that the effort has.
_SAMPLES_A_SECOND: Final = 20_000
_HOW: Final = (
    "`QuotaTracker.check` and `consume` of messages per second, which is a sliding window; nothing is refused. The "
    "peer is a lock, a count, and a look at the clock that sets the count to zero after a second: the obvious "
    "implementation, which lets twice the quota through around that moment. Percentiles are of single charges, with "
    "some 50 ns for the clock in each."
)
#: Trackers that are alive at the same time.
_TRACKERS: Final = 1000
_SIZE: Final = (
    "Memory that Python allocates (`tracemalloc`) for each of 1,000 trackers, all five quotas of each charged."
)


class _Resetting:
    """The obvious implementation."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._used = 0
        self._began = monotonic()

    def check(self, amount: int) -> bool:
        self._pass_time()
        return self._used + amount <= self._limit

    def consume(self, amount: int) -> None:
        with self._lock:
            self._pass_time()
            if self._used + amount > self._limit:
                raise ValueError("too much")
            self._used += amount

    def _pass_time(self) -> None:
        now = monotonic()
        if now - self._began >= 1.0:
            self._began, self._used = now, 0


async def quotas(effort: Effort) -> Sequence[Figure]:
    """Checking, charging, and the size of a tracker."""
    tracker, peer = QuotaTracker(_QUOTA, clock=SystemClock()), _Resetting(2**50)
    check, consume = (partial(act, QuotaKind.MESSAGES) for act in (tracker.check, tracker.consume))
    figures = []
    for name, bound, ours, theirs in (
        ("quota check", 0.4, check, peer.check),
        ("quota consume", 1.0, consume, peer.consume),
    ):
        rounds = await take_turns({"ours": _side(ours), _PEER: _side(theirs)}, effort)
        figures.append(compared(name, _HOW, rounds, "ours", _PEER, target=_at_most(bound, "us")))
    times = single_times(consume, [1], round(_SAMPLES_A_SECOND * effort.seconds))
    return [*figures, *percentiles("quota consume", _HOW, times, None), _size()]


def _size() -> Figure:
    clock, alive = SystemClock(), [_charged(SystemClock())] * _TRACKERS
    tracemalloc.start()
    for number in range(_TRACKERS):
        alive[number] = _charged(clock)
    size = tracemalloc.get_traced_memory()[0] / _TRACKERS
    tracemalloc.stop()
    return Figure(name="quota tracker", how=_SIZE, unit="KiB", ours=size / 1024, target=_at_most(1, "KiB"))


def _charged(clock: Clock) -> QuotaTracker:
    tracker = QuotaTracker(_QUOTA, clock=clock)
    for kind in QuotaKind:
        tracker.consume(kind, 1000)
    return tracker


def _at_most(bound: float, unit: str) -> Target:
    return Target(text=f"at most {bound:g} {unit}", bound=bound, of="ours")


def _side(act: Callable[[int], object]) -> Side:
    async def side(times: int) -> float:
        started = perf_counter()
        for _ in range(times):
            act(1)
        return perf_counter() - started

    return side
