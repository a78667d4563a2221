"""Remembering: the same answers, each made once, and never more of them than allowed."""

from __future__ import annotations

from airssys.capabilities import Action, CapabilitySet, Kind, Request, remembering
from airssys.capabilities._machine import MAX_STEPS
from airssys.capabilities._memory import MAX_REMEMBERED_CHARACTERS


class Counted:
    """Decides by a set, and counts how often."""

    def __init__(self) -> None:
        self.rights = CapabilitySet.of({"filesystem.read": ["/srv/*"], "storage.read": ["srv"]})
        self.asked: list[str] = []

    def decide(self, request: Request) -> bool:
        self.asked.append(str(request))
        return self.rights.allows(request) is not None


def test_a_request_is_decided_once():
    counted = Counted()
    decide = remembering(counted.decide)

    assert [decide(Kind.FILESYSTEM, Action.READ, "/srv/a") for _ in range(3)] == [True] * 3
    assert counted.asked == ["filesystem read /srv/a"]


def test_a_refusal_is_remembered_as_well():
    counted = Counted()
    decide = remembering(counted.decide)

    assert [decide(Kind.FILESYSTEM, Action.READ, "/etc/a") for _ in range(3)] == [False] * 3
    assert len(counted.asked) == 1


def test_requests_that_differ_in_one_part_are_told_apart():
    counted = Counted()
    decide = remembering(counted.decide)

    assert decide(Kind.STORAGE, Action.READ, "srv")
    assert not decide(Kind.STORAGE, Action.WRITE, "srv")
    assert not decide(Kind.MESSAGING, Action.READ, "srv")
    assert len(counted.asked) == 3


def test_no_more_is_remembered_than_allowed():
    counted = Counted()
    decide = remembering(counted.decide, max_remembered=2)

    for name in ("a", "b", "a", "c", "a", "b"):
        decide(Kind.FILESYSTEM, Action.READ, f"/srv/{name}")

    assert [each[-1] for each in counted.asked] == ["a", "b", "c", "b"]


def test_a_long_resource_is_not_remembered():
    counted = Counted()
    decide = remembering(counted.decide)
    path = "/srv/" + "a" * MAX_REMEMBERED_CHARACTERS

    assert [decide(Kind.FILESYSTEM, Action.READ, path) for _ in range(2)] == [True, True]
    assert len(counted.asked) == 2


def test_answers_stay_right_when_the_steps_of_the_automata_are_forgotten():
    rights = CapabilitySet.of({"filesystem.read": ["/**/*a*b", "/x/**/c", "/x/y/*"]})
    paths = [f"/x/{chr(0x4E00 + n)}a{chr(0x5E00 + n)}b" for n in range(MAX_STEPS // 3)]

    answers = [rights.allows(Request(Kind.FILESYSTEM, Action.READ, path)) is not None for path in paths]
    again = [rights.allows(Request(Kind.FILESYSTEM, Action.READ, path + "x")) is not None for path in paths]

    assert all(answers)
    assert not any(again)
