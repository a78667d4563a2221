"""Requests: normalised where they can be, admitted by nothing where they cannot."""

from __future__ import annotations

import pytest

from airssys.capabilities import Action, Capability, CapabilityError, CapabilitySet, Kind, Request


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("filesystem read /etc/passwd", "filesystem read /etc/passwd"),
        ("network connect EXAMPLE.org.:443", "network connect example.org:443"),
        ("network connect bücher.example:443", "network connect xn--bcher-kva.example:443"),
        ("network connect [::FFFF:10.0.0.1]:80", "network connect 10.0.0.1:80"),
        ("network connect [2001:0db8::1]:80", "network connect [2001:db8::1]:80"),
        ("network connect 10.0.0.1:80", "network connect 10.0.0.1:80"),
        ("filesystem  read   /with spaces ", "filesystem read /with spaces "),
        ("network connect not an endpoint", "network connect not an endpoint"),
    ],
)
def test_a_request_is_shown_as_it_is_compared(text, shown):
    assert str(Request.parse(text)) == shown


def test_two_ways_to_ask_for_the_same_endpoint_are_one_request():
    one = Request(Kind.NETWORK, Action.CONNECT, "Example.org.:443")

    assert one == Request(Kind.NETWORK, Action.CONNECT, "example.org:443")
    assert hash(one) == hash(Request(Kind.NETWORK, Action.CONNECT, "example.org:443"))


@pytest.mark.parametrize("text", ["", "filesystem", "filesystem read", "filesystem fly /a", "disk read /a"])
def test_what_is_no_request_is_refused(text):
    with pytest.raises(CapabilityError):
        Request.parse(text)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("filesystem read /srv/a", None),
        ("filesystem read srv", "is not absolute"),
        ("filesystem read /srv/../a", "has a segment . or .."),
        ("filesystem read /srv/%2e%2e/a", "has a percent sign"),
        ("filesystem read /srv\\a", "has a backslash"),
        ("filesystem read /srv/", "ends in a slash"),
        ("filesystem read //srv", "has an empty segment"),
        ("filesystem read /srv\x00", "has control characters"),
        ("filesystem read /" + "a" * 5000, "is too long"),
        ("network connect example.org", "is no endpoint"),
        ("storage read a..b", "is not made of words with dots between them"),
        ("environment read A-B", "is not the name of a variable"),
    ],
)
def test_why_nothing_admits_a_request(text, fault):
    assert Request.parse(text).fault == fault


def test_an_empty_path_is_at_fault_as_well():
    assert Request(Kind.FILESYSTEM, Action.READ, "").fault == "is empty"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("filesystem read /etc/passwd", 'filesystem.read = ["/etc/passwd"]'),
        ("filesystem write /srv/[x]*?{}", 'filesystem.write = ["/srv/[[]x][*][?][{][}]"]'),
        ("network connect Example.org:443", 'network.connect = ["example.org:443"]'),
        ("storage write a.b", 'storage.write = ["a.b"]'),
        ("environment read LANG", 'environment.read = ["LANG"]'),
    ],
)
def test_the_narrowest_line_that_would_admit_it(text, line):
    request = Request.parse(text)
    narrowest = request.narrowest()

    assert isinstance(narrowest, Capability)
    assert narrowest.line == line
    assert CapabilitySet([narrowest]).allows(request) == narrowest


def test_what_nothing_admits_has_no_line_that_would():
    assert Request.parse("filesystem read /srv/../etc").narrowest() is None
