"""Weighted fair queueing, with items that always want the CPU, come late, or go away."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airssys.engine import FairQueue, Share

SLICE = 2_000_000  # a tick in nanoseconds
WEIGHTS = st.sampled_from([1, 2, 4])


@dataclass(eq=False)
class Item:
    """Something that waits; `had_ns` is what it got."""

    share: Share
    had_ns: int = 0
    name: str = field(default="", repr=True)

    def run(self, cpu_ns: int) -> None:
        self.had_ns += cpu_ns
        self.share.use(cpu_ns)


def items(*weights: int) -> list[Item]:
    return [Item(Share(weight), name=f"{i}") for i, weight in enumerate(weights)]


def serve(queue: FairQueue[Item], rounds: int, cpu_ns: int = SLICE) -> None:
    """So many slices, each item wanting another one right away."""
    for _ in range(rounds):
        item = queue.pop()
        item.run(cpu_ns)
        queue.push(item)


def filled(*waiting: Item) -> FairQueue[Item]:
    queue: FairQueue[Item] = FairQueue()
    for item in waiting:
        queue.push(item)
    return queue


def test_equals_are_served_round_robin_in_order_of_arrival():
    first, second, third = items(2, 2, 2)
    queue = filled(first, second, third)
    order = []
    for _ in range(9):
        item = queue.pop()
        item.run(SLICE)
        order.append(item)
        queue.push(item)
    assert order == [first, second, third] * 3


def test_weights_are_shares():
    low, normal, high = items(1, 2, 4)
    serve(filled(low, normal, high), 700)
    assert (low.had_ns, normal.had_ns, high.had_ns) == (100 * SLICE, 200 * SLICE, 400 * SLICE)


@given(st.lists(WEIGHTS, min_size=2, max_size=6), st.lists(st.integers(0, SLICE), min_size=50, max_size=200))
def test_no_item_gets_ahead_of_another_by_more_than_a_slice(weights: list[int], slices: list[int]):
    everyone = items(*weights)
    queue = filled(*everyone)
    for cpu_ns in slices:
        serve(queue, 1, cpu_ns)
        entitled = [item.share.virtual_ns for item in everyone]
        assert max(entitled) - min(entitled) <= SLICE + 1


@given(st.lists(WEIGHTS, min_size=1, max_size=6), st.integers(0, 200))
def test_who_was_away_comes_back_without_credit_and_without_debt(weights: list[int], rounds: int):
    *others, late = items(*weights, 2)
    queue = filled(*others)
    serve(queue, rounds)
    queue.push(late)
    before = {item.name: item.had_ns for item in others}
    serve(queue, 40 * len(others) + 40)
    got = {item.name: (item.had_ns - before[item.name]) / item.share.weight for item in others}
    for share in got.values():
        assert abs(share - late.had_ns / late.share.weight) <= 2 * SLICE


@given(st.lists(WEIGHTS, min_size=1, max_size=6))
def test_slices_without_any_time_are_not_free(weights: list[int]):
    idler, *workers = items(1, *weights)
    queue = filled(idler, *workers)
    served = 0
    for _ in range(100 * len(workers)):
        item = queue.pop()
        item.run(0)
        served += item is idler
        queue.push(item)
    assert served < 100 * len(workers)
    assert all(worker.share.virtual_ns > 1 for worker in workers)


@given(st.lists(WEIGHTS, min_size=2, max_size=8), st.lists(st.booleans(), min_size=100, max_size=100))
def test_nobody_starves_whoever_comes_and_goes(weights: list[int], stays: list[bool]):
    victim, *others = items(*weights)
    queue = filled(*others, victim)
    away: list[Item] = []
    for stay in stays:
        item = queue.pop()
        if item is victim:
            return
        item.run(SLICE)
        if stay:
            queue.push(item)
        else:
            away.append(item)
        while away and len(queue) < len(others):
            queue.push(away.pop(0))
    raise AssertionError(f"{victim} was not served among {others}")


def test_a_weight_may_change_while_waiting():
    one, other = items(1, 1)
    queue = filled(one, other)
    serve(queue, 20)
    one.share.weight = 4
    before = one.had_ns, other.had_ns
    serve(queue, 500)
    assert (one.had_ns - before[0]) / (other.had_ns - before[1]) == pytest.approx(4, rel=0.05)


def test_it_knows_how_many_wait_and_an_empty_one_says_so():
    queue = filled(*items(1, 2))
    assert len(queue) == 2
    queue.pop()
    queue.pop()
    assert len(queue) == 0
    with pytest.raises(IndexError):
        queue.pop()
