"""Runs that share a state folder: each writes a log that no other one writes at the same time."""

from __future__ import annotations

import contextlib

import pytest

from airssys.audit import AuditLog, LifeCycle, Step, Subject, verify
from airssys.cli import _run_log
from airssys.cli._run_log import RunSink
from airssys.clock import SystemClock
from airssys.errors import AuditBusy, AuditDamaged, AuditUnavailable

EVENT = LifeCycle(subject=Subject(component="invoice"), step=Step.STARTED)


@contextlib.contextmanager
def run(state):
    with AuditLog(RunSink(state), clock=SystemClock()) as log:
        log.append(EVENT, durable=True)
        yield


def records(state):
    return {folder.name: verify(folder).head.sequence for folder in (state / "audit-runs").iterdir()}


def test_runs_one_after_another_continue_one_log(tmp_path):
    for _ in range(3):
        with run(tmp_path):
            pass

    assert records(tmp_path) == {"1": 3}


def test_runs_at_the_same_time_have_a_log_each(tmp_path):
    with run(tmp_path), run(tmp_path), run(tmp_path):
        pass
    with run(tmp_path):
        pass

    assert records(tmp_path) == {"1": 2, "2": 1, "3": 1}


def test_there_is_an_end_to_logs(tmp_path, monkeypatch):
    monkeypatch.setattr(_run_log, "MAX_LOGS", 2)

    with run(tmp_path), run(tmp_path), pytest.raises(AuditBusy, match="2 components run"), run(tmp_path):
        pass


def test_a_log_that_was_changed_is_not_passed_over(tmp_path):
    with run(tmp_path):
        pass
    [file] = (tmp_path / "audit-runs" / "1").glob("*.jsonl")
    file.write_bytes(file.read_bytes().replace(b"started", b"stopped"))

    with pytest.raises(AuditDamaged), run(tmp_path):
        pass


def test_a_closed_log_takes_nothing(tmp_path):
    sink = RunSink(tmp_path)
    head = sink.open().head
    sink.close()
    sink.close()
    sink.sync()

    with pytest.raises(AuditUnavailable, match="is closed"):
        sink.write(b"{}\n", head)
