"""Approvals survive `kill -9` at any moment: what was said to be decided is, and whatever is kept can be read."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from airssys.approval import TRANSITIONS, Answer, ApprovalWorkflow, State
from airssys.audit import AuditLog, FileSink, read_log
from airssys.clock import SystemClock
from airssys.errors import ApprovalSettled
from airssys.storage import Store, database_in
from tests.approving import MORE, ask

from .killed import kill_during, run_apart

KILLS = 15


def work(folder: Path, say: Callable[[object], None]) -> None:
    """Ask, approve, supersede and withdraw until the end, and say what is done once the call has returned."""
    with (
        Store(database_in(folder)) as store,
        AuditLog(FileSink(folder / "audit", sync_seconds=None), clock=SystemClock()) as log,
    ):
        workflow = ApprovalWorkflow(store, clock=SystemClock(), log=log)
        while True:
            number = len(workflow.requests())
            asked = workflow.request(ask(MORE, component=f"c{number // 4}", digest=f"{number:064d}"))
            say((asked.id, State.PENDING))
            workflow.approve(asked.id, by="maria")
            say((asked.id, State.APPROVED))
            if number % 3 == 0:
                workflow.withdraw(asked.id, by="maria")
                say((asked.id, State.WITHDRAWN))


def test_approvals_survive_kill_9_at_any_moment(tmp_path):
    folder = tmp_path / "state"
    chance = random.Random(20240301)
    said: dict[int, State] = {}
    for _ in range(KILLS):
        said |= dict(kill_during(work, folder, after_reports=chance.randrange(8), after_seconds=chance.random() / 100))
        with Store(database_in(folder)) as store:
            store.check()
            workflow = ApprovalWorkflow(store, clock=SystemClock(), log=None)
            requests = {request.id: request for request in workflow.requests()}
            histories = {key: [State(step.state) for step in workflow.history(key)] for key in requests}
            for request in requests.values():
                is_covered = workflow.standing(request.ask).answer is Answer.COVERED
                assert is_covered is (request.state is State.APPROVED)
        recorded = {
            (entry.members["approval"], entry.members["state"])
            for entry in read_log(folder / "audit")
            if entry.event == "approval"
        }

        for key, state in said.items():
            assert state in histories[key]
        for key, states in histories.items():
            assert states[-1] is requests[key].state
            assert all(after in TRANSITIONS[before] for before, after in pairwise(states))
            assert {(key, state.value) for state in states} <= recorded  # no record, no effect
    assert len(said) > KILLS


def review(folder: Path, name: str, say: Callable[[object], None]) -> None:
    """Approve whatever waits; say what was decided here."""
    with Store(database_in(folder)) as store:
        workflow = ApprovalWorkflow(store, clock=SystemClock(), log=None)
        for identifier in range(1, 31):
            try:
                workflow.approve(identifier, by=name)
            except ApprovalSettled as told:
                say((identifier, "told", told.by))
            else:
                say((identifier, "first", name))


def test_of_two_reviewers_in_two_processes_one_wins_and_the_other_is_told(tmp_path):
    folder = tmp_path / "state"
    with Store(database_in(folder)) as store:
        workflow = ApprovalWorkflow(store, clock=SystemClock(), log=None)
        for number in range(30):
            workflow.request(ask(component=f"c{number}"))
    said: list[tuple[int, str, str]] = []
    threads = [
        threading.Thread(target=lambda name=name: said.extend(run_apart(review, folder, name)))
        for name in ("maria", "jo")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with Store(database_in(folder)) as store:
        workflow = ApprovalWorkflow(store, clock=SystemClock(), log=None)
        winners = {request.id: request.by for request in workflow.requests()}
    assert len(said) == 60
    assert sorted(identifier for identifier, what, _ in said if what == "first") == list(range(1, 31))
    assert all(winners[identifier] == who for identifier, _, who in said)
