"""What `airssys run --learn` says about what a component wanted."""

from __future__ import annotations

import tomllib

import pytest

from airssys.capabilities import Capability, CapabilitySet, Request
from airssys.cli._learn import Lesson, Wanted, _as_json, _section, lesson_of, remark_on
from airssys.cli._outcome import Outcome
from airssys.policy import Policy


def lesson(*texts: str) -> Lesson:
    """What is learned from these requests, in this order."""
    outcome = Outcome(component="guest", export="run", status=1, stats={})
    return lesson_of(outcome, [Request.parse(text) for text in texts], Policy())


@pytest.mark.parametrize(
    ("right", "remark"),
    [
        ("filesystem read /srv/in/a.txt", "it learns what is in it"),
        ("filesystem read /etc/hosts", "how this machine is set up"),
        ("filesystem read /etcetera/hosts", "it learns what is in it"),
        ("filesystem read /srv/etc/hosts", "it learns what is in it"),
        ("filesystem read /proc/self/environ", "what this machine is and does"),
        ("filesystem read /home/ada/notes", "a person's files"),
        ("filesystem read /tmp/x", "files that other programs leave there"),
        ("filesystem read /srv/app/.env", "it may hold credentials"),
        ("filesystem read /srv/app/.environment", "it learns what is in it"),
        ("filesystem read /home/ada/.ssh/id_ed25519", "it may hold credentials"),
        ("filesystem read /srv/Secrets/a", "it may hold credentials"),
        ("filesystem write /srv/out/a.txt", "it may change, or delete, what is there"),
        ("filesystem write /usr/bin/ls", "whoever writes there changes what this machine does"),
        ("filesystem write /home/ada/x", "it could change or delete a person's files"),
        ("filesystem write /srv/out/run.sh", "somebody may run it"),
        ("filesystem write /srv/out/run.sh.txt", "it may change, or delete, what is there"),
        ("environment read LANG", "it learns the value"),
        ("network connect example.org:443", "it reaches beyond this machine"),
    ],
)
def test_every_right_comes_with_what_giving_it_means(right, remark):
    assert remark_on(Capability.parse(*right.split(maxsplit=2))) == remark


def test_what_it_prints_is_a_section_that_a_manifest_can_have():
    paths = ["/srv/in/a.txt", '/srv/in/qu"ote', "/srv/in/[a]*b", "/srv/in/é"]
    learned = lesson(*(f"filesystem read {path}" for path in paths), "filesystem write /srv/out")
    read = tomllib.loads("\n".join(_section(learned)))["capabilities"]

    rights = CapabilitySet.of({f"filesystem.{action}": patterns for action, patterns in read["filesystem"].items()})
    assert rights == CapabilitySet(each.right for each in learned.wanted)
    assert len(rights) == 5


def test_the_rights_are_no_wider_than_what_was_asked_for():
    learned = lesson("filesystem read /srv/in/*", "filesystem read /srv/in/?")
    rights = CapabilitySet(each.right for each in learned.wanted)

    assert rights.allows(Request.parse("filesystem read /srv/in/*"))
    assert not rights.allows(Request.parse("filesystem read /srv/in/a"))


def test_what_is_forbidden_or_cannot_be_named_is_a_comment_with_the_reason():
    learned = lesson("filesystem read /etc/shadow", "network connect (malformed: 3 characters)", "filesystem read /")
    text = "\n".join(_section(learned))

    assert "# not to be had: filesystem read /etc/shadow (forbidden to everybody: " in text
    assert "# not to be had: network connect (sockets are refused to every component)" in text
    assert "# not to be had: filesystem read / (it would cancel the sandbox)" in text
    assert "[capabilities]" not in text


def test_a_run_that_wanted_nothing_says_so():
    text = "\n".join(_section(lesson()))

    assert text.startswith("# it asked for nothing that a capability could allow\n")
    assert "[capabilities]" not in text


def test_machines_are_told_the_same():
    told = _as_json(lesson("filesystem read /srv/a", "filesystem read /etc/shadow"))

    assert (told["component"], told["status"], told["error"]) == ("guest", 1, None)
    assert told["capabilities"] == {"filesystem.read": ("/srv/a",)}
    assert told["remarks"] == {"filesystem read /srv/a": "it learns what is in it"}
    assert list(told["not_to_be_had"]) == ["filesystem read /etc/shadow"]


def test_a_remark_belongs_to_its_line():
    right = Capability.parse("filesystem", "read", "/srv/a")
    learned = Lesson(outcome=lesson().outcome, wanted=(Wanted(right=right, remark="be careful"),), hopeless=())

    assert '  "/srv/a",  # be careful' in list(_section(learned))
