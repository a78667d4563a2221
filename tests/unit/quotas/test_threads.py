"""Sixteen threads share one tracker: a charge is one step, so sums are exact."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any, TypeAlias

import pytest

from airssys.errors import QuotaExceeded
from airssys.quotas import LevelChange, QuotaKind, QuotaLevel, QuotaTracker, ResourceQuota
from tests.clock import FakeClock

TraceFunction: TypeAlias = Callable[[FrameType, str, Any], Any]

QUOTAS = os.path.join("airssys", "quotas")
THREADS = 16
EACH = 20


@pytest.fixture(autouse=True)
def _nervous_scheduler() -> Iterator[None]:
    """Whoever has the lock of Python gives it away at every line of the quotas room."""

    def trace(frame: FrameType, event: str, arg: object) -> TraceFunction | None:
        if QUOTAS not in frame.f_code.co_filename:
            return None
        os.sched_yield()
        return trace

    before = threading.gettrace()
    threading.settrace(trace)
    yield
    threading.settrace(before)


def all_together(act: Callable[[], None]) -> None:
    barrier = threading.Barrier(THREADS)

    def run() -> None:
        barrier.wait()
        for _ in range(EACH):
            act()

    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("kind", [QuotaKind.STORAGE, QuotaKind.MESSAGES])
def test_consume_is_one_step_under_16_threads(kind):
    limit = THREADS * EACH // 2
    tracker = QuotaTracker(ResourceQuota(storage_bytes=limit, messages_per_second=limit), clock=FakeClock())
    passed: list[None] = []

    def act() -> None:
        try:
            tracker.consume(kind)
        except QuotaExceeded:
            return
        passed.append(None)

    all_together(act)

    assert len(passed) == limit
    assert tracker.usage()[kind] == limit


def test_what_is_taken_and_released_by_16_threads_comes_out_even():
    tracker = QuotaTracker(ResourceQuota(storage_bytes=3 * THREADS), clock=FakeClock())

    def act() -> None:
        tracker.consume(QuotaKind.STORAGE, 3)
        tracker.release(QuotaKind.STORAGE, 2)
        tracker.release(QuotaKind.STORAGE, 1)

    all_together(act)

    assert tracker.usage()[QuotaKind.STORAGE] == 0


def test_a_crossing_is_told_once_whoever_of_16_threads_causes_it():
    events: list[LevelChange] = []
    tracker = QuotaTracker(ResourceQuota(storage_bytes=THREADS * EACH), clock=FakeClock(), on_level=events.append)

    all_together(lambda: tracker.consume(QuotaKind.STORAGE))

    assert [event.level for event in events] == [QuotaLevel.WARNING, QuotaLevel.CRITICAL]


def test_time_that_passes_meanwhile_loses_no_charge():
    """Every thread moves the clock: slots are turned while others charge."""
    clock = FakeClock(10.0)
    tracker = QuotaTracker(ResourceQuota(), clock=clock)

    def act() -> None:
        clock.now += 1 / (16 * THREADS * EACH)  # a sixteenth of a second in all
        tracker.consume(QuotaKind.NETWORK, 3)

    all_together(act)

    assert tracker.usage()[QuotaKind.NETWORK] == 3 * THREADS * EACH
