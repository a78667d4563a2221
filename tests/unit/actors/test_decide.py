"""What becomes of a child that ended: OTP's table, the intensity to the restart, and the two counts."""

from __future__ import annotations

import pytest

from airssys.actors import (
    KILLED,
    NO_BACKOFF,
    NORMAL,
    SHUTDOWN,
    Backoff,
    Escalate,
    ExitReason,
    Intensity,
    Remove,
    Restart,
    RestartHistory,
    RestartRule,
    RestartType,
    decide_restart,
)

FAILED = ExitReason(kind="failed", error=ValueError("no"))
HOST_FAULT = ExitReason(kind="failed", is_host_fault=True)
TRAPPED = ExitReason(kind="trapped")


def rule(restart=RestartType.PERMANENT, max_restarts=3, period=5.0, backoff=NO_BACKOFF, host=None):
    return RestartRule(
        restart=restart,
        intensity=Intensity(max_restarts=max_restarts, period_seconds=period),
        host_faults=host or Intensity(max_restarts=10, period_seconds=60.0),
        backoff=backoff,
    )


@pytest.mark.parametrize(
    ("restart", "reason", "is_restarted"),
    [
        (RestartType.PERMANENT, NORMAL, True),
        (RestartType.PERMANENT, SHUTDOWN, True),
        (RestartType.PERMANENT, KILLED, True),
        (RestartType.PERMANENT, FAILED, True),
        (RestartType.PERMANENT, TRAPPED, True),
        (RestartType.TRANSIENT, NORMAL, False),
        (RestartType.TRANSIENT, SHUTDOWN, False),
        (RestartType.TRANSIENT, KILLED, True),
        (RestartType.TRANSIENT, FAILED, True),
        (RestartType.TRANSIENT, TRAPPED, True),
        (RestartType.TEMPORARY, NORMAL, False),
        (RestartType.TEMPORARY, SHUTDOWN, False),
        (RestartType.TEMPORARY, KILLED, False),
        (RestartType.TEMPORARY, FAILED, False),
        (RestartType.TEMPORARY, TRAPPED, False),
    ],
)
def test_permanent_transient_and_temporary_behave_as_the_table_of_otp_says(restart, reason, is_restarted):
    decision = decide_restart(rule(restart), reason, RestartHistory(), 0.0)

    assert isinstance(decision, Restart if is_restarted else Remove)


@pytest.mark.parametrize(
    ("past", "now", "escalates"),
    [
        ((), 10.0, False),
        ((9.0, 9.5), 10.0, False),
        ((9.0, 9.5, 9.9), 10.0, True),
        ((1.0, 2.0, 3.0, 9.0, 9.5, 9.9), 10.0, True),
        ((1.0, 2.0, 3.0, 4.0, 9.5, 9.9), 10.0, False),
        ((5.0, 9.5, 9.9), 10.0, True),  # exactly a period ago still counts
        ((4.999, 9.5, 9.9), 10.0, False),
    ],
)
def test_three_restarts_are_made_within_any_period_and_the_next_failure_escalates(past, now, escalates):
    decision = decide_restart(rule(max_restarts=3, period=5.0), FAILED, RestartHistory(restarts=past), now)

    assert isinstance(decision, Escalate if escalates else Restart)


def test_without_restarts_every_failure_escalates():
    assert isinstance(decide_restart(rule(max_restarts=0), FAILED, RestartHistory(), 0.0), Escalate)


def test_an_end_that_needs_no_restart_never_escalates():
    history = RestartHistory(restarts=(0.0,) * 99)

    assert decide_restart(rule(RestartType.TRANSIENT), NORMAL, history, 0.0) == Remove()


def test_restarts_that_the_host_is_to_blame_for_are_counted_apart():
    exhausted = RestartHistory(restarts=(1.0, 1.0, 1.0))
    exhausted_by_host = RestartHistory(host_restarts=(1.0,) * 10)

    assert isinstance(decide_restart(rule(), HOST_FAULT, exhausted, 2.0), Restart)
    assert isinstance(decide_restart(rule(), FAILED, exhausted_by_host, 2.0), Restart)
    assert isinstance(decide_restart(rule(), HOST_FAULT, exhausted_by_host, 2.0), Escalate)


def test_an_actor_may_ask_to_escalate_whatever_its_specification_says():
    reason = ExitReason(kind="failed", must_escalate=True)

    assert isinstance(decide_restart(rule(RestartType.TEMPORARY), reason, RestartHistory(), 0.0), Escalate)


def test_restarts_in_a_row_wait_longer_and_longer():
    backoff = Backoff(initial_seconds=1.0, factor=2.0, max_seconds=5.0, jitter=0.0)
    delays = []
    for streak in range(5):
        history = RestartHistory(streak=streak, last_start=10.0)
        match decide_restart(rule(backoff=backoff), FAILED, history, 11.0):
            case Restart(delay_seconds=delay, streak=after):
                delays.append(delay)
                assert after == streak + 1

    assert delays == [1.0, 2.0, 4.0, 5.0, 5.0]


def test_a_quiet_period_forgives_the_backoff():
    backoff = Backoff(initial_seconds=1.0, jitter=0.0, reset_after_seconds=30.0)
    history = RestartHistory(streak=3, last_start=10.0)

    assert decide_restart(rule(backoff=backoff), FAILED, history, 39.9) == Restart(delay_seconds=8.0, streak=4)
    assert decide_restart(rule(backoff=backoff), FAILED, history, 40.0) == Restart(delay_seconds=1.0, streak=1)


def test_an_escalation_says_why():
    history = RestartHistory(restarts=(0.0, 0.0))
    decision = decide_restart(rule(max_restarts=2, period=7.0), FAILED, history, 1.0)

    assert decision == Escalate(why="2 restarts within 7 s were made already")
