"""How long restarts wait."""

from __future__ import annotations

import pytest

from airssys.actors import NO_BACKOFF, Backoff, SpecInvalid


def test_without_jitter_the_wait_multiplies_up_to_its_bound():
    backoff = Backoff(initial_seconds=0.5, factor=3.0, max_seconds=10.0, jitter=0.0)

    assert [backoff.delay_seconds(streak, 0.7) for streak in range(5)] == [0.5, 1.5, 4.5, 10.0, 10.0]


@pytest.mark.parametrize(("draw", "delay"), [(0.0, 8.0), (0.5, 6.0), (1.0, 4.0)])
def test_jitter_takes_off_a_random_share_and_never_adds(draw, delay):
    assert Backoff(initial_seconds=8.0, jitter=0.5).delay_seconds(0, draw) == delay


def test_a_thousand_restarts_in_a_row_wait_the_longest_time_and_overflow_nothing():
    assert Backoff(max_seconds=30.0, jitter=0.0).delay_seconds(100_000, 0.0) == 30.0


def test_no_backoff_never_waits():
    assert [NO_BACKOFF.delay_seconds(streak, 0.9) for streak in (0, 1, 50)] == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    "values",
    [
        {"initial_seconds": -1.0},
        {"initial_seconds": float("nan")},
        {"initial_seconds": float("inf")},
        {"initial_seconds": True},
        {"factor": 0.9},
        {"max_seconds": "1"},
        {"jitter": 1.1},
        {"jitter": -0.1},
        {"reset_after_seconds": None},
        {"initial_seconds": 2.0, "max_seconds": 1.0},
    ],
)
def test_a_backoff_out_of_range_is_refused(values):
    with pytest.raises(SpecInvalid):
        Backoff(**values)
