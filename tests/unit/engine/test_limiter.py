"""The budget by itself, without a guest: exact, all or nothing, and consistent for every reader."""

from __future__ import annotations

import itertools
import threading

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from airssys.engine import MemorySample, MemoryUsage, ResourceLimiter
from airssys.errors import LimitRejected
from tests.clock import FakeClock


def test_a_new_budget_is_empty():
    usage = ResourceLimiter(10).usage
    assert usage == MemoryUsage(current_bytes=0, peak_bytes=0, limit_bytes=10, refused=0, last_refused_bytes=None)


def test_the_whole_budget_can_be_taken():
    limiter = ResourceLimiter(10)
    assert limiter.charge(10)
    assert limiter.usage.current_bytes == 10


def test_one_byte_more_is_refused_and_takes_nothing():
    limiter = ResourceLimiter(10)
    assert limiter.charge(4)
    assert not limiter.charge(7)
    assert limiter.usage == MemoryUsage(current_bytes=4, peak_bytes=4, limit_bytes=10, refused=1, last_refused_bytes=11)


def test_a_budget_of_nothing_grants_nothing_but_nothing():
    limiter = ResourceLimiter(0)
    assert limiter.charge(0)
    assert not limiter.charge(1)


def test_what_is_given_back_can_be_taken_again():
    limiter = ResourceLimiter(10)
    limiter.charge(10)
    limiter.give_back(6)
    assert limiter.charge(6)
    assert limiter.usage.current_bytes == 10


def test_the_peak_stays_when_memory_is_given_back():
    limiter = ResourceLimiter(10)
    limiter.charge(8)
    limiter.give_back(8)
    assert (limiter.usage.current_bytes, limiter.usage.peak_bytes) == (0, 8)


def test_a_refused_request_is_no_peak():
    limiter = ResourceLimiter(10)
    limiter.charge(3)
    limiter.charge(100)
    assert limiter.usage.peak_bytes == 3


def test_only_the_last_refused_request_is_told():
    limiter = ResourceLimiter(10)
    limiter.charge(11)
    limiter.charge(1)
    limiter.charge(20)
    assert (limiter.usage.refused, limiter.usage.last_refused_bytes) == (2, 21)


def test_a_raised_limit_holds_for_the_next_request():
    limiter = ResourceLimiter(10)
    assert not limiter.charge(11)
    limiter.set_limit(11)
    assert limiter.charge(11)


def test_a_limit_can_be_lowered_to_exactly_what_is_in_use():
    limiter = ResourceLimiter(10)
    limiter.charge(4)
    limiter.set_limit(4)
    assert limiter.limit_bytes == 4
    assert not limiter.charge(1)


def test_a_limit_below_what_is_in_use_is_refused_with_the_numbers_and_changes_nothing():
    limiter = ResourceLimiter(2_000_000)
    limiter.charge(1_500_000)
    limiter.charge(600_000)
    before, samples = limiter.usage, limiter.monitor.history
    with pytest.raises(LimitRejected) as caught:
        limiter.set_limit(1_499_999)
    assert "1499999 bytes" in caught.value.message
    assert "1500000 bytes" in caught.value.message
    assert limiter.usage == before
    assert limiter.limit_bytes == 2_000_000
    assert limiter.monitor.history == samples


def test_a_limit_may_be_lowered_below_the_peak():
    limiter = ResourceLimiter(10)
    limiter.charge(9)
    limiter.give_back(7)
    limiter.set_limit(2)
    assert (limiter.usage.peak_bytes, limiter.usage.limit_bytes) == (9, 2)


def test_every_change_of_size_is_a_sample_with_its_time_and_nothing_else_is():
    clock = FakeClock()
    limiter = ResourceLimiter(10, clock=clock)
    limiter.charge(4)
    clock.now = 101.5
    limiter.charge(100)
    limiter.set_limit(20)
    limiter.charge(3)
    clock.now = 103.0
    limiter.give_back(5)
    assert limiter.monitor.history == (MemorySample(100.0, 4), MemorySample(101.5, 7), MemorySample(103.0, 2))


def test_the_history_is_a_ring():
    limiter = ResourceLimiter(100, clock=FakeClock(), history=3)
    for _ in range(7):
        limiter.charge(1)
    assert [sample.current_bytes for sample in limiter.monitor.history] == [5, 6, 7]


def test_a_reset_starts_anew_from_the_present_size():
    clock = FakeClock()
    limiter = ResourceLimiter(10, clock=clock)
    limiter.charge(8)
    limiter.charge(8)
    limiter.give_back(5)
    clock.now = 200.0
    limiter.reset()
    assert limiter.usage == MemoryUsage(
        current_bytes=3, peak_bytes=3, limit_bytes=10, refused=0, last_refused_bytes=None
    )
    assert limiter.refused == 0
    assert limiter.monitor.history == (MemorySample(200.0, 3),)


def test_a_history_that_was_handed_out_does_not_change():
    limiter = ResourceLimiter(10)
    limiter.charge(1)
    history = limiter.monitor.history
    limiter.charge(1)
    limiter.reset()
    assert [sample.current_bytes for sample in history] == [1]


def test_threads_that_charge_at_once_get_exactly_the_budget():
    limiter = ResourceLimiter(30_000)
    granted: list[int] = []
    ready = threading.Barrier(8)

    def work() -> None:
        ready.wait()
        granted.append(sum(limiter.charge(1) for _ in range(5_000)))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    usage = limiter.usage
    assert sum(granted) == 30_000
    assert (usage.current_bytes, usage.peak_bytes, usage.refused) == (30_000, 30_000, 10_000)


def test_a_reader_in_another_thread_never_sees_a_torn_snapshot():
    limiter = ResourceLimiter(64)
    done = threading.Event()
    torn: list[MemoryUsage] = []

    def read() -> None:
        while not done.is_set():
            usage = limiter.usage
            consistent = usage.current_bytes <= usage.peak_bytes <= usage.limit_bytes
            told = (usage.refused == 0) == (usage.last_refused_bytes is None)
            if not (consistent and told):
                torn.append(usage)
            sizes = [sample.current_bytes for sample in limiter.monitor.history]
            if any(size not in (0, 64) for size in sizes):
                torn.append(usage)

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(20_000):
        limiter.charge(64)
        limiter.charge(1)
        limiter.give_back(64)
    done.set()
    reader.join()
    assert not torn


class BudgetMachine(RuleBasedStateMachine):
    """Whatever is asked, in whatever order: in use is the exact sum of what was granted, never more than the limit."""

    def __init__(self) -> None:
        super().__init__()
        self.limiter = ResourceLimiter(100, history=8)
        self.limit = 100
        self.held: list[int] = []
        self.peak = self.refused = 0
        self.last_refused: int | None = None

    @rule(size=st.integers(0, 150))
    def charge(self, size: int) -> None:
        wanted = sum(self.held) + size
        assert self.limiter.charge(size) is (wanted <= self.limit)
        if wanted <= self.limit:
            self.held.append(size)
            self.peak = max(self.peak, wanted)
        else:
            self.refused += 1
            self.last_refused = wanted

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def give_back(self, data: st.DataObject) -> None:
        index = data.draw(st.integers(0, len(self.held) - 1))
        self.limiter.give_back(self.held.pop(index))

    @rule(limit=st.integers(0, 200))
    def set_limit(self, limit: int) -> None:
        if limit < sum(self.held):
            with pytest.raises(LimitRejected):
                self.limiter.set_limit(limit)
        else:
            self.limiter.set_limit(limit)
            self.limit = limit

    @rule()
    def reset(self) -> None:
        self.limiter.reset()
        self.peak, self.refused, self.last_refused = sum(self.held), 0, None

    @invariant()
    def says_exactly_what_happened(self) -> None:
        assert self.limiter.usage == MemoryUsage(
            current_bytes=sum(self.held),
            peak_bytes=self.peak,
            limit_bytes=self.limit,
            refused=self.refused,
            last_refused_bytes=self.last_refused,
        )
        assert sum(self.held) <= self.limit

    @invariant()
    def remembers_no_more_than_it_was_asked_to(self) -> None:
        history = self.limiter.monitor.history
        assert len(history) <= 8
        assert not history or history[-1].current_bytes == sum(self.held)
        assert all(left.at_seconds <= right.at_seconds for left, right in itertools.pairwise(history))


TestBudgetMachine = BudgetMachine.TestCase
