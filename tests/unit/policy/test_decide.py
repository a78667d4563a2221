"""The order of decisions, and what each step decides."""

from __future__ import annotations

import pytest

from airssys.errors import CapabilityDenied
from airssys.policy import Gate, Policy, decide
from airssys.trust import TrustLevel
from tests.policies import allow, component, deny, request, rights, role, unsealed

READ_SRV = "filesystem read /srv/**"


def decided(context, text):
    decision = decide(request(text), context)
    return decision.allowed, decision.rule


ALL_IN_FORCE = component(READ_SRV, "network connect rates.example.org:443")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("filesystem read /srv/a", (True, "shipped default")),
        ("network connect rates.example.org:443", (True, "shipped default")),
        ("filesystem write /srv/a", (False, "not-declared")),
        ("filesystem read /etc/passwd", (False, "not-declared")),
        ("storage read srv", (False, "not-declared")),
        ("filesystem read /srv/../etc/passwd", (False, "malformed-request")),
        ("filesystem read srv/a", (False, "malformed-request")),
        ("filesystem read /etc/shadow", (False, "forbidden:passwords")),
        ("network connect 169.254.169.254:80", (False, "forbidden:link-local")),
    ],
)
def test_what_airssys_ships_allows_what_was_declared_and_approved(text, expected):
    assert decided(ALL_IN_FORCE, text) == expected


def test_nothing_said_is_denied():
    assert decided(component(), "filesystem read /srv/a") == (False, "not-declared")
    assert decided(component(READ_SRV, policy=Policy(rules=())), "filesystem read /srv/a") == (False, "nothing-allows")


def test_who_declares_nothing_is_denied_whatever_is_approved_and_allowed():
    context = component(approved=rights(READ_SRV))

    assert decided(context, "filesystem read /srv/a") == (False, "not-declared")


def test_who_was_not_approved_is_denied_whatever_is_declared_and_allowed():
    context = component(READ_SRV, approved=rights())

    assert decided(context, "filesystem read /srv/a") == (False, "not-approved")


def test_a_narrowed_approval_counts_and_not_what_was_declared():
    context = component(READ_SRV, approved=rights("filesystem read /srv/in/*"))

    assert decided(context, "filesystem read /srv/in/a") == (True, "shipped default")
    assert decided(context, "filesystem read /srv/out/a") == (False, "not-approved")


def test_an_approval_that_is_wider_than_the_manifest_gives_nothing_more():
    context = component("filesystem read /srv/in/*", approved=rights(READ_SRV))

    assert decided(context, "filesystem read /srv/out/a") == (False, "not-declared")


RULES = [
    allow(READ_SRV, source="allow:1"),
    deny("filesystem read /srv/keys/**", source="deny:2"),
    allow("filesystem read /srv/keys/public/**", source="allow:3"),
]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (1, 2, 0), (0, 2, 1), (2, 0, 1)])
def test_deny_beats_allow_whatever_the_order(order):
    policy = Policy(rules=tuple(RULES[each] for each in order))
    context = component(READ_SRV, policy=policy)

    assert decided(context, "filesystem read /srv/a") == (True, "allow:1")
    assert decided(context, "filesystem read /srv/keys/public/a") == (False, "deny:2")


def test_deny_beats_a_role():
    policy = Policy(
        rules=(deny("filesystem read /srv/keys/**", source="deny:2"),),
        roles=(role("reader", READ_SRV),),
        assigned=(("invoice", ("reader",)),),
    )
    context = component(READ_SRV, policy=policy)

    assert decided(context, "filesystem read /srv/a") == (True, "policy.toml:reader role reader")
    assert decided(context, "filesystem read /srv/keys/a") == (False, "deny:2")


def test_the_forbidden_list_is_asked_before_deny_rules_and_before_everything_else():
    policy = Policy(rules=(allow("* * *"), deny("filesystem * *", source="deny:2")))
    context = component(policy=policy)

    assert decided(context, "filesystem read /etc/shadow") == (False, "forbidden:passwords")
    assert decided(context, "filesystem read /srv/a") == (False, "deny:2")


def test_a_rule_is_named_before_a_role_that_allows_the_same():
    policy = Policy(
        rules=(allow(READ_SRV, source="allow:1"),),
        roles=(role("reader", READ_SRV),),
        assigned=(("*", ("reader",)),),
    )

    assert decided(component(READ_SRV, policy=policy), "filesystem read /srv/a") == (True, "allow:1")


@pytest.mark.parametrize(
    ("components", "allowed"),
    [
        (("invoice",), True),
        (("*",), True),
        (("invoice-2",), False),
        (("ledger", "invoice"), True),
        (("Invoice",), False),
    ],
)
def test_a_rule_is_about_the_components_that_it_names(components, allowed):
    policy = Policy(rules=(allow(READ_SRV, *components),))

    assert decide(request("filesystem read /srv/a"), component(READ_SRV, policy=policy)).allowed is allowed


def test_a_deny_rule_about_others_denies_nothing():
    policy = Policy(rules=(allow("* * *"), deny("* * *", "ledger")))

    assert decide(request("filesystem read /srv/a"), component(READ_SRV, policy=policy)).allowed
    assert not decide(request("filesystem read /srv/a"), component(READ_SRV, policy=policy, component="ledger")).allowed


@pytest.mark.parametrize("attribute", ["component", "version", "digest", "trust"])
@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_attribute_denies(attribute, value):
    context = component(READ_SRV, **{attribute: value})

    assert context.missing == (attribute,)
    assert not context.effective
    assert decided(context, "filesystem read /srv/a") == (False, "missing-attribute")


@pytest.mark.parametrize("level", TrustLevel)
def test_trust_opens_nothing_by_itself(level):
    assert decided(component(trust=level), "filesystem read /srv/a") == (False, "not-declared")
    assert decided(component(READ_SRV, approved=rights(), trust=level), "filesystem read /srv/a") == (
        False,
        "not-approved",
    )


class TestWildcardsThatCancelTheSandbox:
    def test_count_for_nothing_unless_the_policy_names_them(self):
        context = component("filesystem read /**")

        assert not context.effective
        assert decided(context, "filesystem read /srv/a") == (False, "wildcard-not-named")

    def test_count_for_the_component_that_the_policy_names(self):
        policy = Policy(wildcards=(("invoice", rights("filesystem read /**")),))

        assert decide(request("filesystem read /srv/a"), component("filesystem read /**", policy=policy)).allowed
        other = component("filesystem read /**", policy=policy, component="ledger")
        assert decided(other, "filesystem read /srv/a") == (False, "wildcard-not-named")

    def test_of_one_action_name_no_other(self):
        policy = Policy(wildcards=(("*", rights("filesystem read /**")),))
        context = component("filesystem read /**", "filesystem write /**", policy=policy)

        assert str(context.effective) == "filesystem read /**"

    def test_leave_the_forbidden_list_alone(self):
        context = component("filesystem read /**", policy=unsealed())

        assert decided(context, "filesystem read /etc/shadow") == (False, "forbidden:passwords")


def test_what_is_too_intricate_to_be_put_together_is_denied_and_says_so():
    """What both patterns match takes 252 patterns to write, of which 64 are kept."""
    one, other = ("filesystem read /a/**/" + "/**/".join(f"{name}{n}" for n in range(5)) + "/**" for name in "xy")
    context = component(one, approved=rights(other))

    decision = decide(request("filesystem read /a/y0/y1/y2/y3/y4/x0/x1/x2/x3/x4"), context)

    assert (decision.allowed, decision.rule) == (False, "too-intricate")
    assert [reason for reason in decision.reasons if reason.startswith("denied:")] == [decision.reasons[-1]]
    assert decision.would_allow is None
    with pytest.raises(CapabilityDenied, match="too intricate"):
        Gate(context, None).require(decision.request)
