"""From a source to an ask, from a trust decision to a proof, from a refusal to an error that helps."""

from __future__ import annotations

import pickle

import pytest

from airssys.approval import Ask, approval_required, proof_of, remark
from airssys.capabilities import Capability, CapabilitySet, Kind
from airssys.errors import ApprovalRequired, OperatorError
from airssys.trust import GitRule, LocalRule, Paths, TrustDecision, TrustLevel, UrlPattern
from tests.approving import MORE, READ, ask
from tests.unit.trust import things


def test_an_ask_is_bound_to_name_bytes_source_and_normal_rights():
    asked = Ask.of(things.source(), capabilities=CapabilitySet.of(READ), rationale={Kind.FILESYSTEM: "why"})

    assert asked.version == "1.2.0"
    assert asked.rationale == {Kind.FILESYSTEM: "why"}
    assert asked.binding.component == "greeter"
    assert asked.binding.digest == things.digest(things.WASM)
    assert asked.binding.source == "file:///srv/components/greeter/greeter.wasm"
    assert asked.binding.capabilities == '{"filesystem.read":["/srv/in/**"]}'


def decision(rule: str | None, level: TrustLevel = TrustLevel.TRUSTED) -> TrustDecision:
    return TrustDecision(level=level, rule=rule, reasons=())


KEY = things.key_rule(things.key(1))
GIT = GitRule(name="git", url=UrlPattern.parse("https://git.example.org/acme/*"), checkouts=Paths("/srv/*"))
PINNED = GitRule(name="pinned", url=UrlPattern.parse("https://git.example.org/acme/*"), commit=things.COMMIT)
PLACE = LocalRule(name="place", path=Paths("/srv/components/**"))


@pytest.mark.parametrize(
    ("rule", "proof"),
    [
        (KEY, f"signing key {KEY.key.fingerprint}"),
        (GIT, "git https://git.example.org/acme/* in /srv/*"),
        (PINNED, None),
        (PLACE, "local /srv/components/**"),
    ],
)
def test_a_proof_says_what_the_rule_relies_on(rule, proof):
    assert proof_of(decision(rule.name), [KEY, GIT, PINNED, PLACE]) == proof


def test_another_key_under_an_old_name_is_another_proof():
    other = things.key_rule(things.key(2))

    assert KEY.name == other.name
    assert proof_of(decision(KEY.name), [KEY]) != proof_of(decision(KEY.name), [other])


@pytest.mark.parametrize("level", [TrustLevel.UNKNOWN, TrustLevel.DEVELOPMENT])
def test_what_no_rule_matched_has_no_proof(level):
    assert proof_of(decision(KEY.name, level), [KEY]) is None
    assert proof_of(decision(None), [KEY]) is None


@pytest.mark.parametrize(
    ("right", "said"),
    [
        ("filesystem write /srv/out/*", "can replace and delete what is there"),
        ("network connect example.org:443", "can send there whatever it can read"),
        ("network connect *:443", "WIDE OPEN: nearly everything of this kind; can send there whatever it can read"),
        ("filesystem read /home/ada/.ssh/id_rsa", "can read what is there, and the name sounds like a secret"),
        ("environment read API_TOKEN", "can read the value, and the name sounds like a secret"),
        ("environment read MONKEY", "can read the value"),
        ("messaging receive billing", "takes orders from these components"),
    ],
)
def test_every_right_says_what_it_can_lead_to(right, said):
    kind, action, pattern = right.split(" ")

    assert remark(Capability.parse(kind, action, pattern)) == said


def test_the_error_names_the_command(desk):
    request = desk.workflow.request(ask(MORE))
    error = approval_required(request)

    assert isinstance(error, OperatorError)
    assert error.request is request
    assert str(error) == (
        "invoice 1.0.0 may not run before a person approves it: it asks for 2 rights, 2 of them new (approval 1)"
    )
    assert "`airssys approve 1`" in error.hint


def test_the_error_after_a_no_says_who_said_it_and_what_changes_that(desk):
    desk.workflow.request(ask())
    error = approval_required(desk.workflow.reject(1, by="maria", reason="too much"))

    assert str(error) == "invoice 1.0.0 may not run: approval 1 was rejected by maria: too much"
    assert "`airssys approve 1 --again`" in error.hint


def test_the_error_passes_between_processes(desk):
    error = approval_required(desk.workflow.request(ask()))
    copy = pickle.loads(pickle.dumps(error))

    assert isinstance(copy, ApprovalRequired)
    assert (copy.message, copy.hint, copy.request) == (error.message, error.hint, error.request)
