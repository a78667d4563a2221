"""The decision: a function of evidence and rules. The first rule that matches decides; what none matches is unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from airssys.trust._development import DevelopmentMode
from airssys.trust._envelope import NotSigned
from airssys.trust._evidence import Checkout, Evidence, Unproven
from airssys.trust._levels import Reason, TrustDecision, TrustLevel
from airssys.trust._rules import GitRule, LocalRule, Rule, SigningKeyRule
from airssys.trust._statement import Statement

_OFF: Final = DevelopmentMode()


@dataclass(frozen=True, slots=True)
class _Match:
    """Everything that the rule asks for is proven."""

    said: str


@dataclass(frozen=True, slots=True)
class _Mismatch:
    """Something that the rule asks for is not."""

    said: str


def decide_trust(evidence: Evidence, rules: Sequence[Rule], *, development: DevelopmentMode = _OFF) -> TrustDecision:
    """Say how far the origin of a component is vouched for. Pure, and total: whatever is not proven does not count.

    Args:
        evidence: what `collect_evidence` found.
        rules: the operator's, in their order.
        development: what becomes of a component that no rule matches.
    """
    reasons: list[Reason] = []
    for rule in rules:
        verdict = _verdict(rule, evidence)
        reasons.append(Reason(rule=rule.name, text=verdict.said))
        if isinstance(verdict, _Match):
            return TrustDecision(level=TrustLevel.TRUSTED, rule=rule.name, reasons=tuple(reasons))
    if not rules:
        reasons.append(Reason(rule="", text="there are no rules of trust"))
    if development.is_on:
        reasons.append(Reason(rule="", text="the host runs in development mode"))
        return TrustDecision(level=TrustLevel.DEVELOPMENT, rule=None, reasons=tuple(reasons))
    return TrustDecision(level=TrustLevel.UNKNOWN, rule=None, reasons=tuple(reasons))


def _verdict(rule: Rule, evidence: Evidence) -> _Match | _Mismatch:
    match rule:
        case SigningKeyRule():
            return _by_key(rule, evidence)
        case GitRule():
            return _by_git(rule, evidence)
        case LocalRule():
            return _by_place(rule, evidence)


def _by_key(rule: SigningKeyRule, evidence: Evidence) -> _Match | _Mismatch:
    if rule.revoked is not None:
        return _Mismatch(f"its key was revoked: {rule.revoked}")
    source, envelope = evidence.source, evidence.envelope
    if isinstance(envelope, Unproven):
        return _Mismatch(envelope.why)
    try:
        statement = Statement.decode(envelope.opened_with(rule.key))
    except NotSigned as why:
        return _Mismatch(f"{why} ({rule.key.fingerprint})")
    except ValueError as why:
        return _Mismatch(f"what its key signed is no statement about a component: {why}")
    differences = statement.differences(source)
    if differences:
        return _Mismatch(f"its key signed something else: {'; '.join(differences)}")
    if rule.components and source.name not in rule.components:
        return _Mismatch(f"its key may sign for {', '.join(rule.components)}, and this is {source.name}")
    if rule.signed_after is not None and statement.signed_at <= rule.signed_after:
        return _Mismatch(f"it was signed at {statement.signed_at}, and only later than {rule.signed_after} counts")
    return _Match(f"signed by its key {rule.key.fingerprint} at {statement.signed_at}")


def _by_git(rule: GitRule, evidence: Evidence) -> _Match | _Mismatch:
    checkout = evidence.checkout
    if isinstance(checkout, Unproven):
        return _Mismatch(checkout.why)
    if rule.commit is not None and checkout.commit != rule.commit:
        return _Mismatch(f"the checkout is at commit {checkout.commit}, the rule wants {rule.commit}")
    is_pinned = rule.commit is not None and rule.checkouts is None
    if not is_pinned and (problem := _not_the_operators(rule, checkout, evidence)):
        return _Mismatch(problem)
    remotes = [remote for remote in checkout.remotes if rule.url.matches(remote.url)]
    if not remotes:
        urls = ", ".join(remote.url for remote in checkout.remotes) or "nowhere"
        return _Mismatch(f"the checkout fetches from {urls}, the rule wants {rule.url.text}")
    branches = frozenset[str]().union(*(remote.branches for remote in remotes))
    if rule.branch is not None and rule.branch not in branches:
        return _Mismatch(f"commit {checkout.commit} is not the tip of branch {rule.branch} as last fetched")
    if rule.commit is None and not branches:
        return _Mismatch(f"commit {checkout.commit} is not the tip of any branch as last fetched")
    if problem := _pin(rule.sha256, evidence.source.wasm.sha256, "component"):
        return _Mismatch(problem)
    return _Match(f"unchanged from commit {checkout.commit} of {rule.url.text}")


def _not_the_operators(rule: GitRule, checkout: Checkout, evidence: Evidence) -> str:
    """Why a checkout is not one that only the operator can have made; empty when it is."""
    if rule.checkouts is None:
        return "the rule has neither a commit nor a folder of checkouts, and so proves nothing"
    if not rule.checkouts.include(checkout.root):
        return f"the checkout {checkout.root} is not where the rule's checkouts are"
    if isinstance(evidence.place, Unproven):
        return evidence.place.why
    opened = checkout.open_to_all or evidence.place.open_to_all
    return f"every user of this machine may change {opened}" if opened is not None else ""


def _by_place(rule: LocalRule, evidence: Evidence) -> _Match | _Mismatch:
    place, source = evidence.place, evidence.source
    if isinstance(place, Unproven):
        return _Mismatch(place.why)
    outside = [path for path in place.paths if not rule.path.include(path)]
    if outside or not place.paths:
        return _Mismatch(f"its path does not match {', '.join(outside)}")
    if place.open_to_all is not None:
        return _Mismatch(f"every user of this machine may change {place.open_to_all}")
    for problem in (
        _pin(rule.sha256, source.wasm.sha256, "component"),
        _pin(rule.manifest_sha256, source.manifest_sha256, "manifest"),
    ):
        if problem:
            return _Mismatch(problem)
    return _Match(f"{source.wasm.path} is where it says")


def _pin(pinned: str | None, found: str | None, what: str) -> str:
    """Why a pin does not hold; empty when it does, or when there is none."""
    if pinned is None or pinned == found:
        return ""
    return f"the {what} has SHA-256 {found or 'none, as it is no file'}, the rule wants {pinned}"
