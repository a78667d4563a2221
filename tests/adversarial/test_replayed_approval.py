"""Threat: an approval is used for something else than what the reviewer saw. Each test is one way to try."""

from __future__ import annotations

import json
import threading

import pytest

from airssys.approval import Answer, ApprovalWorkflow, State
from airssys.capabilities import CapabilitySet
from airssys.errors import ApprovalSettled, ApprovalWidened, StorageFailed
from airssys.storage import Store
from tests.approving import LESS, MORE, READ, V2, ask, opened
from tests.clock import WallClock


@pytest.fixture
def desk():
    """A workflow in which maria approved version 1.0.0."""
    with opened() as made:
        made.workflow.approve(made.workflow.request(ask()).id, by="maria")
        yield made


def test_other_bytes_under_an_approved_name_do_not_run(desk):
    assert desk.workflow.standing(ask(digest=V2)).answer is Answer.NONE


def test_other_bytes_that_call_themselves_a_later_version_do_not_run(desk):
    assert desk.workflow.standing(ask(digest=V2, version="1.0.1")).answer is Answer.NONE


def test_other_bytes_that_ask_for_less_do_not_run(desk):
    assert desk.workflow.standing(ask(LESS, digest=V2, version="1.0.1")).answer is Answer.NONE


def test_a_proof_that_appears_later_vouches_for_nothing_before_it(desk):
    assert desk.workflow.standing(ask(digest=V2, version="1.0.1", proof="signing key K")).answer is Answer.NONE


def test_approved_bytes_under_another_name_do_not_run(desk):
    assert desk.workflow.standing(ask(component="invoice-2")).answer is Answer.NONE


def test_approved_bytes_from_another_place_do_not_run(desk):
    assert desk.workflow.standing(ask(source="file:///tmp/invoice/invoice.wasm")).answer is Answer.NONE


@pytest.mark.parametrize(
    "rights",
    [
        MORE,
        {"filesystem.read": ["/srv/**"]},
        {"filesystem.read": ["/srv/in-secret/*"]},
        {"filesystem.write": ["/srv/in/**"]},
        {"storage.read": ["srv.in.#"]},
        {"filesystem.read": ["/srv/in/**", "/etc/passwd"]},
    ],
)
def test_approved_bytes_with_a_manifest_that_asks_for_more_do_not_run(desk, rights):
    assert desk.workflow.standing(ask(rights)).answer is Answer.NONE


def test_an_approval_of_a_part_is_not_an_approval_of_the_whole():
    with opened() as desk:
        desk.workflow.approve(desk.workflow.request(ask(MORE)).id, by="maria", only=CapabilitySet.of(READ))

        assert desk.workflow.standing(ask(MORE)).rights == CapabilitySet.of(READ)
        assert not desk.workflow.standing(ask({"network.connect": ["rates.example.org:443"]})).rights


def test_two_approvals_do_not_add_up_to_what_nobody_saw_together():
    """Reading and sending were each approved alone; both together were not."""
    send = {"network.connect": ["rates.example.org:443"]}
    with opened() as desk:
        desk.workflow.approve(desk.workflow.request(ask(READ)).id, by="maria")
        desk.workflow.approve(desk.workflow.request(ask(send)).id, by="maria")

        assert desk.workflow.standing(ask(READ)).answer is Answer.COVERED
        assert desk.workflow.standing(ask(send)).answer is Answer.COVERED
        assert desk.workflow.standing(ask(MORE)).answer is Answer.NONE


def test_a_withdrawn_approval_is_not_used_again(desk):
    desk.workflow.withdraw(1, by="maria")

    assert desk.workflow.standing(ask()).answer is Answer.WITHDRAWN
    assert desk.workflow.standing(ask(MORE)).answer is Answer.WITHDRAWN
    with pytest.raises(ApprovalSettled):
        desk.workflow.approve(1, by="mallory")


def test_a_rule_of_trust_does_not_bring_back_what_a_person_withdrew(desk):
    desk.workflow.withdraw(1, by="maria")

    assert desk.workflow.vouch(ask(), by="trust rule a").answer is Answer.WITHDRAWN


def test_going_back_to_an_old_version_with_its_old_approval_asks_again(desk):
    desk.workflow.approve(desk.workflow.request(ask(digest=V2, version="1.0.1")).id, by="maria")

    assert desk.workflow.standing(ask()).answer is Answer.NONE


def test_an_approval_for_once_is_not_used_twice():
    with opened() as desk:
        desk.workflow.approve_once(desk.workflow.request(ask()).id, by="maria")

        assert desk.workflow.standing(ask()).answer is Answer.NONE


def test_an_answer_to_one_request_is_not_given_to_another(desk):
    """While maria reads request 2, the component asks for something else: that is request 3, and waits."""
    read = desk.workflow.request(ask({"environment.read": ["HOME"]}))
    other = desk.workflow.request(ask({"environment.read": ["HOME", "API_TOKEN"]}))
    desk.workflow.approve(read.id, by="maria")

    assert desk.workflow.get(other.id).state is State.PENDING
    assert desk.workflow.standing(other.ask).answer is Answer.PENDING


def test_a_reviewer_cannot_be_led_to_give_what_was_not_asked(desk):
    asked = desk.workflow.request(ask(MORE))
    for rights in ({"network.connect": ["*:443"]}, {"network.connect": ["evilrates.example.org:443"]}):
        with pytest.raises(ApprovalWidened):
            desk.workflow.approve(asked.id, by="maria", only=CapabilitySet.of(rights))


def test_a_record_whose_given_rights_were_widened_in_the_file_gives_no_more_than_is_asked(desk):
    record = desk.store.approvals.get(1)
    detail = json.loads(record.detail) | {"approved": CapabilitySet.of({"filesystem.read": ["/**"]}).canonical}
    desk.store.approvals.transition(record, to="approved", at=1.0, detail=json.dumps(detail))

    assert desk.workflow.standing(ask(LESS)).rights == CapabilitySet.of(LESS)
    assert desk.workflow.standing(ask({"filesystem.read": ["/etc/*"]})).answer is Answer.NONE


def test_a_record_that_cannot_be_read_is_no_approval(desk):
    desk.store.approvals.transition(desk.store.approvals.get(1), to="approved", at=1.0, detail="{}")

    with pytest.raises(StorageFailed):
        desk.workflow.standing(ask())


def test_a_clock_that_is_set_back_brings_nothing_back(desk):
    desk.workflow.withdraw(1, by="maria")
    desk.clock.today -= 10_000_000

    assert desk.workflow.standing(ask()).answer is Answer.WITHDRAWN


def test_of_many_reviewers_at_once_with_connections_of_their_own_one_decides(tmp_path):
    path = tmp_path / "airssys.db"
    with opened(path) as desk:
        desk.workflow.request(ask())
    barrier, outcomes = threading.Barrier(8), []

    def review(number: int) -> None:
        with Store(path) as store:
            workflow = ApprovalWorkflow(store, clock=WallClock(), log=None)
            barrier.wait()
            try:
                if number % 2:
                    workflow.approve(1, by=f"reviewer {number}")
                else:
                    workflow.reject(1, by=f"reviewer {number}", reason="no")
            except ApprovalSettled as told:
                outcomes.append(("told", told.by))
            else:
                outcomes.append(("first", f"reviewer {number}"))

    threads = [threading.Thread(target=review, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    [winner] = [who for what, who in outcomes if what == "first"]
    assert [who for what, who in outcomes if what == "told"] == [winner] * 7
    with opened(path) as desk:
        assert desk.workflow.get(1).by == winner
        assert len(desk.workflow.history(1)) == 2
