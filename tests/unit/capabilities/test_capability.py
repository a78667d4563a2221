"""One capability: its parts have to fit, and it says how it is written."""

from __future__ import annotations

import pytest

from airssys.capabilities import (
    ACTIONS,
    Action,
    Capability,
    CapabilityError,
    EndpointPattern,
    Kind,
    PathPattern,
    PatternError,
    WordsPattern,
)
from airssys.errors import OperatorError


def test_a_capability_is_read_from_its_three_parts():
    right = Capability.parse("network", "connect", "Example.org.:443")

    assert right == Capability(Kind.NETWORK, Action.CONNECT, EndpointPattern("example.org:443"))
    assert str(right) == "network connect example.org:443"
    assert right.key == "network.connect"


@pytest.mark.parametrize(
    ("kind", "action", "message"),
    [
        ("filesytem", "read", "there is no kind 'filesytem', did you mean filesystem; there are filesystem, network, "),
        ("process", "spawn", "there is no kind 'process'; there are filesystem, network, storage, messaging, environ"),
        ("network", "conect", "network has no action 'conect', did you mean connect; it has connect"),
        ("storage", "connect", "storage has no action 'connect'; it has read, write"),
        ("filesystem", "delete", "filesystem has no action delete: write includes it"),
        ("filesystem", "list", "filesystem has no action list: read includes it"),
    ],
)
def test_a_kind_or_an_action_that_does_not_exist_is_refused(kind, action, message):
    with pytest.raises(CapabilityError) as caught:
        Capability.parse(kind, action, "/srv/*")

    assert str(caught.value).startswith(message)
    assert isinstance(caught.value, OperatorError)


def test_a_malformed_pattern_is_a_capability_error_as_well():
    with pytest.raises(CapabilityError) as caught:
        Capability.parse("filesystem", "read", "srv")

    assert isinstance(caught.value, PatternError)


@pytest.mark.parametrize(
    ("kind", "action", "pattern"),
    [
        (Kind.FILESYSTEM, Action.READ, WordsPattern("srv")),
        (Kind.STORAGE, Action.READ, PathPattern("/srv")),
        (Kind.NETWORK, Action.CONNECT, PathPattern("/srv")),
        (Kind.FILESYSTEM, Action.CONNECT, PathPattern("/srv")),
        (Kind.ENVIRONMENT, Action.WRITE, WordsPattern("LANG")),
    ],
)
def test_parts_that_do_not_fit_make_no_capability(kind, action, pattern):
    with pytest.raises(CapabilityError):
        Capability(kind, action, pattern)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("filesystem read /srv/**", 'filesystem.read = ["/srv/**"]'),
        ('filesystem write /srv/"quoted"', 'filesystem.write = ["/srv/\\"quoted\\""]'),
        ("network connect [2001:db8::1]:443", 'network.connect = ["[2001:db8::1]:443"]'),
        ("messaging subscribe rates.**", 'messaging.subscribe = ["rates.#"]'),
    ],
)
def test_the_line_that_asks_for_it(text, line):
    assert Capability.parse(*text.split(maxsplit=2)).line == line


BOUNDLESS = [
    *["filesystem read **", "filesystem write /", "filesystem read /**", "filesystem read /*", "filesystem read *"],
    *["filesystem read /**/*", "filesystem read /*/**", "filesystem read /?*", "filesystem read /[!a]*/**"],
    *["filesystem write /[a-z]*", "filesystem read /[!.]*", "filesystem read /*/*/*"],
    *["network connect *:*", "network connect *", "network connect *:443", "network connect 0.0.0.0/0:443"],
    *["network connect [::/0]:443", "network connect [::ffff:0.0.0.0/96]:1"],
    *["network connect 0.0.0.0/1:*", "network connect 128.0.0.0/1:*", "network connect [2000::/3]:443"],
    *["network connect *.org:443", "network connect 10.0.0.0/7:80"],
    *["storage read *", "storage read **", "storage write #", "storage read *.*", "messaging send *"],
    *["messaging publish #", "messaging subscribe **", "environment read *"],
]

BOUNDED = [
    *["filesystem read /srv/**", "filesystem read /**/*.xml", "filesystem read /s*/**", "filesystem read /*/a"],
    *["network connect example.org:*", "network connect *.example.org:*", "network connect 10.0.0.0/8:*"],
    *["network connect [fc00::/7]:443", "storage read a.#", "storage write *.a", "messaging send ledger"],
    *["messaging receive *", "messaging receive #", "messaging subscribe rates.#", "environment read LC_*"],
]


@pytest.mark.parametrize("text", BOUNDLESS)
def test_a_wildcard_that_leaves_nothing_of_the_wall_cancels_the_sandbox(text):
    assert Capability.parse(*text.split(maxsplit=2)).cancels_the_sandbox


@pytest.mark.parametrize("text", BOUNDED)
def test_a_pattern_that_names_something_keeps_the_sandbox(text):
    assert not Capability.parse(*text.split(maxsplit=2)).cancels_the_sandbox


def test_capabilities_of_different_kinds_or_actions_have_nothing_in_common():
    read = Capability.parse("storage", "read", "invoices")

    for other in ("storage write invoices", "messaging send invoices", "filesystem read /invoices"):
        different = Capability.parse(*other.split(maxsplit=2))
        assert not read.covers(different)
        assert read.meet(different) == ()


def test_people_are_shown_capabilities_in_the_order_of_kinds():
    texts = [f"{kind}.{action}" for kind, actions in ACTIONS.items() for action in actions]

    assert texts == [
        *["filesystem.read", "filesystem.write", "network.connect", "storage.read", "storage.write"],
        *["messaging.send", "messaging.receive", "messaging.publish", "messaging.subscribe", "environment.read"],
    ]
