"""`policy.toml`: what it may say, and what is wrong with it, all at once."""

from __future__ import annotations

import os

import pytest

from airssys.errors import PolicyError
from airssys.policy import Effect, Policy, decide
from tests.policies import component, request, rights

RULE = '[[rule]]\neffect = "deny"\ncomponents = ["*"]\nkind = "filesystem"\naction = "read"\nresource = "/srv/**"\n'


@pytest.fixture
def load(tmp_path, monkeypatch):
    """Reads a text as `policy.toml` of the working folder."""
    monkeypatch.chdir(tmp_path)

    def read(text):
        (tmp_path / "policy.toml").write_text(text, encoding="utf-8")
        return Policy.load("policy.toml")

    return read


def problems(load, text):
    with pytest.raises(PolicyError) as caught:
        load(text)
    return caught.value.problems


def test_an_empty_file_allows_nothing(load):
    policy = load("")

    assert (policy.rules, policy.roles) == ((), ())
    assert not decide(request("filesystem read /srv/a"), component("filesystem read /srv/**", policy=policy)).allowed


def test_everything_that_a_file_may_say(load):
    policy = load(
        RULE.replace('"deny"', '"allow"')
        + 'reason = "invoices"\n'
        + RULE.replace('"/srv/**"', '["/srv/keys/**", "/srv/old"]')
        + '[roles.reader]\nallow = ["filesystem read /srv/in/**"]\n'
        + '[roles.writer]\ninherits = ["reader"]\nallow = ["storage write invoices.#"]\n'
        + '[assign]\ninvoice = ["writer"]\n"*" = ["reader"]\n'
        + '[wildcards]\nbackup = ["filesystem read /**"]\n'
    )

    first, second = policy.rules
    assert (first.effect, first.reason, first.source) == (Effect.ALLOW, "invoices", "policy.toml:1")
    assert (second.effect, second.rights) == (
        Effect.DENY,
        rights(*(f"filesystem read /srv/{x}" for x in ("keys/**", "old"))),
    )
    assert second.source == "policy.toml:8"
    assert [(each.name, each.inherits, str(each.allow)) for each in policy.roles] == [
        ("reader", (), "filesystem read /srv/in/**"),
        ("writer", ("reader",), "storage write invoices.#"),
    ]
    assert policy.assigned == (("invoice", ("writer",)), ("*", ("reader",)))
    assert policy.named_wildcards == frozenset(rights("filesystem read /**"))
    assert policy.protected == (os.path.realpath("policy.toml"),)


@pytest.mark.parametrize(
    ("kind", "action", "resource", "covered"),
    [
        ("*", "*", "*", ["filesystem write /a", "network connect a:1", "storage read a", "environment read A"]),
        ("*", "read", "*", ["filesystem read /a", "storage read a.b", "environment read A"]),
        ("filesystem", "*", "/srv/**", ["filesystem read /srv/a", "filesystem write /srv/a"]),
        ("messaging", "*", "*", ["messaging send a", "messaging receive a", "messaging publish a.b"]),
        ("network", "connect", "*", ["network connect 10.0.0.1:1", "network connect a.org:65535"]),
    ],
)
def test_a_star_is_every_kind_action_or_resource(load, kind, action, resource, covered):
    (rule,) = load(
        f'[[rule]]\neffect = "deny"\ncomponents = ["*"]\nkind = "{kind}"\naction = "{action}"\nresource = "{resource}"'
    ).rules

    assert all(rule.rights.allows(request(text)) for text in covered)
    if action == "read":
        assert rule.rights.allows(request("filesystem write /a")) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (RULE.replace('"deny"', '"permit"'), "policy.toml:2: rule.1.effect must be one of allow, deny"),
        (RULE.replace('"deny"', "1"), "policy.toml:2: rule.1.effect must be a string"),
        (RULE.replace('["*"]', '"*"'), "policy.toml:3: rule.1.components must be a list of strings"),
        (RULE.replace('["*"]', "[]"), "policy.toml:3: rule.1.components is empty"),
        (RULE.replace('["*"]', '["inv*"]'), "policy.toml:3: rule.1.components is malformed"),
        (RULE.replace('"filesystem"', '"files"'), "policy.toml:4: rule.1.kind must be one of *, filesystem"),
        (RULE.replace('"read"', '"connect"'), "policy.toml:5: rule.1.action must be one of *, read, write"),
        (RULE.replace('"read"', '"delete"'), "policy.toml:5: rule.1.action must be one of"),
        (RULE.replace('"/srv/**"', '"srv/**"'), "policy.toml:6: rule.1.resource cannot be used"),
        (RULE.replace('"/srv/**"', '["/srv/**", "/a/../b"]'), "policy.toml:6: rule.1.resource cannot be used"),
        (RULE.replace('"/srv/**"', "[]"), "policy.toml:6: rule.1.resource is empty"),
        (RULE.replace('"filesystem"', '"*"'), "policy.toml:6: rule.1.resource cannot be used: the pattern"),
        (RULE + 'reson = "why"', "policy.toml:7: rule.1.reson is not a known key; did you mean reason?"),
        (RULE.replace('effect = "deny"\n', ""), "policy.toml:1: rule.1.effect is missing"),
        (RULE.replace('resource = "/srv/**"\n', ""), "policy.toml:1: rule.1.resource is missing"),
        ('rule = "deny"', "policy.toml:1: rule must be a list of tables"),
        ("rule = [1]", "policy.toml:1: rule.1 must be a table"),
        ("[rule]\n", "policy.toml:1: rule must be a list of tables"),
        ("roles = 1", "policy.toml:1: roles must be a table"),
        ("[roles]\na = 1", "policy.toml:2: roles.a must be a table"),
        ('[roles.a]\nallow = ["filesystem read"]', "policy.toml:2: roles.a.allow cannot be used"),
        ('[roles.a]\ndeny = ["filesystem read /a"]', "policy.toml:2: roles.a.deny is not a known key"),
        ('[roles.a]\ninherits = ["b"]', "policy.toml:2: there is no role b"),
        ('[roles.a]\ninherits = ["a"]', "policy.toml:2: roles inherit each other in a circle: a -> a"),
        ('[assign]\ninvoice = ["b"]', "policy.toml:2: there is no role b"),
        ('[assign]\nInvoice = []', "policy.toml:2: assign.Invoice is malformed"),
        ('[assign]\ninvoice = "a"', "policy.toml:2: assign.invoice must be a list of strings"),
        ('[wildcards]\ninvoice = ["filesystem read /srv/**"]', "policy.toml:2: wildcards.invoice names a pattern that"),
        ("[forbidden]\n", "policy.toml:1: forbidden is not a known key"),
        ('[[rule]]\neffect = "deny', "policy.toml:2:15: this is not TOML"),
    ],
)  # fmt: skip
def test_a_problem_says_where_it_is_and_what_it_is(load, text, said):
    assert any(problem.startswith(said) for problem in problems(load, text)), problems(load, text)


def test_all_problems_are_told_together_and_say_what_to_write(load):
    found = problems(
        load,
        RULE.replace('"deny"', '"permit"').replace('"read"', '"connect"').replace('"/srv/**"', '"srv"')
        + '[roles.a]\ninherits = ["b"]\n[asign]\n',
    )

    assert [problem.partition(" ")[0] for problem in found] == [f"policy.toml:{line}:" for line in (2, 5, 6, 8, 9)]
    assert 'write:    effect = "deny"' in found[0]
    assert "did you mean assign?" in found[4]


def test_a_file_with_one_problem_is_refused_as_a_whole(load):
    with pytest.raises(PolicyError) as caught:
        load(RULE + RULE.replace('"read"', '"raed"'))

    assert caught.value.problems == (caught.value.message,)
    assert caught.value.code == "policy-invalid"
    assert caught.value.hint


def test_a_missing_file_is_no_empty_policy(tmp_path):
    with pytest.raises(PolicyError, match="there is no such file"):
        Policy.load(tmp_path / "policy.toml")


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "policy.toml")

    with pytest.raises(PolicyError, match="not a regular file"):
        Policy.load(tmp_path / "policy.toml")
