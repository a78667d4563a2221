"""A store survives `kill -9` at any moment: what a call returned from is there, what was interrupted was not done."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from airssys.storage import ApprovalBinding, Store

from .killed import kill_during

BINDING = ApprovalBinding(component="invoice", digest="d", source="s", capabilities="c")
KILLS = 25


def work(path: Path, say: Callable[[object], None]) -> None:
    """Change the store until the end, and say what is done once the call has returned."""
    with Store(path) as store:
        done = store.quota_usage.load("invoice").get("storage", 0)
        while True:
            record = store.approvals.add(BINDING, state="pending", at=1.0, detail="x" * 300)
            say((record.id, "pending"))
            store.approvals.transition(record, to="approved", at=2.0, by="maria")
            say((record.id, "approved"))
            done += 1
            store.quota_usage.save({"invoice": {"storage": done, "memory": done}})
            say(("usage", done))


def test_a_store_survives_kill_9_at_any_moment(tmp_path):
    path = tmp_path / "state" / "airssys.db"
    chance = random.Random(20240229)
    states: dict[int, str] = {}
    counted = 0
    for _ in range(KILLS):
        said = kill_during(work, path, after_reports=chance.randrange(8), after_seconds=chance.random() / 200)
        counted = max([counted, *(done for what, done in said if what == "usage")])
        states |= {what: done for what, done in said if what != "usage"}
        with Store(path) as store:
            store.check()
            records = {record.id: record for record in store.approvals.find()}
            usage = store.quota_usage.load("invoice")
            steps = {identifier: store.approvals.steps(identifier) for identifier in records}

        assert [key for key, state in states.items() if state == "approved" and records[key].state != state] == []
        assert len(records.keys() - states.keys()) <= 1  # the one that was added and not yet said
        for key, record in records.items():
            assert [step.revision for step in steps[key]] == list(range(1, record.revision + 1))
            assert steps[key][-1].state == record.state
        assert usage.get("storage", 0) - counted in (0, 1)
        assert usage.get("storage") == usage.get("memory")
        states = {key: record.state for key, record in records.items()}
        counted = usage.get("storage", 0)
    assert counted > KILLS
