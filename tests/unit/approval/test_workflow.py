"""The workflow: who may do what when, what is recorded, and what never happens."""

from __future__ import annotations

import pytest

from airssys.approval import DEFAULT_LIFETIME_SECONDS, TRANSITIONS, Answer, ApprovalWorkflow, Choice, State, Verdict
from airssys.capabilities import CapabilitySet
from airssys.errors import (
    ApprovalInvalid,
    ApprovalNotFound,
    ApprovalSettled,
    ApprovalsFull,
    ApprovalWidened,
    AuditUnavailable,
    StorageFailed,
)
from tests.approving import LESS, MORE, READ, V2, WHY, ask, opened

# ---------------------------------------------------------------- asking


def test_a_request_is_kept_with_all_that_a_reviewer_is_shown(desk):
    asked = desk.workflow.request(ask(MORE))

    assert desk.workflow.get(asked.id) == asked
    assert (asked.state, asked.ask, asked.ask.rationale) == (State.PENDING, ask(MORE), WHY)
    assert (asked.asked_at, asked.expires_at) == (desk.clock.today, desk.clock.today + DEFAULT_LIFETIME_SECONDS)
    assert [(str(right.capability), right.remark, right.is_new) for right in asked.rights] == [
        ("filesystem read /srv/in/**", "can read what is there", True),
        ("network connect rates.example.org:443", "can send there whatever it can read", True),
    ]
    assert (asked.before, asked.by, asked.note) == (None, "", "")
    assert desk.recorded == [(1, "pending", "airssys")]


def test_what_was_shown_is_read_from_the_record_and_not_made_up_anew(desk):
    asked = desk.workflow.request(ask())
    record = desk.store.approvals.get(asked.id)
    detail = record.detail.replace("can read what is there", "as it was shown then")
    desk.store.approvals.transition(record, to="pending", at=1.0, expires_at=record.expires_at, detail=detail)

    assert desk.workflow.get(asked.id).rights[0].remark == "as it was shown then"


def test_asking_again_for_the_same_is_the_same_request(desk):
    asked = desk.workflow.request(ask())

    assert desk.workflow.request(ask({"filesystem.read": ["/srv/in/a", "/srv/in/**"]})) == asked
    assert desk.workflow.pending() == (asked,)
    assert len(desk.recorded) == 1


def test_asking_for_what_is_approved_or_refused_files_nothing(desk):
    approved = desk.workflow.approve(desk.workflow.request(ask()).id, by="maria")
    rejected = desk.workflow.reject(desk.workflow.request(ask(MORE)).id, by="maria", reason="too much")

    assert desk.workflow.request(ask(LESS)) == approved
    assert desk.workflow.request(ask(MORE)) == rejected
    assert desk.workflow.pending() == ()


def test_who_asks_for_nothing_is_not_filed(desk):
    with pytest.raises(ApprovalInvalid, match="invoice asks for nothing"):
        desk.workflow.request(ask({}))

    assert desk.workflow.standing(ask({})).answer is Answer.COVERED
    assert desk.recorded == []


def test_whoever_asks_for_nothing_waits_for_no_disk(desk):
    desk.store.close()

    assert desk.workflow.standing(ask({})).answer is Answer.COVERED
    assert desk.workflow.vouch(ask({}), by="trust rule a").answer is Answer.COVERED
    with pytest.raises(StorageFailed):
        desk.workflow.standing(ask())


def test_requests_are_ordered_as_they_came(desk):
    asked = [desk.workflow.request(ask(component=name)) for name in ("zeta", "alpha", "beta")]

    assert list(desk.workflow.pending()) == asked
    assert [each.id for each in asked] == [1, 2, 3]


def test_requests_are_bounded():
    with opened(max_pending=3) as desk:
        for number in range(3):
            desk.workflow.request(ask(component=f"c{number}"))
        with pytest.raises(ApprovalsFull, match="3 requests for approval wait already") as full:
            desk.workflow.request(ask(component="one-more"))
        assert full.value.limit == 3
        assert len(desk.workflow.pending()) == 3
        assert len(desk.recorded) == 3

        desk.workflow.request(ask(component="c0"))  # waits already
        desk.workflow.reject(2, by="maria", reason="no")
        assert desk.workflow.request(ask(component="one-more")).id == 4


def test_requests_whose_time_is_over_make_room():
    with opened(max_pending=1) as desk:
        desk.workflow.request(ask(component="c0"))
        desk.clock.today += DEFAULT_LIFETIME_SECONDS

        assert desk.workflow.request(ask(component="c1")).id == 2


# ---------------------------------------------------------------- answering


def test_an_approval_says_who_when_and_why(desk):
    asked = desk.workflow.request(ask())
    desk.clock.today += 60
    approved = desk.workflow.approve(asked.id, by="maria", note="read the code")

    assert desk.workflow.get(asked.id) == approved
    assert (approved.state, approved.by, approved.note) == (State.APPROVED, "maria", "read the code")
    assert (approved.changed_at, approved.expires_at) == (desk.clock.today, None)
    assert approved.rights == asked.rights
    assert [(step.state, step.by, step.note) for step in desk.workflow.history(asked.id)] == [
        ("pending", "airssys", ""),
        ("approved", "maria", "read the code"),
    ]
    assert desk.recorded == [(1, "pending", "airssys"), (1, "approved", "maria")]
    standing = desk.workflow.standing(ask())
    assert (standing.answer, standing.rights, standing.by) == (Answer.COVERED, CapabilitySet.of(READ), "maria")


def test_a_reviewer_may_narrow(desk):
    approved = desk.workflow.approve(desk.workflow.request(ask(MORE)).id, by="maria", only=CapabilitySet.of(LESS))

    assert approved.is_narrowed
    assert approved.approved == CapabilitySet.of(LESS)
    assert desk.workflow.standing(ask(MORE)).rights == CapabilitySet.of(LESS)


@pytest.mark.parametrize(
    "only",
    [
        {"filesystem.read": ["/srv/**"]},
        {"filesystem.write": ["/srv/in/a"]},
        {"filesystem.read": ["/srv/in/a"], "network.connect": ["example.org:443"]},
    ],
)
def test_a_reviewer_may_not_widen(desk, only):
    asked = desk.workflow.request(ask())
    with pytest.raises(ApprovalWidened, match="this was not asked for: ") as caught:
        desk.workflow.approve(asked.id, by="maria", only=CapabilitySet.of(only))

    assert len(caught.value.beyond) == 1
    assert desk.workflow.get(asked.id) == asked
    assert len(desk.recorded) == 1


def test_a_withdrawn_approval_covers_nothing(desk):
    desk.workflow.approve(desk.workflow.request(ask()).id, by="maria")
    withdrawn = desk.workflow.withdraw(1, by="jo", reason="a hole was found")

    assert (withdrawn.state, withdrawn.by, withdrawn.note) == (State.WITHDRAWN, "jo", "a hole was found")
    assert desk.workflow.standing(ask()).answer is Answer.WITHDRAWN
    assert desk.workflow.request(ask()) == withdrawn


def test_after_a_no_only_a_person_asks_again(desk):
    desk.workflow.reject(desk.workflow.request(ask()).id, by="maria", reason="no")
    again = desk.workflow.ask_again(1, by="jo")

    assert (again.id, again.state, again.ask) == (2, State.PENDING, ask())
    assert desk.workflow.ask_again(1, by="jo") == again
    assert desk.workflow.standing(ask()).answer is Answer.PENDING
    assert desk.recorded[-1] == (2, "pending", "jo")
    approved = desk.workflow.approve(2, by="jo")
    assert desk.workflow.standing(ask()).answer is Answer.COVERED
    assert desk.workflow.ask_again(1, by="jo") == approved


def test_an_approval_for_once_is_used_up_at_once(desk):
    standing = desk.workflow.approve_once(desk.workflow.request(ask(MORE)).id, by="maria", only=CapabilitySet.of(READ))

    assert (standing.answer, standing.rights) == (Answer.COVERED, CapabilitySet.of(READ))
    assert standing.by == "maria, once"
    assert desk.workflow.standing(ask(MORE)).answer is Answer.NONE
    assert desk.recorded[1:] == [(1, "approved", "maria"), (1, "superseded", "maria")]
    assert desk.workflow.request(ask(MORE)).id == 2


@pytest.mark.parametrize(
    ("verdict", "answer", "afterwards"),
    [
        (Verdict(choice=Choice.ONCE, by="bot"), Answer.COVERED, Answer.NONE),
        (Verdict(choice=Choice.ALWAYS, by="bot"), Answer.COVERED, Answer.COVERED),
        (Verdict(choice=Choice.NO, by="bot"), Answer.REJECTED, Answer.REJECTED),
    ],
)
def test_an_approver_answers_once_always_or_no(desk, verdict, answer, afterwards):
    standing = desk.workflow.apply(desk.workflow.request(ask()).id, verdict)

    assert standing.answer is answer
    assert bool(standing.rights) is (answer is Answer.COVERED)
    assert desk.workflow.standing(ask()).answer is afterwards


@pytest.mark.parametrize("choice", [Choice.ONCE, Choice.ALWAYS])
def test_an_approver_may_narrow_and_not_widen(desk, choice):
    asked = desk.workflow.request(ask())
    with pytest.raises(ApprovalWidened):
        desk.workflow.apply(asked.id, Verdict(choice=choice, by="bot", only=CapabilitySet.of(MORE)))
    standing = desk.workflow.apply(asked.id, Verdict(choice=choice, by="bot", only=CapabilitySet.of(LESS)))

    assert standing.rights == CapabilitySet.of(LESS)


def test_the_second_reviewer_is_told_who_was_first_and_what(desk):
    desk.workflow.request(ask())
    desk.workflow.approve(1, by="maria", note="fine")
    with pytest.raises(ApprovalSettled, match=r"approval 1 was approved by maria: fine \(since 2023-") as told:
        desk.workflow.reject(1, by="jo", reason="no")

    assert (told.value.approval, told.value.state, told.value.by) == (1, State.APPROVED, "maria")
    assert desk.workflow.standing(ask()).answer is Answer.COVERED


#: How each state is reached, and what leads out of it.
REACHED = {
    State.PENDING: lambda workflow: None,
    State.APPROVED: lambda workflow: workflow.approve(1, by="a"),
    State.REJECTED: lambda workflow: workflow.reject(1, by="a", reason="r"),
    State.EXPIRED: lambda workflow: workflow.expire(),
    State.WITHDRAWN: lambda workflow: (workflow.approve(1, by="a"), workflow.withdraw(1, by="a")),
    State.SUPERSEDED: lambda workflow: workflow.approve_once(1, by="a"),
}
ACTS = {
    State.APPROVED: lambda workflow: workflow.approve(1, by="b"),
    State.REJECTED: lambda workflow: workflow.reject(1, by="b", reason="r"),
    State.WITHDRAWN: lambda workflow: workflow.withdraw(1, by="b"),
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("to", ACTS)
def test_every_step_that_is_not_in_the_table_is_an_error(desk, state, to):
    desk.workflow.request(ask())
    if state is State.EXPIRED:
        desk.clock.today += DEFAULT_LIFETIME_SECONDS
    REACHED[state](desk.workflow)
    before, recorded = desk.workflow.get(1), desk.recorded
    assert before.state is state

    if to in TRANSITIONS[state]:
        ACTS[to](desk.workflow)
        assert desk.workflow.get(1).state is to
    else:
        with pytest.raises(ApprovalSettled):
            ACTS[to](desk.workflow)
        assert (desk.workflow.get(1), desk.recorded) == (before, recorded)


@pytest.mark.parametrize("identifier", [0, -1, 2, 2**63, 10**30])
def test_there_is_no_approval_of_another_number(desk, identifier):
    desk.workflow.request(ask())

    for act in (
        lambda: desk.workflow.get(identifier),
        lambda: desk.workflow.history(identifier),
        lambda: desk.workflow.approve(identifier, by="a"),
        lambda: desk.workflow.reject(identifier, by="a", reason="r"),
        lambda: desk.workflow.withdraw(identifier, by="a"),
        lambda: desk.workflow.ask_again(identifier, by="a"),
    ):
        with pytest.raises(ApprovalNotFound, match=f"there is no approval {identifier}$"):
            act()


@pytest.mark.parametrize("name", ["", "  ", "a" * 129, "a\nb", "\x1b[2J", "\ud800"])
def test_whoever_decides_has_a_name_that_can_be_recorded(desk, name):
    desk.workflow.request(ask())
    for act in (
        lambda: desk.workflow.approve(1, by=name),
        lambda: desk.workflow.approve_once(1, by=name),
        lambda: desk.workflow.reject(1, by=name, reason="r"),
        lambda: desk.workflow.withdraw(1, by=name),
        lambda: desk.workflow.ask_again(1, by=name),
        lambda: desk.workflow.vouch(ask(), by=name),
    ):
        with pytest.raises(ApprovalInvalid):
            act()
    assert desk.workflow.get(1).state is State.PENDING


@pytest.mark.parametrize("text", ["a" * 1001, "a\nb", "\x1b[2J", "\ud800"])
def test_a_reason_fits_on_a_line(desk, text):
    desk.workflow.request(ask())
    for act in (
        lambda: desk.workflow.approve(1, by="a", note=text),
        lambda: desk.workflow.reject(1, by="a", reason=text),
        lambda: desk.workflow.withdraw(1, by="a", reason=text),
    ):
        with pytest.raises(ApprovalInvalid):
            act()


def test_nobody_is_rejected_without_a_reason(desk):
    desk.workflow.request(ask())
    with pytest.raises(ApprovalInvalid, match="needs a reason"):
        desk.workflow.reject(1, by="maria", reason=" ")


# ---------------------------------------------------------------- growth, and other versions


def test_a_version_that_asks_for_more_shows_what_is_new(desk):
    desk.workflow.approve(desk.workflow.request(ask()).id, by="maria")
    grown = desk.workflow.request(ask(MORE, digest=V2, version="2.0.0"))

    assert grown.before == 1
    assert grown.new == CapabilitySet.of({"network.connect": ["rates.example.org:443"]})
    assert [right.is_new for right in grown.rights] == [False, True]
    assert desk.workflow.standing(ask()).answer is Answer.COVERED  # the old version keeps serving
    assert desk.workflow.standing(ask(MORE, digest=V2)).answer is Answer.PENDING


def test_other_bytes_that_ask_for_the_same_wait_with_nothing_new(desk):
    desk.workflow.approve(desk.workflow.request(ask()).id, by="maria")
    other = desk.workflow.request(ask(digest=V2))

    assert (other.state, other.before, len(other.new)) == (State.PENDING, 1, 0)


def test_what_a_reviewer_took_away_is_new_when_it_is_asked_for_again(desk):
    desk.workflow.approve(desk.workflow.request(ask(MORE)).id, by="maria", only=CapabilitySet.of(READ))
    other = desk.workflow.request(ask(MORE, digest=V2))

    assert other.new == CapabilitySet.of({"network.connect": ["rates.example.org:443"]})


def test_rights_of_a_component_from_another_place_are_no_earlier_rights(desk):
    desk.workflow.approve(desk.workflow.request(ask()).id, by="maria")
    other = desk.workflow.request(ask(source="file:///tmp/invoice.wasm"))

    assert (other.before, other.new) == (None, CapabilitySet.of(READ))


def test_an_approved_update_supersedes_so_that_nobody_goes_back_unasked(desk):
    desk.workflow.approve(desk.workflow.request(ask()).id, by="maria")
    desk.workflow.approve(desk.workflow.request(ask(MORE, digest=V2)).id, by="jo")

    superseded = desk.workflow.get(1)
    assert (superseded.state, superseded.by) == (State.SUPERSEDED, "airssys")
    assert superseded.note == "approval 2 stands in its place"
    assert desk.workflow.standing(ask()).answer is Answer.NONE
    assert desk.recorded[-2:] == [(2, "approved", "jo"), (1, "superseded", "airssys")]


def test_an_approval_of_more_for_the_same_bytes_supersedes_and_covers_both(desk):
    desk.workflow.approve(desk.workflow.request(ask()).id, by="maria")
    desk.workflow.approve(desk.workflow.request(ask(MORE)).id, by="maria")

    assert desk.workflow.get(1).state is State.SUPERSEDED
    assert desk.workflow.standing(ask()).rights == CapabilitySet.of(READ)
    assert desk.workflow.standing(ask(MORE)).rights == CapabilitySet.of(MORE)


def test_approvals_of_other_components_and_other_rights_stay(desk):
    desk.workflow.approve(desk.workflow.request(ask()).id, by="maria")
    desk.workflow.approve(desk.workflow.request(ask(component="other", digest=V2)).id, by="maria")
    desk.workflow.approve(desk.workflow.request(ask(source="file:///b", digest=V2)).id, by="maria")
    desk.workflow.approve(desk.workflow.request(ask({"environment.read": ["HOME"]})).id, by="maria")

    assert {each.state for each in desk.workflow.requests()} == {State.APPROVED}


def test_a_request_with_nothing_left_to_ask_ends(desk):
    desk.workflow.request(ask())
    desk.workflow.request(ask(digest=V2))
    desk.workflow.approve(desk.workflow.request(ask(MORE)).id, by="maria")

    assert desk.workflow.get(1).state is State.EXPIRED
    assert desk.workflow.get(2).state is State.PENDING  # other bytes, which nobody has decided about


def test_an_approval_for_once_leaves_the_others_alone(desk):
    desk.workflow.approve(desk.workflow.request(ask()).id, by="maria")
    desk.workflow.approve_once(desk.workflow.request(ask(MORE, digest=V2)).id, by="maria")

    assert desk.workflow.get(1).state is State.APPROVED


# ---------------------------------------------------------------- rules that vouch


def test_a_rule_gives_what_is_asked_for_and_keeps_nothing(desk):
    standing = desk.workflow.vouch(ask(MORE), by="trust rule release")

    assert (standing.answer, standing.rights, standing.by) == (
        Answer.COVERED,
        CapabilitySet.of(MORE),
        "trust rule release",
    )
    assert desk.recorded == [(0, "approved", "trust rule release")]
    assert desk.workflow.requests() == ()
    assert desk.workflow.standing(ask(MORE)).answer is Answer.NONE  # nothing is left when the rule is removed


def test_what_a_person_decided_about_these_bytes_stands_above_a_rule(desk):
    desk.workflow.approve(desk.workflow.request(ask(MORE)).id, by="maria", only=CapabilitySet.of(READ))
    assert desk.workflow.vouch(ask(MORE), by="trust rule a").rights == CapabilitySet.of(READ)

    desk.workflow.withdraw(1, by="maria")
    assert desk.workflow.vouch(ask(MORE), by="trust rule a").answer is Answer.WITHDRAWN


def test_a_request_that_waits_does_not_stop_a_rule(desk):
    desk.workflow.request(ask())

    assert desk.workflow.vouch(ask(), by="trust rule a").answer is Answer.COVERED


# ---------------------------------------------------------------- time


def test_a_request_expires_when_its_time_is_over(desk):
    desk.workflow.request(ask())
    desk.clock.today += DEFAULT_LIFETIME_SECONDS - 1
    assert desk.workflow.expire() == ()
    desk.clock.today += 1

    [expired] = desk.workflow.expire()
    assert (expired.state, expired.by) == (State.EXPIRED, "airssys")
    assert desk.recorded[-1] == (1, "expired", "airssys")
    assert desk.workflow.pending() == ()
    assert desk.workflow.request(ask()).id == 2  # it was no answer


def test_nobody_approves_what_has_expired(desk):
    desk.workflow.request(ask())
    desk.clock.today += DEFAULT_LIFETIME_SECONDS

    assert desk.workflow.standing(ask()).answer is Answer.NONE
    with pytest.raises(ApprovalSettled, match="was expired by airssys: nobody decided in time"):
        desk.workflow.approve(1, by="maria")


def test_an_approval_does_not_expire(desk):
    desk.workflow.approve(desk.workflow.request(ask()).id, by="maria")
    desk.clock.today += 1000 * DEFAULT_LIFETIME_SECONDS

    assert desk.workflow.expire() == ()
    assert desk.workflow.standing(ask()).answer is Answer.COVERED


# ---------------------------------------------------------------- no record, no effect


def test_what_cannot_be_recorded_does_not_happen(desk):
    desk.workflow.request(ask())
    desk.sink.close()

    for act in (
        lambda: desk.workflow.request(ask(MORE)),
        lambda: desk.workflow.approve(1, by="maria"),
        lambda: desk.workflow.approve_once(1, by="maria"),
        lambda: desk.workflow.reject(1, by="maria", reason="no"),
        lambda: desk.workflow.vouch(ask(), by="trust rule a"),
    ):
        with pytest.raises(AuditUnavailable):
            act()
    assert [request.state for request in desk.workflow.requests()] == [State.PENDING]
    assert desk.store.approvals.steps(1)[0].state == "pending"


def test_turning_the_audit_log_off_turns_nothing_else_off(desk):
    workflow = ApprovalWorkflow(desk.store, clock=desk.clock, log=None)
    workflow.approve(workflow.request(ask()).id, by="maria")

    assert workflow.standing(ask()).answer is Answer.COVERED
    assert workflow.standing(ask(MORE)).answer is Answer.NONE


# ---------------------------------------------------------------- what is kept


@pytest.mark.parametrize(
    "detail",
    ["", "null", "[]", "{}", '{"form": 2}', '{"form": 1}', "[" * 100_000],
)
def test_a_record_that_something_else_wrote_is_refused(desk, detail):
    desk.workflow.request(ask())
    desk.store.approvals.transition(desk.store.approvals.get(1), to="approved", at=1.0, detail=detail)

    with pytest.raises(StorageFailed, match="approval 1 cannot be read"):
        desk.workflow.standing(ask())


def test_a_state_that_there_is_not_is_refused(desk):
    desk.workflow.request(ask())
    desk.store.approvals.transition(desk.store.approvals.get(1), to="allowed", at=1.0)

    with pytest.raises(StorageFailed, match="approval 1 cannot be read"):
        desk.workflow.standing(ask())


def test_an_approval_survives_the_process(tmp_path):
    with opened(tmp_path / "state" / "airssys.db") as desk:
        desk.workflow.request(ask(component="waits"))
        desk.workflow.approve(desk.workflow.request(ask()).id, by="maria", note="fine")
    with opened(tmp_path / "state" / "airssys.db") as desk:
        assert desk.workflow.standing(ask()).by == "maria"
        assert [request.ask.component for request in desk.workflow.pending()] == ["waits"]
        assert desk.workflow.get(2).note == "fine"
