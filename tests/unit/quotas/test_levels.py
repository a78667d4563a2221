"""Levels, and the one event of every crossing."""

from __future__ import annotations

import pytest

from airssys.quotas import LevelChange, QuotaKind, QuotaLevel, QuotaTracker, ResourceQuota
from tests.clock import FakeClock

NORMAL, WARNING, CRITICAL = QuotaLevel
QUOTA = ResourceQuota(storage_bytes=100, messages_per_second=100)


class Watched:
    """A tracker with its clock and the events that it told."""

    def __init__(self, quota: ResourceQuota = QUOTA) -> None:
        self.clock = FakeClock(10.0)
        self.events: list[LevelChange] = []
        self.tracker = QuotaTracker(quota, clock=self.clock, on_level=self.events.append)

    def crossings(self) -> list[tuple[QuotaLevel, QuotaLevel]]:
        seen = [(event.previous, event.level) for event in self.events]
        self.events.clear()
        return seen


@pytest.mark.parametrize(
    ("used", "level"), [(0, NORMAL), (79, NORMAL), (80, WARNING), (94, WARNING), (95, CRITICAL), (100, CRITICAL)]
)
@pytest.mark.parametrize("kind", [QuotaKind.STORAGE, QuotaKind.MESSAGES])
def test_warning_begins_at_80_and_critical_at_95_per_cent(kind, used, level):
    watched = Watched()
    watched.tracker.consume(kind, used)

    assert watched.tracker.status()[kind].level is level


@pytest.mark.parametrize("kind", [QuotaKind.STORAGE, QuotaKind.MESSAGES])
def test_every_crossing_is_told_once(kind):
    watched = Watched()
    for _ in range(100):
        watched.tracker.consume(kind)

    assert watched.events == [
        LevelChange(kind=kind, previous=NORMAL, level=WARNING, used=80, limit=100),
        LevelChange(kind=kind, previous=WARNING, level=CRITICAL, used=95, limit=100),
    ]


def test_a_leap_over_a_level_is_one_crossing():
    watched = Watched()
    watched.tracker.consume(QuotaKind.STORAGE, 100)

    assert watched.crossings() == [(NORMAL, CRITICAL)]


def test_a_refusal_crosses_nothing():
    watched = Watched()
    watched.tracker.consume(QuotaKind.STORAGE, 100)
    watched.events.clear()

    with pytest.raises(Exception, match="would exceed"):
        watched.tracker.consume(QuotaKind.STORAGE)

    assert watched.events == []


def test_falling_is_told_and_rising_again_is_told_again():
    watched = Watched()
    for _ in range(2):
        watched.tracker.consume(QuotaKind.STORAGE, 81)
        watched.tracker.release(QuotaKind.STORAGE, 1)
        watched.tracker.release(QuotaKind.STORAGE, 80)

    assert watched.crossings() == [(NORMAL, WARNING), (WARNING, NORMAL)] * 2


def test_the_fall_of_a_rate_is_told_when_somebody_looks():
    watched = Watched()
    watched.tracker.consume(QuotaKind.MESSAGES, 96)
    watched.clock.now = 12.0
    assert watched.crossings() == [(NORMAL, CRITICAL)]

    for _ in range(2):
        watched.tracker.status()

    assert watched.crossings() == [(CRITICAL, NORMAL)]


def test_a_fall_and_a_rise_in_one_charge_are_both_told():
    watched = Watched()
    watched.tracker.consume(QuotaKind.MESSAGES, 100)
    watched.events.clear()

    watched.clock.now = 12.0
    watched.tracker.consume(QuotaKind.MESSAGES, 85)

    assert watched.crossings() == [(CRITICAL, NORMAL), (NORMAL, WARNING)]


def test_debt_recount_and_live_limits_cross_levels_too():
    watched = Watched()
    watched.tracker.charge(QuotaKind.MESSAGES, 500)
    assert watched.events[0].used == 500
    watched.tracker.recount(QuotaKind.STORAGE, 85)
    watched.tracker.set_quota(ResourceQuota(storage_bytes=85))
    watched.tracker.set_quota(ResourceQuota())

    assert [(event.kind.value, event.level, event.limit) for event in watched.events] == [
        ("messages_per_second", CRITICAL, 100),
        ("storage", WARNING, 100),
        ("storage", CRITICAL, 85),
        ("messages_per_second", NORMAL, None),
        ("storage", NORMAL, None),
    ]


def test_a_quota_of_zero_is_critical_from_the_start_and_crosses_nothing():
    watched = Watched(ResourceQuota(storage_bytes=0))

    assert watched.tracker.status()[QuotaKind.STORAGE].level is CRITICAL
    assert watched.events == []
    watched.tracker.set_quota(QUOTA)
    assert watched.crossings() == [(CRITICAL, NORMAL)]


def test_whoever_is_told_may_look_at_the_tracker():
    seen: list[int] = []
    tracker = QuotaTracker(
        QUOTA, clock=FakeClock(), on_level=lambda event: seen.append(tracker.status()[event.kind].used)
    )

    tracker.consume(QuotaKind.STORAGE, 90)

    assert seen == [90]


def test_an_event_that_cannot_be_told_reaches_the_charger_and_the_amount_stays_charged():
    def fail(event: LevelChange) -> None:
        raise OSError("disk full")

    tracker = QuotaTracker(QUOTA, clock=FakeClock(), on_level=fail)

    with pytest.raises(OSError, match="disk full"):
        tracker.consume(QuotaKind.STORAGE, 90)
    assert tracker.usage()[QuotaKind.STORAGE] == 90


def test_an_event_that_cannot_be_told_keeps_no_other_rate_in_the_past():
    told: list[QuotaKind] = []

    def fail_first(event: LevelChange) -> None:
        if event.level is NORMAL:
            told.append(event.kind)
            if len(told) == 1:
                raise OSError("disk full")

    clock = FakeClock(10.0)
    quota = ResourceQuota(messages_per_second=100, network_bytes_per_second=100)
    tracker = QuotaTracker(quota, clock=clock, on_level=fail_first)
    tracker.consume(QuotaKind.MESSAGES, 100)
    tracker.consume(QuotaKind.NETWORK, 100)

    clock.now = 12.0
    with pytest.raises(OSError, match="disk full"):
        tracker.consume(QuotaKind.NETWORK, 1)
    tracker.consume(QuotaKind.NETWORK, 100)

    assert told == [QuotaKind.MESSAGES, QuotaKind.NETWORK]


def test_a_charge_counts_from_the_latest_time_that_was_seen_meanwhile():
    """Whoever is told looks at the tracker half a second later, in the middle of a charge."""
    clock = FakeClock(10.0)

    def dawdle(event: LevelChange) -> None:
        if event.level is NORMAL:
            clock.now += 0.5
            tracker.status()

    tracker = QuotaTracker(QUOTA, clock=clock, on_level=dawdle)
    tracker.consume(QuotaKind.MESSAGES, 100)
    clock.now = 12.0
    tracker.consume(QuotaKind.MESSAGES, 70)

    clock.now = 13.5
    assert tracker.usage()[QuotaKind.MESSAGES] == 70
    clock.now = 13.5625
    assert tracker.usage()[QuotaKind.MESSAGES] == 0
