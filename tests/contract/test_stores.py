"""Every store keeps approvals and usage alike, on disk or in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from airssys.errors import RecordChanged, StorageFailed
from airssys.storage import ApprovalBinding, Store

BINDING = ApprovalBinding(component="invoice", digest="d1", source="file:/srv/invoice", capabilities="storage read a")


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "state" / "airssys.db" if request.param == "file" else None) as opened:
        yield opened


# ---------------------------------------------------------------- approvals


def test_a_record_is_read_as_it_was_added(store):
    added = store.approvals.add(
        BINDING, state="pending", at=5.5, by="host", note="first", expires_at=9.5, detail='{"shown": "x"}'
    )

    assert store.approvals.get(added.id) == added
    assert (added.binding, added.state, added.revision) == (BINDING, "pending", 1)
    assert (added.created_at, added.changed_at, added.expires_at, added.detail) == (5.5, 5.5, 9.5, '{"shown": "x"}')


def test_records_are_ordered_as_they_came(store):
    added = [store.approvals.add(BINDING, state="pending", at=1.0) for _ in range(5)]

    assert list(store.approvals.find()) == added
    assert [record.id for record in added] == sorted({record.id for record in added})


@pytest.mark.parametrize("changed", ["component", "digest", "source", "capabilities"])
def test_a_binding_finds_no_record_of_another_binding(store, changed):
    store.approvals.add(BINDING, state="approved", at=1.0)

    assert store.approvals.find(binding=replace(BINDING, **{changed: "other"})) == ()
    assert len(store.approvals.find(binding=BINDING)) == 1


def test_records_are_found_by_all_that_is_named(store):
    store.approvals.add(BINDING, state="pending", at=1.0, expires_at=10.0)
    store.approvals.add(BINDING, state="approved", at=1.0, expires_at=20.0)
    store.approvals.add(replace(BINDING, component="other"), state="pending", at=1.0)

    def found(**named: object) -> list[int]:
        return [record.id for record in store.approvals.find(**named)]

    assert found() == [1, 2, 3]
    assert found(component="invoice") == [1, 2]
    assert found(state="pending") == [1, 3]
    assert found(component="invoice", state="pending") == [1]
    assert found(expired_at=9.9) == []
    assert found(expired_at=10.0) == [1]
    assert found(expired_at=1e9) == [1, 2]
    assert store.approvals.count("pending") == 2
    assert store.approvals.count("rejected") == 0


def test_there_is_no_record_of_an_id_that_was_never_given(store):
    assert store.approvals.get(1) is None


def test_a_transition_changes_the_record_and_keeps_every_step(store):
    record = store.approvals.add(BINDING, state="pending", at=1.0, by="host", expires_at=9.0, detail="asked")

    approved = store.approvals.transition(record, to="approved", at=2.0, by="maria", note="fine", expires_at=99.0)
    withdrawn = store.approvals.transition(approved, to="withdrawn", at=3.0, by="jo", detail="gone")

    assert store.approvals.get(record.id) == withdrawn
    assert (approved.revision, approved.detail, approved.expires_at, approved.created_at) == (2, "asked", 99.0, 1.0)
    assert (withdrawn.revision, withdrawn.detail, withdrawn.expires_at) == (3, "gone", None)
    assert [(step.state, step.at, step.by, step.note) for step in store.approvals.steps(record.id)] == [
        ("pending", 1.0, "host", ""),
        ("approved", 2.0, "maria", "fine"),
        ("withdrawn", 3.0, "jo", ""),
    ]


def test_of_two_reviewers_one_wins_and_the_other_is_told(store):
    record = store.approvals.add(BINDING, state="pending", at=1.0)
    store.approvals.transition(record, to="approved", at=2.0, by="maria")

    with pytest.raises(RecordChanged) as caught:
        store.approvals.transition(record, to="rejected", at=3.0, by="jo")

    assert (caught.value.state, caught.value.revision) == ("approved", 2)
    assert str(caught.value) == f"approval {record.id} is approved by now; it was pending when it was read"
    assert [step.by for step in store.approvals.steps(record.id)] == ["", "maria"]


def test_a_record_that_came_back_to_its_state_is_still_another_one(store):
    record = store.approvals.add(BINDING, state="pending", at=1.0)
    held = store.approvals.transition(record, to="held", at=2.0)
    store.approvals.transition(held, to="pending", at=3.0)

    with pytest.raises(RecordChanged):
        store.approvals.transition(record, to="approved", at=4.0)


def test_a_record_that_is_not_there_cannot_be_changed(store):
    record = replace(store.approvals.add(BINDING, state="pending", at=1.0), id=77)

    with pytest.raises(RecordChanged, match="there is no approval 77"):
        store.approvals.transition(record, to="approved", at=2.0)


def test_of_16_reviewers_at_once_one_wins(store):
    record = store.approvals.add(BINDING, state="pending", at=1.0)
    barrier = threading.Barrier(16)
    outcomes: list[str] = []

    def review(name: str) -> None:
        barrier.wait()
        try:
            store.approvals.transition(record, to="approved", at=2.0, by=name)
        except RecordChanged:
            outcomes.append("told")
        else:
            outcomes.append(name)

    threads = [threading.Thread(target=review, args=(f"reviewer {number}",)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes)[1:] == ["told"] * 15
    assert store.approvals.steps(record.id)[-1].by == sorted(outcomes)[0]
    assert len(store.approvals.steps(record.id)) == 2


# ---------------------------------------------------------------- usage of quotas


def test_usage_is_loaded_as_it_was_saved(store):
    store.quota_usage.save({"a": {"storage": 2**62, "messages_per_second": 0}, "b": {"storage": 1}})

    assert store.quota_usage.load("a") == {"storage": 2**62, "messages_per_second": 0}
    assert store.quota_usage.load("b") == {"storage": 1}
    assert store.quota_usage.load("c") == {}


def test_saving_replaces_what_was_kept_of_that_component(store):
    store.quota_usage.save({"a": {"storage": 1, "memory": 2}, "b": {"storage": 3}})
    store.quota_usage.save({"a": {"storage": 9}})

    assert store.quota_usage.load("a") == {"storage": 9}
    assert store.quota_usage.load("b") == {"storage": 3}


def test_usage_can_be_forgotten(store):
    store.quota_usage.save({"a": {"storage": 1}})
    store.quota_usage.forget("a")

    assert store.quota_usage.load("a") == {}


def test_usage_is_saved_whole_or_not_at_all(store):
    store.quota_usage.save({"a": {"storage": 1}})

    with pytest.raises(StorageFailed):
        store.quota_usage.save({"a": {"storage": 2}, "b": {"storage": 2**63}})

    assert store.quota_usage.load("a") == {"storage": 1}
    assert store.quota_usage.load("b") == {}


# ---------------------------------------------------------------- transactions


def test_a_transaction_that_fails_changed_nothing(store):
    with pytest.raises(ValueError, match="no"), store.transaction():
        store.approvals.add(BINDING, state="pending", at=1.0)
        store.quota_usage.save({"a": {"storage": 1}})
        raise ValueError("no")

    assert store.approvals.find() == ()
    assert store.quota_usage.load("a") == {}


def test_what_is_counted_in_a_transaction_still_holds_when_it_adds(store):
    """How a bounded queue is kept: count and add are one step."""
    barrier = threading.Barrier(8)

    def add_below_five() -> None:
        barrier.wait()
        for _ in range(5):
            with store.transaction():
                if store.approvals.count("pending") < 5:
                    store.approvals.add(BINDING, state="pending", at=1.0)

    threads = [threading.Thread(target=add_below_five) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert store.approvals.count("pending") == 5


def test_an_error_of_the_caller_passes_through_a_transaction_as_it_is(store):
    with pytest.raises(OSError, match="mine"), store.transaction():
        raise OSError("mine")


def test_a_text_that_no_encoding_has_is_refused(store):
    with pytest.raises(StorageFailed):
        store.approvals.add(BINDING, state="\ud800", at=1.0)

    assert store.approvals.find() == ()


def test_a_store_that_is_whole_passes_its_check(store):
    store.approvals.add(BINDING, state="pending", at=1.0)

    store.check()
    assert store.approvals.count("pending") == 1


def test_a_closed_store_refuses(store):
    store.close()
    store.close()

    with pytest.raises(StorageFailed, match="is closed"):
        store.approvals.find()
    with pytest.raises(StorageFailed, match="is closed"), store.transaction():
        pass
