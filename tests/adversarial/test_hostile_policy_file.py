"""Threat: a policy file that stops the host, or that is half read. It is refused as a whole, at a bounded cost."""

from __future__ import annotations

import os

import pytest

from airssys.errors import PolicyError
from airssys.policy import Policy, decide
from tests.policies import component, request

RULE = '[[rule]]\neffect = "deny"\ncomponents = ["*"]\nkind = "filesystem"\naction = "read"\nresource = "/srv/**"\n'
CHAIN = "".join(f'[roles.r{n}]\ninherits = ["r{n + 1}"]\n' for n in range(900))


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe",
        b"\0",
        b"[[rule]]\n" * 20_000,
        b"a" * 70_000,
        b"x = " + b"[" * 30_000,
        b".".join([b"a"] * 30_000) + b" = 1",
        RULE.encode() + b'[[rule]]\neffect = "allow"',
        CHAIN.encode() + b'[roles.r900]\ninherits = ["r0"]\n',
        b'[roles."\\u001b[31m"]\ninherits = ["\\u001b[2J"]\n',
        b"rule = 1\nroles = 2\nassign = 3\nwildcards = 4",
    ],
    ids=[
        "not UTF-8",
        "NUL",
        "many rules",
        "no TOML",
        "deep",
        "dotted",
        "half a rule",
        "long circle",
        "escapes",
        "types",
    ],
)
def test_a_malformed_file_is_refused_and_nothing_of_it_is_used(tmp_path, content):
    file = tmp_path / "policy.toml"
    file.write_bytes(content)

    with pytest.raises(PolicyError) as caught:
        Policy.load(file)

    assert "\x1b" not in caught.value.message
    assert caught.value.problems


def test_a_device_or_a_pipe_does_not_hold_the_host_up(tmp_path):
    os.mkfifo(tmp_path / "policy.toml")

    for path in (tmp_path / "policy.toml", "/dev/zero", tmp_path):
        with pytest.raises(PolicyError):
            Policy.load(path)


def test_patterns_that_take_long_to_compare_are_denied_and_not_waited_for(tmp_path):
    """Forty rules with many wildcards each; what cannot be put together is not allowed."""
    file = tmp_path / "policy.toml"
    rule = RULE.replace('"deny"', '"allow"')
    file.write_text("".join(rule.replace("/srv/**", f"/srv/{n}" + "/**/a/*b*/**/c" * 6) for n in range(40)))
    context = component("filesystem read /srv" + "/**/*b*/a" * 8, policy=Policy.load(file))

    decision = decide(request("filesystem read /srv/1/a/b/c"), context)

    assert not decision.allowed
