"""Refusals that repeat are counted, and only an explicit summary says so."""

from __future__ import annotations

import pytest

from airssys.audit import AuditLog, Decided, LimitViolated, MemorySink, Outcome, Repeats
from airssys.audit._repeats import MAX_COUNTED
from airssys.capabilities import Action, Kind, Request
from airssys.errors import AuditUnavailable
from tests.audit import SUBJECT, decided
from tests.clock import WallClock


class Counted:
    """A log with repeats, and what it recorded."""

    def __init__(self) -> None:
        self.sink = MemorySink()
        self.clock = WallClock()
        self.log = AuditLog(self.sink, clock=self.clock)
        self.log.open()
        self.repeats = Repeats(self.log, clock=self.clock)

    def events(self) -> list[tuple[str, object, object]]:
        return [(entry.event, entry.members.get("first"), entry.members.get("count")) for entry in self.sink.entries()]


@pytest.fixture
def counted():
    return Counted()


def denied(number: int = 0) -> Decided:
    request = Request(Kind.FILESYSTEM, Action.READ, f"/etc/{number}")
    return Decided(subject=SUBJECT, request=request, outcome=Outcome.DENIED, rule="nothing allows it")


def test_the_first_refusal_is_recorded_and_the_next_ones_are_counted(counted):
    numbers = [counted.repeats.append(denied()) for _ in range(10)]

    assert numbers == [1] * 10
    assert counted.events() == [("decision", None, None)]
    counted.repeats.flush()
    assert counted.events() == [("decision", None, None), ("summary", 1, 9)]


def test_a_refusal_that_does_not_repeat_has_no_summary(counted):
    counted.repeats.append(denied())
    counted.repeats.flush()

    assert counted.events() == [("decision", None, None)]


def test_every_difference_makes_another_refusal(counted):
    for number in range(3):
        counted.repeats.append(denied(number))

    assert counted.events() == [("decision", None, None)] * 3


def test_after_a_period_the_summary_comes_before_the_next_record(counted):
    for _ in range(5):
        counted.repeats.append(denied(1))
    counted.clock.now += 1.0
    counted.repeats.append(denied(1))

    assert counted.events() == [("decision", None, None), ("summary", 1, 4), ("decision", None, None)]


def test_a_limit_violation_repeats_whatever_the_numbers_are(counted):
    for used in range(5):
        counted.repeats.append(LimitViolated(subject=SUBJECT, limit="storage", used=used, requested=1, most=4))
    counted.repeats.append(LimitViolated(subject=SUBJECT, limit="messages_per_second", used=1, requested=1, most=4))
    counted.repeats.flush()

    assert counted.events() == [("limit", None, None), ("limit", None, None), ("summary", 1, 4)]


def test_what_allows_something_is_never_counted(counted):
    with pytest.raises(ValueError, match="only refusals"):
        counted.repeats.append(decided())

    assert counted.events() == []


def test_no_more_than_so_many_refusals_are_counted_at_a_time(counted):
    for number in range(MAX_COUNTED + 10):
        counted.repeats.append(denied(number))
        counted.repeats.append(denied(number))

    assert len(counted.repeats._counted) <= MAX_COUNTED
    counted.repeats.flush()
    counts = [count for event, _, count in counted.events() if event == "summary"]
    assert counts == [1] * (MAX_COUNTED + 10)


def test_a_summary_that_cannot_be_written_stays_open(counted):
    for _ in range(3):
        counted.repeats.append(denied())
    counted.log.close()
    with pytest.raises(AuditUnavailable):
        counted.repeats.flush()

    counted.log.open()
    counted.repeats.flush()
    assert counted.events() == [("decision", None, None), ("summary", 1, 2)]


def test_a_first_refusal_that_cannot_be_recorded_is_not_counted(counted):
    counted.log.close()
    with pytest.raises(AuditUnavailable):
        counted.repeats.append(denied())

    counted.log.open()
    counted.repeats.append(denied())
    assert counted.events() == [("decision", None, None)]
