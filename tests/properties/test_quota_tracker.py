"""Whatever is charged, and whenever: the tracker counts exactly, and no second gets more than its quota."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from airssys.errors import QuotaExceeded, QuotaInvalid
from airssys.quotas import LevelChange, QuotaKind, QuotaLevel, QuotaTracker, ResourceQuota
from tests.clock import FakeClock

LIMIT = 20
#: A sixteenth of a second: how much longer than a second an amount may count, and no more.
SLOT = 1 / 16

steps = st.lists(
    st.tuples(st.floats(0, 1.5) | st.sampled_from([0.0, SLOT, 1.0, 1.0 - SLOT, 1.0 + SLOT]), st.integers(0, LIMIT + 2)),
    max_size=60,
)


@given(start=st.floats(0, 1e6), steps=steps)
def test_no_second_gets_more_than_its_quota_and_nothing_is_refused_that_fits(
    start: float, steps: list[tuple[float, int]]
) -> None:
    clock = FakeClock(start)
    tracker = QuotaTracker(ResourceQuota(messages_per_second=LIMIT), clock=clock)
    passed: list[tuple[float, int]] = []
    for wait, amount in steps:
        clock.now += wait
        try:
            tracker.consume(QuotaKind.MESSAGES, amount)
        except QuotaExceeded:
            lately = sum(used for at, used in passed if clock.now - at < 1 + SLOT)
            assert lately + amount > LIMIT
        else:
            passed.append((clock.now, amount))

    for first, _ in passed:
        assert sum(used for at, used in passed if first <= at <= first + 1) <= LIMIT


@given(steps=steps, amount=st.integers(1, LIMIT))
def test_what_was_refused_fits_exactly_when_the_refusal_said(steps: list[tuple[float, int]], amount: int) -> None:
    clock = FakeClock(50.0)
    tracker = QuotaTracker(ResourceQuota(network_bytes_per_second=LIMIT), clock=clock)
    for wait, used in steps:
        clock.now += wait
        tracker.charge(QuotaKind.NETWORK, used)
    tracker.charge(QuotaKind.NETWORK, LIMIT)
    with pytest.raises(QuotaExceeded) as refusal:
        tracker.consume(QuotaKind.NETWORK, amount)

    ready = clock.now + (refusal.value.resets_in or 0.0)
    clock.now = ready - 1e-6
    assert not tracker.check(QuotaKind.NETWORK, amount)
    clock.now = ready + 1e-9  # `resets_in` is a difference of two floats
    tracker.consume(QuotaKind.NETWORK, amount)


class Window:
    """A rate, one tick after another."""

    def __init__(self, tick: int, limit: int | None) -> None:
        self.tick = tick
        self.limit = limit
        self.slots: dict[int, int] = {}
        self.debt = 0

    @property
    def room(self) -> int:
        return (2**62 if self.limit is None else self.limit) - sum(self.slots.values())

    def put(self, amount: int) -> None:
        fitting = max(0, min(amount, self.room))
        self.slots[self.tick] = self.slots.get(self.tick, 0) + fitting
        self.debt += amount - fitting

    def advance(self, tick: int) -> None:
        while self.tick < tick:
            self.tick += 1
            self.slots.pop(self.tick - 17, None)
            self.pay()

    def pay(self) -> None:
        debt, self.debt = self.debt, 0
        self.put(debt)

    @property
    def used(self) -> int:
        return sum(self.slots.values()) + self.debt


limits = st.none() | st.integers(0, 40)
amounts = st.integers(0, 60) | st.just(2**70)


class TrackerMachine(RuleBasedStateMachine):
    """A tracker beside a model of it: one gauge, one rate."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock(1000.0)
        self.events: list[LevelChange] = []
        self.tracker = QuotaTracker(ResourceQuota(), clock=self.clock, on_level=self.events.append)
        self.held = 0
        self.most: int | None = None
        self.window = Window(16_000, None)

    @rule(storage=limits, messages=limits)
    def change_limits(self, storage: int | None, messages: int | None) -> None:
        self.tracker.set_quota(ResourceQuota(storage_bytes=storage, messages_per_second=messages))
        self.most = storage
        self.window.limit = messages
        self.window.pay()

    @rule(seconds=st.floats(0, 3) | st.sampled_from([SLOT, 1.0, 1.0625, 30.0]))
    def wait(self, seconds: float) -> None:
        self.clock.now += seconds
        self.window.advance(int(self.clock.now * 16))

    @rule(amount=amounts)
    def hold(self, amount: int) -> None:
        fits = amount <= 2**62 if self.most is None else self.most > 0 and self.held + amount <= self.most
        assert self.tracker.check(QuotaKind.STORAGE, amount) == fits
        if fits:
            self.tracker.consume(QuotaKind.STORAGE, amount)
            self.held += amount
        else:
            with pytest.raises(QuotaExceeded):
                self.tracker.consume(QuotaKind.STORAGE, amount)

    @rule(amount=amounts)
    def release(self, amount: int) -> None:
        if amount <= self.held:
            self.tracker.release(QuotaKind.STORAGE, amount)
            self.held -= amount
        else:
            with pytest.raises(QuotaInvalid):
                self.tracker.release(QuotaKind.STORAGE, amount)

    @rule(amount=st.integers(0, 60))
    def recount(self, amount: int) -> None:
        self.tracker.recount(QuotaKind.STORAGE, amount)
        self.held = amount

    @rule(amount=amounts)
    def send(self, amount: int) -> None:
        fits = self.window.limit != 0 and amount <= self.window.room
        assert self.tracker.check(QuotaKind.MESSAGES, amount) == fits
        if fits:
            self.tracker.consume(QuotaKind.MESSAGES, amount)
            self.window.put(amount)
        else:
            with pytest.raises(QuotaExceeded):
                self.tracker.consume(QuotaKind.MESSAGES, amount)

    @rule(amount=st.integers(0, 200))
    def charge(self, amount: int) -> None:
        self.window.put(amount)
        seconds = self.tracker.charge(QuotaKind.MESSAGES, amount)
        assert (seconds == 0.0) == (self.window.limit != 0 and self.window.room > 0)

    @precondition(lambda self: self.window.limit is None or self.window.used <= self.window.limit)
    @rule()
    def restart(self) -> None:
        usage = self.tracker.usage()
        quota = ResourceQuota(storage_bytes=self.most, messages_per_second=self.window.limit)
        self.events = []
        self.tracker = QuotaTracker(quota, clock=self.clock, on_level=self.events.append)
        self.tracker.restore(usage)
        used, self.window.slots, self.window.debt = self.window.used, {}, 0
        self.window.put(used)

    @invariant()
    def counts_are_exact(self) -> None:
        usage = self.tracker.usage()
        assert (usage[QuotaKind.STORAGE], usage[QuotaKind.MESSAGES]) == (self.held, self.window.used)

    @invariant()
    def every_crossing_was_told_once(self) -> None:
        status = self.tracker.status()
        for kind in (QuotaKind.STORAGE, QuotaKind.MESSAGES):
            told = [event for event in self.events if event.kind is kind]
            assert all(event.previous is not event.level for event in told)
            assert all(earlier.level is later.previous for earlier, later in pairwise(told))
            if told:
                assert told[-1].level is status[kind].level


TestTracker = TrackerMachine.TestCase
TestTracker.settings = settings(stateful_step_count=40)


@given(used=st.integers(0, 2**53), limit=st.integers(0, 2**53))
def test_levels_are_exact_per_cents(used: int, limit: int) -> None:
    tracker = QuotaTracker(ResourceQuota(storage_bytes=limit), clock=FakeClock())
    tracker.recount(QuotaKind.STORAGE, used)

    expected = QuotaLevel.NORMAL
    if used * 100 >= limit * 80:
        expected = QuotaLevel.CRITICAL if used * 100 >= limit * 95 else QuotaLevel.WARNING
    assert tracker.status()[QuotaKind.STORAGE].level is expected
