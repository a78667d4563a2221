"""Addresses of repositories: every way to write one is one address, and no other is taken for it."""

from __future__ import annotations

import pytest

from airssys.trust import UrlPattern
from airssys.trust._urls import normalised_url

SAME = [
    (
        "https://git.example.org/acme/greeter",
        [
            "https://git.example.org/acme/greeter.git",
            "https://git.example.org/acme/greeter/",
            "https://git.example.org/acme/greeter.git/",
            "https://GIT.Example.ORG/acme/greeter",
            "https://git.example.org:443/acme/greeter",
            "https://somebody@git.example.org/acme/greeter",
            "https://bot:secret@git.example.org/acme/greeter",
        ],
    ),
    ("https://git.example.org:8443/acme/greeter", ["https://git.example.org:8443/acme/greeter.git"]),
    (
        "ssh://git@git.example.org/acme/greeter",
        [
            "git@git.example.org:acme/greeter.git",
            "git@git.example.org:/acme/greeter",
            "ssh://git@git.example.org:22/acme/greeter.git",
            "ssh://git:secret@git.example.org/acme/greeter",
        ],
    ),
    ("ssh://git.example.org/acme/greeter", ["git.example.org:acme/greeter"]),
    ("file:///srv/git/greeter", ["/srv/git/greeter.git", "file:///srv/git/greeter/"]),
    ("git://git.example.org/greeter", ["git://git.example.org:9418/greeter.git"]),
    ("http://git.example.org/greeter", ["http://git.example.org:80/greeter.git"]),
]
NO_ADDRESS = [
    "",
    "greeter",
    "../greeter",
    "./greeter",
    "~/greeter",
    "https://git.example.org",
    "https://git.example.org/",
    "https://git.example.org//greeter",
    "https://git.example.org/acme//greeter",
    "https://git.example.org/acme/../evil/greeter",
    "https://git.example.org/acme/./greeter",
    "https://git.example.org/acme%2fgreeter",
    "https://git.example.org/acme/greeter?x=1",
    "https://git.example.org/acme/greeter#x",
    "https://git.example.org\\@evil.example/acme/greeter",
    "https://git.example.org /acme/greeter",
    " https://git.example.org/acme/greeter",
    "https://git.example.org/acme/gree\tter",
    "https://git.example.org/acme/greeter\n",
    "https://git_example.org/acme/greeter",
    "https://git..example.org/acme/greeter",
    "https://git.example.org./acme/greeter",
    "https://.git.example.org/acme/greeter",
    "https://*.example.org/acme/greeter",
    "https://[::1]/acme/greeter",
    "https://[/acme/greeter",
    "https:///acme/greeter",
    "https://git.example.org:port/acme/greeter",
    "https://git.example.org:99999/acme/greeter",
    "ext::sh -c whoami",
    "ext://sh/whoami",
    "ftp://git.example.org/greeter",
    "file://host/srv/greeter",
    "ssh://-oProxyCommand=x/greeter",
    "-oProxyCommand=x@host:greeter",
    "us er@host:greeter",
    "user@:greeter",
    "user@host:",
    "https://gít.example.org/greeter",
    "https://git.example.org/" + "a" * 3000,
]


@pytest.mark.parametrize(("one", "other"), [(one, other) for one, others in SAME for other in [one, *others]])
def test_every_way_to_write_an_address_is_one_address(one, other):
    assert normalised_url(other) == one
    assert UrlPattern.parse(one).matches(other)
    assert UrlPattern.parse(other).matches(one)


@pytest.mark.parametrize("one", [one for one, _ in SAME])
@pytest.mark.parametrize("other", [one for one, _ in SAME])
def test_different_addresses_stay_different(one, other):
    assert UrlPattern.parse(one).matches(other) is (one == other)


@pytest.mark.parametrize("text", NO_ADDRESS)
def test_what_is_no_address_matches_nothing_and_is_no_pattern(text):
    with pytest.raises(ValueError):
        normalised_url(text)
    with pytest.raises(ValueError):
        UrlPattern.parse(text)
    assert not UrlPattern.parse("https://git.example.org/**").matches(text)


@pytest.mark.parametrize(
    "url",
    [
        "https://git.example.org/acme2/greeter",
        "https://git.example.org/acme",
        "https://git.example.org/acme/tools/greeter",
        "https://evilgit.example.org/acme/greeter",
        "https://git.example.org.evil.example/acme/greeter",
        "https://git.example.org@evil.example/acme/greeter",
        "https://evil.example/git.example.org/acme/greeter",
        "https://git.example.org:8443/acme/greeter",
        "http://git.example.org/acme/greeter",
        "ssh://git.example.org/acme/greeter",
        "git@git.example.org:acme/greeter",
        "https://git.example.org/Acme/greeter",
        "/acme/greeter",
    ],
)
def test_a_pattern_is_for_one_scheme_host_and_port_and_whole_segments(url):
    pattern = UrlPattern.parse("https://git.example.org/acme/*")

    assert pattern.matches("https://git.example.org/acme/greeter")
    assert not pattern.matches(url)


def test_whose_repository_it_is_counts_with_ssh():
    assert not UrlPattern.parse("alice@host.example:greeter").matches("bob@host.example:greeter")


def test_a_pattern_keeps_the_text_that_was_written():
    pattern = UrlPattern.parse("git@git.example.org:acme/*.git")

    assert pattern.text == "git@git.example.org:acme/*.git"
    assert pattern.matches("git@git.example.org:acme/greeter.git")
