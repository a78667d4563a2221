"""What an approval covers: the same bytes with what was decided about, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from airssys.approval import Answer, ApprovalRequest, Standing, State, standing_of
from airssys.capabilities import CapabilitySet
from tests.approving import LESS, MORE, READ, V1, V2, ask

NOW = 1000.0


def request(state: State = State.APPROVED, *, id: int = 1, only=None, expires_at=None, rights=READ, **changes):
    """A request in a state; approved means all of it unless told otherwise."""
    asked = ask(rights, **changes)
    given = CapabilitySet.of(only) if only is not None else asked.capabilities
    return ApprovalRequest(
        id=id,
        ask=asked,
        state=state,
        asked_at=0.0,
        changed_at=0.0,
        expires_at=expires_at,
        rights=(),
        before=None,
        approved=given if state is State.APPROVED else CapabilitySet(),
        by="maria",
    )


def stands(asked, *known) -> Standing:
    return standing_of(asked, known, now=NOW)


def test_the_same_bytes_with_the_same_rights_are_covered():
    standing = stands(ask(), request())

    assert (standing.answer, standing.rights, standing.by) == (Answer.COVERED, ask().capabilities, "maria")


def test_less_than_was_approved_is_covered_and_no_more_is_given():
    assert stands(ask(LESS), request()).rights == CapabilitySet.of(LESS)


def test_rights_that_were_written_in_another_way_are_the_same():
    other = {"filesystem.read": ["/srv/in/x", "/srv/in/**"]}

    assert stands(ask(other), request()).answer is Answer.COVERED


@pytest.mark.parametrize(
    "changes",
    [
        {"digest": V2},
        {"source": "file:///tmp/invoice.wasm"},
        {"component": "invoices"},
        {"capabilities": CapabilitySet.of(MORE)},
        {"capabilities": CapabilitySet.of({"filesystem.read": ["/srv/**"]})},
        {"capabilities": CapabilitySet.of({"filesystem.write": ["/srv/in/**"]})},
        {"capabilities": CapabilitySet.of({"storage.read": ["srv.in.#"]})},
    ],
)
def test_other_bytes_another_source_another_name_or_other_rights_are_not(changes):
    standing = stands(replace(ask(), **changes), request())

    assert (standing.answer, standing.rights, standing.by, standing.request) == (
        Answer.NONE,
        CapabilitySet(),
        "",
        None,
    )


@pytest.mark.parametrize("state", [each for each in State if each is not State.APPROVED])
def test_only_an_approval_in_force_gives_rights(state):
    assert not stands(ask(), request(state)).rights
    assert stands(ask(), request(state)).answer is not Answer.COVERED


def test_a_narrowed_approval_covers_what_was_asked_and_gives_what_was_left():
    standing = stands(ask(MORE), request(rights=MORE, only=READ))

    assert (standing.answer, standing.rights) == (Answer.COVERED, CapabilitySet.of(READ))


def test_what_a_reviewer_took_away_is_not_given_by_asking_for_it_alone():
    standing = stands(ask({"network.connect": ["rates.example.org:443"]}), request(rights=MORE, only=READ))

    assert (standing.answer, standing.rights) == (Answer.COVERED, CapabilitySet())


def test_rights_that_are_given_in_part_meet():
    standing = stands(ask({"filesystem.read": ["/srv/in/*/a"]}), request(only={"filesystem.read": ["/srv/in/b/*"]}))

    assert standing.rights == CapabilitySet.of({"filesystem.read": ["/srv/in/b/a"]})


def test_asking_for_nothing_needs_nobody():
    assert stands(ask({})).answer is Answer.COVERED
    assert stands(ask({}), request(State.WITHDRAWN)).answer is Answer.COVERED
    assert not stands(ask({}), request()).rights


def test_a_request_waits_for_exactly_what_it_asks():
    assert stands(ask(), request(State.PENDING)).answer is Answer.PENDING
    assert stands(ask(LESS), request(State.PENDING)).answer is Answer.NONE
    assert stands(ask(digest=V2), request(State.PENDING)).answer is Answer.NONE


def test_a_request_whose_time_is_over_counts_for_nothing():
    assert stands(ask(), request(State.PENDING, expires_at=NOW)).answer is Answer.NONE
    assert stands(ask(), request(State.PENDING, expires_at=NOW + 1)).answer is Answer.PENDING


@pytest.mark.parametrize(("state", "answer"), [(State.REJECTED, Answer.REJECTED), (State.WITHDRAWN, Answer.WITHDRAWN)])
def test_a_no_stands_for_the_same_and_more_and_less_may_be_asked(state, answer):
    assert stands(ask(), request(state)).answer is answer
    assert stands(ask(MORE), request(state)).answer is answer
    assert stands(ask(LESS), request(state)).answer is Answer.NONE
    assert stands(ask(digest=V2), request(state)).answer is Answer.NONE


def test_a_no_to_more_takes_nothing_away():
    known = request(), request(State.REJECTED, id=2, rights=MORE)

    assert stands(ask(), *known).answer is Answer.COVERED
    assert stands(ask(MORE), *known).answer is Answer.REJECTED


def test_whoever_asks_again_waits_again_and_the_order_of_records_says_nothing():
    rejected, waiting = request(State.REJECTED), request(State.PENDING, id=2)

    assert stands(ask(), rejected, waiting).answer is Answer.PENDING
    assert stands(ask(), waiting, rejected).answer is Answer.PENDING


@pytest.mark.parametrize("state", [State.EXPIRED, State.SUPERSEDED])
def test_what_expired_or_was_superseded_is_no_answer(state):
    assert stands(ask(), request(state)).answer is Answer.NONE


# ---------------------------------------------------------------- later versions


def later(rights=READ, *, version="1.1.0", proof="signing key K", **changes):
    return ask(rights, digest=V2, version=version, proof=proof, **changes)


def test_a_later_version_of_a_proven_maker_runs_with_the_same_or_less():
    first = request(proof="signing key K")

    assert stands(later(), first).rights == CapabilitySet.of(READ)
    assert stands(later(LESS), first).rights == CapabilitySet.of(LESS)


def test_a_later_version_that_asks_for_more_is_not_covered():
    assert stands(later(MORE), request(proof="signing key K")).answer is Answer.NONE


@pytest.mark.parametrize(
    ("first", "second"), [(None, None), (None, "signing key K"), ("signing key K", None), ("signing key K", "git U")]
)
def test_without_proof_of_the_same_maker_other_bytes_inherit_nothing(first, second):
    assert stands(later(proof=second), request(proof=first)).answer is Answer.NONE


@pytest.mark.parametrize("version", ["0.9.9", "1.0.0", "1.0.0-rc.1", "1.0.0+build.2", "none"])
def test_a_version_that_is_not_later_inherits_nothing(version):
    assert stands(later(version=version), request(proof="signing key K")).answer is Answer.NONE


def test_a_later_version_from_another_place_inherits_nothing():
    assert stands(later(source="file:///tmp/i.wasm"), request(proof="signing key K")).answer is Answer.NONE


def test_a_later_version_inherits_the_narrowing_too():
    first = request(rights=MORE, only=READ, proof="signing key K")

    assert stands(later(MORE), first).rights == CapabilitySet.of(READ)


def test_a_no_about_these_bytes_stands_above_what_they_would_inherit():
    no = replace(request(State.REJECTED, id=2), ask=later())

    assert stands(later(), request(proof="signing key K"), no).answer is Answer.REJECTED


def test_nothing_is_inherited_from_an_approval_that_was_withdrawn():
    assert stands(later(), request(State.WITHDRAWN, proof="signing key K", digest=V1)).answer is Answer.NONE
