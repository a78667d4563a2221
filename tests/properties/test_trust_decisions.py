"""Decisions: total over any evidence and rules, and never better than what is proven."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from airssys.trust import (
    DevelopmentMode,
    Evidence,
    GitRule,
    LocalRule,
    Paths,
    TrustLevel,
    Unproven,
    UrlPattern,
    decide_trust,
)
from tests.unit.trust.things import COMMIT, MANIFEST, URL, WASM, checkout, digest, key, key_rule, place, signed, source

SOURCES = st.sampled_from([source(), source(wasm=b"other"), source(version="2.0.0"), source(manifest=None)])
UNPROVEN = st.just(Unproven(why="nobody looked"))
SHA256 = st.sampled_from([None, digest(WASM), digest(b"other")])
# made once: what is searched for is combinations, not patterns
PATTERNS = st.sampled_from(
    [Paths(text) for text in ("/srv/**", "/srv/components/*", "/srv/components/greeter/*", "/home/**")]
)
URLS = st.sampled_from(
    [UrlPattern.parse(text) for text in (URL, "https://git.example.org/**", "https://evil.example/x")]
)
KEY_RULES = st.builds(
    lambda number, components, revoked: key_rule(key(number), name="key", components=components, revoked=revoked),
    st.sampled_from([1, 2]),
    st.sampled_from([(), ("greeter",), ("other",)]),
    st.sampled_from([None, None, "leaked"]),
)
GIT_RULES = st.builds(
    GitRule,
    name=st.just("git"),
    url=URLS,
    branch=st.sampled_from([None, "main", "next"]),
    commit=st.sampled_from([None, COMMIT, "1" * 40]),
    checkouts=st.none() | PATTERNS,
    sha256=SHA256,
)
LOCAL_RULES = st.builds(
    LocalRule,
    name=st.just("local"),
    path=PATTERNS,
    sha256=SHA256,
    manifest_sha256=st.sampled_from([None, digest(MANIFEST), digest(b"other")]),
)
RULES = st.lists(KEY_RULES | GIT_RULES | LOCAL_RULES, max_size=4)


@st.composite
def evidences(draw):
    about = draw(SOURCES)
    envelopes = st.builds(lambda what, number: signed(what, key(number)), SOURCES, st.sampled_from([1, 2]))
    checkouts = st.builds(
        checkout,
        branches=st.sampled_from([(), ("main",), ("main", "next")]),
        commit=st.sampled_from([COMMIT, "1" * 40]),
        open_to_all=st.sampled_from([None, "/srv"]),
    )
    places = st.builds(place, st.just(about), open_to_all=st.sampled_from([None, "/srv"]))
    return Evidence(
        source=about,
        envelope=draw(UNPROVEN | envelopes),
        place=draw(UNPROVEN | places),
        checkout=draw(UNPROVEN | checkouts),
    )


@given(evidences(), RULES)
def test_a_decision_names_the_first_rule_that_would_decide_alone(evidence, rules):
    alone = [decide_trust(evidence, [rule]).level for rule in rules]
    decision = decide_trust(evidence, rules)

    if TrustLevel.TRUSTED in alone:
        position = alone.index(TrustLevel.TRUSTED)
        assert (decision.level, decision.rule) == (TrustLevel.TRUSTED, rules[position].name)
        assert len(decision.reasons) == position + 1
    else:
        assert (decision.level, decision.rule) == (TrustLevel.UNKNOWN, None)
        assert len(decision.reasons) == max(1, len(rules))
    assert all(str(reason) for reason in decision.reasons)


@given(evidences(), RULES, st.sampled_from(["envelope", "place", "checkout"]))
def test_less_evidence_never_makes_anything_trusted(evidence, rules, lost):
    less = replace(evidence, **{lost: Unproven(why="lost")})

    if decide_trust(less, rules).level is TrustLevel.TRUSTED:
        assert decide_trust(evidence, rules).level is TrustLevel.TRUSTED


@given(evidences(), GIT_RULES | LOCAL_RULES, st.sampled_from(["sha256", "branch", "manifest_sha256"]))
def test_a_rule_that_asks_for_more_never_trusts_more(evidence, rule, pin):
    """No pin is ignored, and none makes up for another. (A commit makes up for the place; that is not among these.)"""
    if getattr(rule, pin, None) is None:
        return
    if decide_trust(evidence, [rule]).level is TrustLevel.TRUSTED:
        assert decide_trust(evidence, [replace(rule, **{pin: None})]).level is TrustLevel.TRUSTED


@given(evidences(), RULES)
def test_what_is_trusted_meets_every_word_of_its_rule(evidence, rules):
    """The rules once more, written the other way round."""
    decision = decide_trust(evidence, rules)
    if decision.level is not TrustLevel.TRUSTED:
        return
    rule = rules[len(decision.reasons) - 1]
    about = evidence.source
    match rule:
        case LocalRule():
            assert not isinstance(evidence.place, Unproven)
            assert evidence.place.open_to_all is None
            assert all(rule.path.include(str(file.path)) for file in about.files)
            assert rule.sha256 in (None, about.wasm.sha256)
            assert rule.manifest_sha256 in (None, about.manifest_sha256)
        case GitRule():
            assert not isinstance(evidence.checkout, Unproven)
            assert rule.commit in (None, evidence.checkout.commit)
            assert rule.commit is not None or rule.checkouts is not None
            assert rule.checkouts is None or rule.checkouts.include(evidence.checkout.root)
            assert rule.branch is None or rule.branch in evidence.checkout.remotes[0].branches
            assert rule.url.matches(evidence.checkout.remotes[0].url)
            assert rule.sha256 in (None, about.wasm.sha256)
        case _:
            assert not isinstance(evidence.envelope, Unproven)
            assert rule.revoked is None
            assert evidence.envelope.unverified == signed(about).unverified
            assert [each.key for each in evidence.envelope.signatures] == [rule.key.fingerprint]
            assert not rule.components or about.name in rule.components


@given(evidences(), RULES)
def test_development_mode_turns_unknown_into_development_and_changes_nothing_else(evidence, rules):
    plain = decide_trust(evidence, rules)
    developing = decide_trust(evidence, rules, development=DevelopmentMode(is_on=True))

    if plain.level is TrustLevel.TRUSTED:
        assert developing == plain
    else:
        assert developing.level is TrustLevel.DEVELOPMENT
        assert developing.reasons[:-1] == plain.reasons
