"""Decisions: what holds for every policy, every component and every request."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from airssys.capabilities import Action, CapabilitySet, Kind, Request
from airssys.errors import CapabilityDenied
from airssys.policy import Effect, Gate, Policy, Rule, SecurityContext, decide, exceptions, rights_of, withheld
from airssys.trust import TrustLevel
from tests.policies import Kept

from .policies import Case, cases, rules

#: A component with its policy takes a while to make; `explore` of tests/conftest.py makes more of them.
MODEST = settings(max_examples=max(25, settings().max_examples // 4))


def allowed(case: Case, **changes: object) -> bool:
    context = replace(case.context, **changes)  # type: ignore[arg-type]
    return decide(case.request, context).allowed


def admitted(rights: CapabilitySet, request: Request) -> bool:
    return rights.allows(request) is not None


def by_the_book(request: Request, context: SecurityContext) -> bool:
    """The decision without any index: every rule and every role, one by one."""
    policy = context.policy
    about = [rule for rule in policy.rules if {"*", context.component} & {*rule.components}]
    if any(admitted(rule.rights, request) for rule in about if rule.effect is Effect.DENY):
        return False
    if admitted(Policy(protected=policy.protected).of("anybody").forbidden.rights, request):
        return False
    names = [name for who, names in policy.assigned if who in ("*", context.component) for name in names]
    by_name = {role.name: role for role in policy.roles}
    gives = [rule.rights for rule in about if rule.effect is Effect.ALLOW]
    while names:
        role = by_name[names.pop()]
        names.extend(role.inherits)
        gives.append(role.allow)
    named = [rights for who, rights in policy.wildcards if who in ("*", context.component)]
    counted = [
        each for each in context.declared if not each.cancels_the_sandbox or any(some.covers(each) for some in named)
    ]
    return (
        any(admitted(CapabilitySet([each]), request) for each in counted)
        and admitted(context.approved, request)
        and any(admitted(rights, request) for rights in gives)
    )


@given(cases())
def test_a_decision_is_what_reading_the_policy_line_by_line_comes_to(case):
    assert decide(case.request, case.context).allowed == by_the_book(case.request, case.context)


@MODEST
@given(cases())
def test_what_is_allowed_was_declared_and_approved(case):
    if decide(case.request, case.context).allowed:
        assert admitted(case.context.declared, case.request)
        assert admitted(case.context.approved, case.request)


@MODEST
@given(cases())
def test_what_is_in_force_is_within_what_was_declared_and_what_was_approved(case):
    context = case.context

    assert context.declared.covers(context.effective)
    assert context.approved.covers(context.effective)


@MODEST
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_rules_changes_no_answer(case, chance):
    policy = case.context.policy
    shuffled = chance.sample(policy.rules, len(policy.rules))

    assert allowed(case, policy=replace(policy, rules=tuple(shuffled))) == allowed(case)


@MODEST
@given(cases(), st.integers(0, 5))
def test_deny_beats_allow_wherever_it_stands(case, at):
    everything = rights_of("*", "*", "*")
    both = (
        Rule(effect=Effect.ALLOW, components=("*",), rights=everything),
        Rule(
            effect=Effect.DENY, components=("invoice",), rights=CapabilitySet(filter(None, [case.request.narrowest()]))
        ),
    )
    present = list(case.context.policy.rules)
    present.insert(at, both[at % 2])
    present.insert(at // 2, both[1 - at % 2])

    assert not allowed(case, policy=replace(case.context.policy, rules=tuple(present)))


@MODEST
@given(cases(), st.data())
def test_another_deny_rule_never_allows_more(case, data):
    policy = case.context.policy
    more = data.draw(rules(case.kind, Effect.DENY))

    after = allowed(case, policy=replace(policy, rules=(*policy.rules, more)))

    assert not after or allowed(case)


@MODEST
@given(cases(), st.data())
def test_another_allow_rule_never_allows_less(case, data):
    policy = case.context.policy
    more = data.draw(rules(case.kind, Effect.ALLOW))

    assert not allowed(case) or allowed(case, policy=replace(policy, rules=(*policy.rules, more)))


@MODEST
@given(cases(), st.data())
def test_who_is_approved_less_may_not_do_more(case, data):
    fewer = CapabilitySet(
        data.draw(
            st.lists(st.sampled_from([*case.context.approved] or [None])).map(
                lambda some: [each for each in some if each]
            )
        )
    )

    assert not allowed(case, approved=fewer) or allowed(case)


@MODEST
@given(cases(), st.sampled_from(TrustLevel))
def test_the_level_of_trust_changes_no_answer(case, level):
    """So development mode lifts nothing; it only decides whether a person has to approve."""
    assert allowed(case, trust=level) == allowed(case)


@MODEST
@given(cases(), st.sampled_from(["component", "version", "digest", "trust"]))
def test_a_missing_attribute_denies(case, attribute):
    assert not allowed(case, **{attribute: None})


@MODEST
@given(cases())
def test_the_forbidden_list_holds_for_everybody(case):
    everything = Policy(protected=case.context.policy.protected)
    if everything.of("anybody").forbidden.find(case.request) is not None:
        decision = decide(case.request, case.context)

        assert not decision.allowed
        assert decision.rule.startswith("forbidden:")


@MODEST
@given(cases())
def test_every_decision_says_why(case):
    decision = decide(case.request, case.context)
    refusals = [reason for reason in decision.reasons if reason.startswith("denied:")]

    assert bool(refusals) != decision.allowed
    assert decision.rule
    if decision.allowed:
        assert decision.rule in decision.reasons[-1]


@MODEST
@given(cases())
def test_what_would_allow_is_allowed_once_it_is_written_and_approved(case):
    decision = decide(case.request, case.context)
    right = case.request.narrowest()
    assume(decision.would_allow is not None and right is not None)
    policy = case.context.policy
    if "[[rule]]" in (decision.would_allow or ""):
        rule = Rule(effect=Effect.ALLOW, components=("invoice",), rights=CapabilitySet([right]))
        policy = replace(policy, rules=(*policy.rules, rule))
    if "[wildcards]" in (decision.would_allow or ""):
        policy = replace(policy, wildcards=(*policy.wildcards, ("invoice", CapabilitySet([right]))))
    declared = case.context.declared
    if right.line in (decision.would_allow or "").splitlines():  # in place of the wildcard, if that is what is wrong
        declared = CapabilitySet([*(each for each in declared if not each.covers(right)), right])

    assert allowed(case, policy=policy, declared=declared, approved=declared)


@MODEST
@given(cases())
def test_the_gate_grants_and_records_what_is_decided(case):
    log = Kept()
    decision = decide(case.request, case.context)
    gate = Gate(case.context, log)

    if decision.allowed:
        grant = gate.require(case.request)
        assert log.decisions == [(str(case.request), "allowed", decision.rule, grant.id)]
    else:
        with pytest.raises(CapabilityDenied):
            gate.require(case.request)
        assert log.decisions == [(str(case.request), "denied", decision.rule, None)]


@MODEST
@given(cases(), cases(), st.booleans())
def test_a_grant_for_two_requests_needs_both(one, other, swapped):
    pair = (other.request, one.request) if swapped else (one.request, other.request)
    both = all(decide(each, one.context).allowed for each in pair)
    gate = Gate(one.context, Kept())

    if both:
        assert gate.require(*pair).requests == pair
    else:
        with pytest.raises(CapabilityDenied):
            gate.require(*pair)


@MODEST
@given(cases())
def test_what_is_withheld_and_what_is_in_force_make_up_what_was_declared(case):
    context = case.context
    left = CapabilitySet(each.right for each in withheld(context))

    assert context.effective.union(left).covers(context.declared)
    for each in exceptions(context):
        if admitted(CapabilitySet([each.right]), case.request):
            assert not decide(case.request, context).allowed


@MODEST
@given(
    cases(),
    st.text(max_size=40),
    st.sampled_from(
        [
            (kind, action)
            for kind, action in (
                (Kind.FILESYSTEM, Action.READ),
                (Kind.NETWORK, Action.CONNECT),
                (Kind.STORAGE, Action.READ),
                (Kind.ENVIRONMENT, Action.READ),
            )
        ]
    ),
)
def test_any_text_is_decided(case, text, right):
    """Guests choose the text: whatever it is, there is an answer with reasons, and nothing is raised."""
    kind, action = right
    decision = decide(Request(kind, action, text), case.context)

    assert decision.reasons
    assert decision.allowed or decision.rule
