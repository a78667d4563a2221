"""The heartbeat: on while guests run, asleep when none does, and always woken again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from airssys.engine._slot import current_slot
from airssys.engine._ticker import TICK_SECONDS, Ticker
from airssys.errors import EngineFailed

#: Longer than anything here takes on the slowest machine.
PATIENCE = 10.0


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(TICK_SECONDS / 4)


@pytest.fixture
def ticker() -> Iterator[Ticker]:
    ticker = Ticker()
    yield ticker
    ticker.stop()


def test_a_new_ticker_sleeps_and_has_no_thread(ticker: Ticker):
    before = threading.active_count()
    assert ticker.asleep
    assert (ticker.epoch, threading.active_count()) == (0, before)


def test_it_advances_every_epoch_at_every_tick(ticker: Ticker):
    counts = [0, 0]

    def one() -> None:
        counts[0] += 1

    def other() -> None:
        counts[1] += 1

    ticker.drive(one)
    ticker.drive(other)
    ticker.wake()
    wait_for(lambda: counts[1] >= 5)
    wait_for(lambda: ticker.asleep)
    assert counts == [ticker.epoch, ticker.epoch]


def test_it_ticks_about_as_often_as_it_says(ticker: Ticker):
    started = time.monotonic()
    ticker.wake()
    wait_for(lambda: ticker.epoch >= 20)
    assert time.monotonic() - started >= 19 * TICK_SECONDS


def test_it_falls_asleep_when_nobody_uses_it_and_stands_still(ticker: Ticker):
    ticker.wake()
    wait_for(lambda: ticker.epoch > 0)
    wait_for(lambda: ticker.asleep)
    epoch = ticker.epoch
    time.sleep(20 * TICK_SECONDS)
    assert (ticker.epoch, ticker.asleep) == (epoch, True)


def test_it_stays_awake_while_it_is_used(ticker: Ticker):
    ticker.wake()
    while ticker.epoch < 100:
        ticker.used = True
        assert not ticker.asleep
        time.sleep(TICK_SECONDS / 4)


def test_it_stays_awake_while_a_thread_is_inside_a_guest(ticker: Ticker):
    slot = current_slot()
    slot.polling = True
    try:
        ticker.wake()
        wait_for(lambda: ticker.epoch >= 100)
        assert not ticker.asleep
    finally:
        slot.polling = False
    wait_for(lambda: ticker.asleep)


def test_it_wakes_every_time(ticker: Ticker):
    for _ in range(8):
        ticker.wake()
        epoch = ticker.epoch
        assert not ticker.asleep
        wait_for(lambda epoch=epoch: ticker.epoch > epoch)  # type: ignore[misc]
        wait_for(lambda: ticker.asleep)


def test_whoever_saw_it_asleep_is_never_forgotten(ticker: Ticker):
    """Threads that use it around the moment when it falls asleep: each sees the epoch move."""
    failures: list[str] = []

    def use(pause: float) -> None:
        for _ in range(10):
            ticker.used = True
            if ticker.asleep:
                ticker.wake()
            epoch, end = ticker.epoch, time.monotonic() + PATIENCE
            while ticker.epoch == epoch:
                if time.monotonic() > end:
                    failures.append("no tick came")
                    return
                time.sleep(TICK_SECONDS / 8)
            time.sleep(pause)

    threads = [threading.Thread(target=use, args=(25 * TICK_SECONDS + i * TICK_SECONDS / 3,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_stopped_ticker_has_no_thread_and_refuses_guests():
    before = set(threading.enumerate())
    ticker = Ticker()
    ticker.wake()
    wait_for(lambda: ticker.epoch > 0)
    ticker.stop()
    epoch = ticker.epoch
    assert ticker.asleep
    with pytest.raises(EngineFailed, match="cannot run any more"):
        ticker.wake()
    assert set(threading.enumerate()) <= before
    time.sleep(5 * TICK_SECONDS)
    assert ticker.epoch == epoch


def test_an_abandoned_ticker_refuses_guests():
    ticker = Ticker()
    ticker.abandon()
    with pytest.raises(EngineFailed):
        ticker.wake()
