"""Who starts, stops and restarts with whom."""

from __future__ import annotations

import pytest

from airssys.actors import StopOrder, Strategy, restart_plan, stop_plan

RIGHT_TO_LEFT = StopOrder.RIGHT_TO_LEFT


def test_children_stop_right_to_left():
    assert stop_plan(RIGHT_TO_LEFT, ["a", "b", "c"]) == (("c",), ("b",), ("a",))


def test_children_that_do_not_need_each_other_stop_at_once():
    assert stop_plan(StopOrder.AT_ONCE, ["a", "b", "c"]) == (("c", "b", "a"),)
    assert stop_plan(StopOrder.AT_ONCE, []) == ()


@pytest.mark.parametrize(
    ("strategy", "failed", "stopped", "started"),
    [
        (Strategy.ONE_FOR_ONE, "b", "", "b"),
        (Strategy.ONE_FOR_ALL, "b", "dca", "abcd"),
        (Strategy.ONE_FOR_ALL, "d", "cba", "abcd"),
        (Strategy.REST_FOR_ONE, "a", "dcb", "abcd"),
        (Strategy.REST_FOR_ONE, "c", "d", "cd"),
        (Strategy.REST_FOR_ONE, "d", "", "d"),
    ],
)
def test_rest_for_one_and_one_for_all_restart_exactly_the_right_children(strategy, failed, stopped, started):
    plan = restart_plan(strategy, RIGHT_TO_LEFT, list("abcd"), failed)

    assert "".join(name for group in plan.stop for name in group) == stopped
    assert "".join(plan.start) == started


def test_temporary_siblings_are_stopped_and_not_started_again():
    plan = restart_plan(Strategy.ONE_FOR_ALL, RIGHT_TO_LEFT, list("abc"), "a", frozenset("b"))

    assert plan.stop == (("c",), ("b",))
    assert plan.start == ("a", "c")
