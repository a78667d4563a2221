"""The order in which a supervisor does things."""

from __future__ import annotations

from airssys.actors._agenda import Agenda, StartNext, StopNext


def agenda(*, stop=(), start=()):
    it = Agenda()
    it.replace(stop, start)
    return it


def test_the_next_start_waits_until_the_one_before_it_lives():
    it = agenda(start="ab")

    assert it.next_step(may_start=True) == StartNext(child="a")
    assert it.next_step(may_start=True) is None
    it.started("a")
    assert it.next_step(may_start=True) == StartNext(child="b")
    it.exited("b")  # also when it failed
    assert it.next_step(may_start=True) is None
    assert not it.is_busy


def test_the_next_stop_waits_until_all_of_the_group_before_it_have_ended():
    it = agenda(stop=(("d", "c"), ("b",)))

    assert it.next_step(may_start=True) == StopNext(children=("d", "c"))
    it.exited("d")
    assert it.next_step(may_start=True) is None
    it.exited("c")
    assert it.next_step(may_start=True) == StopNext(children=("b",))


def test_stops_come_before_starts_and_starts_only_when_they_may():
    it = agenda(stop=(("b",),), start="ab")
    it.next_step(may_start=True)
    it.exited("b")

    assert it.next_step(may_start=False) is None
    assert it.next_step(may_start=True) == StartNext(child="a")


def test_a_new_plan_waits_for_those_who_were_asked_to_stop_and_does_not_ask_them_again():
    it = agenda(stop=(("c",), ("b",)), start="bc")
    it.next_step(may_start=True)
    it.replace((("c",), ("b",), ("a",)), ())

    assert it.next_step(may_start=True) is None
    it.exited("c")
    assert it.next_step(may_start=True) == StopNext(children=("b",))


def test_a_new_plan_does_not_wait_for_a_start_that_is_under_way():
    it = agenda(start="ab")
    it.next_step(may_start=True)
    it.replace((("a",),), ())

    assert it.next_step(may_start=True) == StopNext(children=("a",))


def test_one_that_is_dropped_is_not_started_and_its_start_not_awaited():
    it = agenda(start="abc")
    it.next_step(may_start=True)
    it.drop("a")
    it.drop("b")

    assert it.next_step(may_start=True) == StartNext(child="c")


def test_one_that_is_added_comes_last():
    it = agenda(start="ab")
    it.start_too("c")

    assert it.to_start == ("a", "b", "c")
    assert it.is_to_start("c")
    assert not it.is_to_start("d")
