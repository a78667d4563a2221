"""Specifications are valid by existing."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from airssys.actors import (
    AutoShutdown,
    ChildSpec,
    ChildType,
    Intensity,
    MailboxSpec,
    Overflow,
    RestartType,
    SpecInvalid,
    Strategy,
    SupervisorSpec,
)
from tests.actors_at_work import Echo


def child(id="a", **values):
    return ChildSpec(id=id, **{"start": Echo, **values})


def test_a_worker_is_given_five_seconds_to_stop_and_a_supervisor_as_long_as_it_takes():
    assert child().grace_seconds == 5.0
    assert child(start=SupervisorSpec()).grace_seconds is None


@pytest.mark.parametrize(("shutdown", "grace"), [("kill", 0.0), ("infinity", None), (2, 2.0), (0.5, 0.5)])
def test_shutdown_is_a_grace_time_or_kill_or_infinity(shutdown, grace):
    assert child(shutdown=shutdown).grace_seconds == grace


def test_the_type_of_a_child_follows_from_what_starts_it():
    assert child(start=partial(Echo)).type is ChildType.WORKER
    assert child(start=SupervisorSpec()).type is ChildType.SUPERVISOR


def test_words_are_taken_for_choices():
    words: dict[str, Any] = {"restart": "transient", "strategy": "rest_for_one", "overflow": "block"}

    assert child(restart=words["restart"]).restart is RestartType.TRANSIENT
    assert SupervisorSpec(strategy=words["strategy"]).strategy is Strategy.REST_FOR_ONE
    assert MailboxSpec(overflow=words["overflow"]).overflow is Overflow.BLOCK


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"id": ""}, "id"),
        ({"id": "a/b"}, "slash"),
        ({"id": "a\n"}, "printable"),
        ({"id": 5}, "id"),
        ({"name": ""}, "name"),
        ({"start": Echo()}, "exists already"),
        ({"start": None}, "makes an actor"),
        ({"restart": "sometimes"}, "permanent, transient, temporary"),
        ({"shutdown": "soon"}, "seconds"),
        ({"shutdown": -1}, "at least 0"),
        ({"shutdown": True}, "seconds"),
        ({"is_significant": True}, "permanent"),
    ],
)
def test_a_child_that_contradicts_itself_is_refused_with_what_was_expected(values, told):
    with pytest.raises(SpecInvalid, match=told):
        child(**values)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"children": (child("a"), child("a"))}, "two children"),
        ({"strategy": "all_for_one"}, "one_for_one, one_for_all, rest_for_one"),
        ({"max_restarts": -1}, "max_restarts"),
        ({"max_restarts": True}, "max_restarts"),
        ({"period_seconds": 0}, "more than 0"),
        ({"max_children": -1}, "max_children"),
        ({"max_children": 0, "children": (child(),)}, "max_children is 0"),
        ({"auto_shutdown": "perhaps"}, "never"),
        ({"children": (child(restart="transient", is_significant=True),)}, "auto_shutdown is never"),
    ],
)
def test_a_supervisor_that_contradicts_itself_is_refused_with_what_was_expected(values, told):
    with pytest.raises(SpecInvalid, match=told):
        SupervisorSpec(**values)


def test_significant_children_go_with_a_supervisor_that_minds():
    significant = child(restart=RestartType.TEMPORARY, is_significant=True)

    children: Any = [significant]
    spec = SupervisorSpec(children=children, auto_shutdown=AutoShutdown.ANY_SIGNIFICANT)

    assert spec.children == (significant,)


@pytest.mark.parametrize("values", [{"capacity": 0}, {"capacity": 1.5}, {"capacity": True}, {"overflow": "grow"}])
def test_a_mailbox_without_a_bound_or_a_policy_is_refused(values):
    with pytest.raises(SpecInvalid):
        MailboxSpec(**values)


def test_an_intensity_needs_a_period():
    with pytest.raises(SpecInvalid, match="period_seconds"):
        Intensity(max_restarts=1, period_seconds=0.0)
