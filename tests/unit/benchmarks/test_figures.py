"""The arithmetic of the benchmarks: what is compared, when it is stable, and what counts as missed."""

from __future__ import annotations

import asyncio

import pytest

from benchmarks.effort import Effort
from benchmarks.figure import Figure, Target, compared
from benchmarks.page import page
from benchmarks.rounds import Rounds, take_turns
from benchmarks.shown import cells, missed

FACTS = {"CPU": "a|b"}


def figure(ours: float, ratio: float | None, target: Target | None) -> Figure:
    return Figure(name="a call", how="By calling.", unit="us", ours=ours, peer="peer", ratio=ratio, target=target)


def test_a_ratio_is_the_median_of_the_rounds_own_ratios():
    rounds = Rounds({"ours": [1.0, 10.0, 3.0], "peer": [2.0, 10.0, 30.0]})
    result = rounds.compare("ours", "peer")
    assert (result.ours, result.theirs, result.ratio) == (3.0, 10.0, 0.5)


def test_noise_that_hits_everybody_in_a_round_changes_no_ratio():
    result = Rounds({"ours": [1.0, 4.0, 2.0], "peer": [2.0, 8.0, 4.0]}).compare("ours", "peer")
    assert (result.ratio, result.spread) == (0.5, 0.0)


def test_rounds_are_stable_only_when_every_ratio_is():
    steady, shaky = [2.0] * 9, [1.0, 2.0, 3.0] * 3
    assert Rounds({"ours": [1.0] * 9, "peer": steady}).stable()
    assert not Rounds({"ours": [1.0] * 9, "peer": steady, "other": shaky}).stable()


@pytest.mark.parametrize(
    ("target", "ours", "ratio", "met"),
    [
        (Target(text="", bound=0.5), 9.0, 0.5, True),
        (Target(text="", bound=0.5), 9.0, 0.51, False),
        (Target(text="", bound=0.5), 9.0, None, False),
        (Target(text="", bound=1.8, of="ours", at_least=True), 1.8, 0.1, True),
        (Target(text="", bound=1.8, of="ours", at_least=True), 1.7, 9.0, False),
        (None, 1.0, 1.0, None),
    ],
)
def test_a_target_bounds_the_ratio_or_our_own_value(target, ours, ratio, met):
    assert figure(ours, ratio, target).met is met


def test_a_missed_target_is_said_plainly():
    late = figure(1.0, 0.6, Target(text="at most 1/2", bound=0.5))
    assert cells(late)[-1] == "NO"
    assert missed([late, figure(1.0, 0.4, Target(text="at most 1/2", bound=0.5))]) == [
        "a call: 0.600, should be at most 1/2"
    ]


def test_seconds_are_shown_in_the_figures_unit():
    shown = compared("a call", "", Rounds({"ours": [2e-6], "peer": [8e-6]}), "ours", "peer")
    assert cells(shown)[1:5] == ("2.00 us", "peer", "8.00 us", "0.250 ±1 %")


def test_the_page_has_every_figure_its_method_once_and_what_was_missed():
    late = figure(1.0, 0.6, Target(text="at most 1/2", bound=0.5))
    text = page({"calls": [late, figure(2.0, None, None)]}, FACTS)
    assert text.count("By calling.") == 1
    assert "- a call: 0.600, should be at most 1/2\n" in text
    assert "| CPU | a\\|b |" in text
    assert "quick run" not in text
    assert "Others had" not in text


def test_the_page_says_when_the_run_was_quick_or_the_machine_was_not_ours():
    text = page({}, FACTS, quick=True, others=0.4)
    assert "quick run" in text
    assert "Others had 40% of the machine" in text


def test_everybody_takes_a_turn_in_every_round_and_the_order_changes():
    turns: list[str] = []

    def side(name: str):
        async def take(times: int) -> float:
            turns.append(name)
            return times * 1e-6

        return take

    effort = Effort(least_rounds=2, most_rounds=2, slice_seconds=1e-3, instances=1, seconds=1.0)
    rounds = asyncio.run(take_turns({"a": side("a"), "b": side("b")}, effort, times={"a": 5, "b": 7}))
    assert turns == ["a", "b", *("a", "b"), *("b", "a")]  # the first ones warm up
    assert rounds.seconds == {"a": [1e-6, 1e-6], "b": [1e-6, 1e-6]}
