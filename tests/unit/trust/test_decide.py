"""The decision, rule by rule: what matches, and why the rest does not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from airssys.trust import (
    DevelopmentMode,
    Evidence,
    GitRule,
    LocalRule,
    Paths,
    Reason,
    Rule,
    TrustDecision,
    TrustLevel,
    Unproven,
    UrlPattern,
    decide_trust,
)
from tests.unit.trust.things import (
    COMMIT,
    MANIFEST,
    URL,
    WASM,
    checkout,
    digest,
    evidence,
    key,
    key_rule,
    place,
    signed,
    source,
)

FINGERPRINT = key().public.fingerprint
PINNED = GitRule(name="git", url=UrlPattern.parse(URL), commit=COMMIT)
ON_BRANCH = GitRule(name="git", url=UrlPattern.parse(URL), branch="main", checkouts=Paths("/srv/components/*"))
LOCAL = LocalRule(name="here", path=Paths("/srv/components/**"))
SIGNED = evidence(source(), envelope=signed(source(), key()))
PLACED = evidence(source(), place=place(source()))
CHECKED_OUT = evidence(source(), place=place(source()), checkout=checkout())


def decide(found: Evidence, *rules: Rule) -> TrustDecision:
    return decide_trust(found, rules)


def trusts(found: Evidence, rule: Rule) -> str:
    """What the rule said, which trusts."""
    decision = decide(found, rule)
    assert (decision.level, decision.rule, len(decision.reasons)) == (TrustLevel.TRUSTED, rule.name, 1)
    assert decision.reasons[0].rule == rule.name
    return decision.reasons[0].text


def does_not_trust(found: Evidence, rule: Rule) -> str:
    """What the rule said, which does not."""
    decision = decide(found, rule)
    assert (decision.level, decision.rule, len(decision.reasons)) == (TrustLevel.UNKNOWN, None, 1)
    assert decision.reasons[0].rule == rule.name
    return decision.reasons[0].text


# ---------------------------------------------------------------- order, and nothing


def test_without_rules_everything_is_unknown():
    assert decide(SIGNED) == TrustDecision(
        level=TrustLevel.UNKNOWN, rule=None, reasons=(Reason(rule="", text="there are no rules of trust"),)
    )


def test_the_first_rule_that_matches_decides_and_what_the_others_before_said_is_kept():
    found = evidence(source(), envelope=signed(source(), key()), place=place(source()))
    others = key_rule(key(2), name="others")
    decision = decide(found, others, LOCAL, key_rule(key()))

    assert (decision.level, decision.rule) == (TrustLevel.TRUSTED, "here")
    assert [reason.rule for reason in decision.reasons] == ["others", "here"]
    assert decide(found, key_rule(key()), LOCAL).rule == "release"


@pytest.mark.parametrize("rule", [key_rule(key()), PINNED, ON_BRANCH, LOCAL])
def test_what_nobody_looked_at_is_not_proven(rule):
    assert does_not_trust(evidence(source()), rule) == "nobody looked"


@pytest.mark.parametrize("rule", [key_rule(key()), PINNED, ON_BRANCH, LOCAL])
def test_why_something_is_not_proven_is_told(rule):
    why = Unproven(why="the disk is on fire")

    assert does_not_trust(evidence(source(), envelope=why, place=why, checkout=why), rule) == "the disk is on fire"


def test_a_decision_reads_as_text():
    reasons = decide(SIGNED, LOCAL).reasons

    assert [str(reason) for reason in reasons] == ["here: nobody looked"]
    assert str(Reason(rule="", text="there are no rules of trust")) == "there are no rules of trust"


# ---------------------------------------------------------------- signing keys


def test_a_signature_by_a_trusted_key_is_trusted():
    said = trusts(SIGNED, key_rule(key()))

    assert said == f"signed by its key {FINGERPRINT} at 2026-01-31 12:00:00+00:00"


def test_a_signature_by_an_unknown_key_is_unknown():
    said = does_not_trust(SIGNED, key_rule(key(2)))

    assert said == f"it has no signature by this key ({key(2).public.fingerprint})"


@pytest.mark.parametrize(
    ("other", "what"),
    [
        (source(wasm=b"other bytes"), "SHA-256 of the component"),
        (source(name="impostor"), "name"),
        (source(version="1.1.0"), "version"),
        (source(manifest=b"asks for more"), "SHA-256 of the manifest"),
        (source(manifest=None), "SHA-256 of the manifest"),
    ],
)
def test_a_signature_by_the_right_key_over_something_else_is_refused_with_its_reason(other, what):
    said = does_not_trust(evidence(other, envelope=signed(source(), key())), key_rule(key()))

    assert said.startswith(f"its key signed something else: the signed {what} is ")


def test_a_signed_text_that_is_no_statement_is_refused():
    envelope = signed(source(), key())
    other = type(envelope)(unverified=b"{}").signed_with(key())

    said = does_not_trust(evidence(source(), envelope=other), key_rule(key()))

    assert said.startswith("what its key signed is no statement about a component: expected an object with ")


def test_a_revoked_key_does_not_count_and_says_why():
    said = does_not_trust(SIGNED, key_rule(key(), revoked="leaked in March"))

    assert said == "its key was revoked: leaked in March"


def test_a_key_for_some_components_does_not_sign_for_others():
    assert "signed by" in trusts(SIGNED, key_rule(key(), components=("other", "greeter")))
    said = does_not_trust(SIGNED, key_rule(key(), components=("other", "greeter-2")))
    assert said == "its key may sign for other, greeter-2, and this is greeter"


@pytest.mark.parametrize(("hour", "is_trusted"), [(11, True), (12, False), (13, False)])
def test_a_signature_counts_only_when_it_is_later_than_the_rule_says(hour, is_trusted):
    rule = key_rule(key(), signed_after=datetime(2026, 1, 31, hour, tzinfo=UTC))

    if is_trusted:
        trusts(SIGNED, rule)
    else:
        assert does_not_trust(SIGNED, rule) == (
            f"it was signed at 2026-01-31 12:00:00+00:00, and only later than 2026-01-31 {hour}:00:00+00:00 counts"
        )


# ---------------------------------------------------------------- Git


def test_the_pinned_commit_is_trusted_wherever_it_is():
    anywhere = evidence(source(), checkout=checkout(branches=(), open_to_all="/srv"))

    assert trusts(anywhere, PINNED) == f"unchanged from commit {COMMIT} of {URL}"


def test_another_commit_than_the_pinned_one_is_not():
    other = "1" * 40

    said = does_not_trust(evidence(source(), checkout=checkout(commit=other)), PINNED)

    assert said == f"the checkout is at commit {other}, the rule wants {COMMIT}"


def test_another_address_is_not():
    said = does_not_trust(evidence(source(), checkout=checkout(url="https://git.example.org/evil/greeter")), PINNED)

    assert said == f"the checkout fetches from https://git.example.org/evil/greeter, the rule wants {URL}"


@pytest.mark.parametrize("rule", [ON_BRANCH, GitRule(name="git", url=PINNED.url, commit=COMMIT, branch="main")])
def test_another_branch_is_not(rule):
    found = evidence(source(), place=place(source()), checkout=checkout(branches=("next", "main-2")))

    assert does_not_trust(found, rule) == f"commit {COMMIT} is not the tip of branch main as last fetched"
    assert "unchanged from commit" in trusts(CHECKED_OUT, rule)


def test_without_a_branch_in_the_rule_any_fetched_branch_will_do_but_not_none():
    rule = GitRule(name="git", url=PINNED.url, checkouts=Paths("/srv/components/*"))
    nowhere = evidence(source(), place=place(source()), checkout=checkout(branches=()))

    assert "unchanged from commit" in trusts(CHECKED_OUT, rule)
    assert does_not_trust(nowhere, rule) == f"commit {COMMIT} is not the tip of any branch as last fetched"


@pytest.mark.parametrize("commit", [None, COMMIT])
def test_the_place_of_the_checkouts_is_enforced_with_and_without_a_commit(commit):
    rule = GitRule(name="git", url=PINNED.url, commit=commit, checkouts=Paths("/home/operator/*"))

    said = does_not_trust(CHECKED_OUT, rule)

    assert said == "the checkout /srv/components/greeter is not where the rule's checkouts are"


def test_a_rule_with_neither_commit_nor_checkouts_proves_nothing_however_it_was_made():
    rule = GitRule(name="git", url=PINNED.url, branch="main")

    assert "proves nothing" in does_not_trust(CHECKED_OUT, rule)


@pytest.mark.parametrize(
    "found",
    [
        evidence(source(), place=place(source()), checkout=checkout(open_to_all="/srv/components/greeter/.git/config")),
        evidence(source(), place=place(source(), open_to_all="/srv/components"), checkout=checkout()),
        evidence(source(), checkout=checkout()),
    ],
)
def test_a_checkout_that_others_may_change_proves_nothing_without_a_commit(found):
    said = does_not_trust(found, ON_BRANCH)

    assert said.startswith("every user of this machine may change /srv/components") or said == "nobody looked"


def test_the_digest_in_a_git_rule_is_enforced():
    right = GitRule(name="git", url=PINNED.url, commit=COMMIT, sha256=digest(WASM))
    wrong = GitRule(name="git", url=PINNED.url, commit=COMMIT, sha256=digest(b"other"))

    assert "unchanged from commit" in trusts(CHECKED_OUT, right)
    assert does_not_trust(CHECKED_OUT, wrong) == (
        f"the component has SHA-256 {digest(WASM)}, the rule wants {digest(b'other')}"
    )


# ---------------------------------------------------------------- places


def test_files_in_a_trusted_place_are_trusted():
    assert trusts(PLACED, LOCAL) == "/srv/components/greeter/greeter.wasm is where it says"


@pytest.mark.parametrize(
    "pattern",
    ["/srv/components/*", "/srv/components/other/**", "/srv/components-2/**", "/srv/components/greeter/*.wasm"],
)
def test_every_file_has_to_match_segment_by_segment(pattern):
    said = does_not_trust(PLACED, LocalRule(name="here", path=Paths(pattern)))

    assert said.startswith("its path does not match ")
    assert "/srv/components/greeter/Component.toml" in said


def test_a_place_that_everybody_may_change_proves_nothing():
    found = evidence(source(), place=place(source(), open_to_all="/srv/components"))

    assert does_not_trust(found, LOCAL) == "every user of this machine may change /srv/components"


def test_the_digests_in_a_local_rule_are_enforced():
    right = LocalRule(name="here", path=LOCAL.path, sha256=digest(WASM), manifest_sha256=digest(MANIFEST))

    assert "is where it says" in trusts(PLACED, right)


@pytest.mark.parametrize(
    ("sha256", "manifest_sha256", "said"),
    [
        ("0" * 64, None, f"the component has SHA-256 {digest(WASM)}, the rule wants {'0' * 64}"),
        (digest(WASM), "0" * 64, f"the manifest has SHA-256 {digest(MANIFEST)}, the rule wants {'0' * 64}"),
        (None, "0" * 64, f"the manifest has SHA-256 {digest(MANIFEST)}, the rule wants {'0' * 64}"),
    ],
)
def test_each_digest_alone_is_enforced(sha256, manifest_sha256, said):
    rule = LocalRule(name="here", path=LOCAL.path, sha256=sha256, manifest_sha256=manifest_sha256)

    assert does_not_trust(PLACED, rule) == said


def test_a_pinned_manifest_is_not_replaced_by_none():
    made = source(manifest=None)
    rule = LocalRule(name="here", path=LOCAL.path, manifest_sha256=digest(MANIFEST))

    said = does_not_trust(evidence(made, place=place(made)), rule)

    assert said == f"the manifest has SHA-256 none, as it is no file, the rule wants {digest(MANIFEST)}"


# ---------------------------------------------------------------- development


def test_development_mode_changes_what_no_rule_matches_and_nothing_else():
    on = DevelopmentMode(is_on=True)
    unmatched = decide_trust(SIGNED, [key_rule(key(2))], development=on)

    assert (unmatched.level, unmatched.rule) == (TrustLevel.DEVELOPMENT, None)
    assert unmatched.reasons[-1] == Reason(rule="", text="the host runs in development mode")
    assert decide_trust(SIGNED, [key_rule(key())], development=on) == decide(SIGNED, key_rule(key()))
    assert decide_trust(SIGNED, [], development=DevelopmentMode()).level is TrustLevel.UNKNOWN
