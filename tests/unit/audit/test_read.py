"""Searching a log, and looking at its end."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from airssys.audit import (
    AuditLog,
    Event,
    FileSink,
    LifeCycle,
    MemorySink,
    Outcome,
    Step,
    Subject,
    read_log,
    search,
    tail,
)
from airssys.capabilities import Action, Kind, Request
from airssys.errors import AuditUnavailable
from tests.audit import decided, files, write_log
from tests.clock import WallClock

NETWORK = Request(Kind.NETWORK, Action.CONNECT, "example.org:443")
START = 1_700_000_000.0


@pytest.fixture
def entries():
    """Four records, ten seconds apart."""
    sink, clock = MemorySink(), WallClock(today=START)
    events: list[Event] = [
        LifeCycle(subject=Subject(component="other"), step=Step.STARTED),
        decided(2),
        decided(3, outcome=Outcome.DENIED),
        decided(4, request=NETWORK),
    ]
    with AuditLog(sink, clock=clock) as log:
        for event in events:
            log.append(event)
            clock.today += 10
    return list(sink.entries())


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(START + seconds, UTC)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [1, 2, 3, 4]),
        ({"component": "invoice"}, [2, 3, 4]),
        ({"component": "other"}, [1]),
        ({"component": "inv"}, []),
        ({"kind": "network"}, [4]),
        ({"kind": "filesystem"}, [2, 3]),
        ({"decision": "denied"}, [3]),
        ({"decision": "allowed"}, [2, 4]),
        ({"event": "life-cycle"}, [1]),
        ({"since": at(10)}, [2, 3, 4]),
        ({"until": at(10)}, [1, 2]),
        ({"since": at(10.5), "until": at(29.5)}, [3]),
        ({"kind": "filesystem", "decision": "allowed", "since": at(0)}, [2]),
        ({"component": "other", "kind": "network"}, []),
        ({"text": "example.org"}, [4]),
        ({"text": "g-3"}, [3]),
        ({"text": "policy.toml"}, [2, 3, 4]),
        ({"text": "resource"}, []),
    ],
)
def test_records_are_found_by_everything_that_is_asked(entries, asked, found):
    assert [entry.sequence for entry in search(entries, **asked)] == found


def test_a_log_is_read_across_its_files_both_ways(tmp_path):
    write_log(tmp_path, 7, max_file_bytes=1_000)

    assert len(files(tmp_path)) > 2
    assert [entry.sequence for entry in read_log(tmp_path)] == [1, 2, 3, 4, 5, 6, 7]
    assert [entry.sequence for entry in read_log(tmp_path, newest_first=True)] == [7, 6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize(("count", "found"), [(0, []), (1, [7]), (3, [5, 6, 7]), (100, [1, 2, 3, 4, 5, 6, 7])])
def test_the_end_of_a_log_is_in_order(tmp_path, count, found):
    write_log(tmp_path, 7, max_file_bytes=1_000)

    assert [entry.sequence for entry in tail(tmp_path, count)] == found


def test_an_entry_says_whom_it_is_about_and_everything_else(entries):
    entry = entries[3]

    assert (entry.component, entry.event, entry.monotonic) == ("invoice", "decision", 100.0)
    assert entry.members["request"] == {"kind": "network", "action": "connect", "resource": "example.org:443"}


@pytest.mark.parametrize(
    "line",
    [
        b"hello",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 5000,
        b'{"schema":2}',
        b'{"schema":1,"sequence":true,"previous":"x","utc":"x","monotonic":1.0,"event":"x"}',
        b'{"schema":1,"sequence":1,"previous":"%s","utc":"yesterday","monotonic":1.0,"event":"x"}' % (b"0" * 64),
        b'{"schema":1,"sequence":1,"previous":"%s","utc":"2024-01-01T00:00:00","monotonic":1.0,"event":"x"}'
        % (b"0" * 64),
        b'{"schema":1,"sequence":1,"previous":"0","utc":"2024-01-01T00:00:00Z","monotonic":1.0,"event":"x"}',
        b'{"schema":1,"sequence":1,"previous":"%s","utc":"2024-01-01T00:00:00Z","monotonic":1,"event":"x"}'
        % (b"0" * 64),
        b'{"schema":1,"sequence":1,"previous":"%s","utc":"2024-01-01T00:00:00Z","monotonic":1.0,"event":5}'
        % (b"0" * 64),
        *[
            b'{"schema":1,"sequence":1,"previous":"%s","utc":"2024-01-01T00:00:00Z","monotonic":1.0,"event":"x",%s}'
            % (b"0" * 64, more)
            for more in (b'"request":{"kind":{}}', b'"rule":[[]]', b'"request":{},"rule":{}')
        ],
    ],
    ids=range(15),
)
def test_a_line_that_is_no_record_is_passed_over(tmp_path, line):
    write_log(tmp_path, 2)
    path = files(tmp_path)[0]
    path.write_bytes(line + b"\n" + path.read_bytes())

    assert [entry.sequence for entry in read_log(tmp_path)] == [1, 2]


def test_a_record_with_other_types_in_it_is_found_by_none_of_them(tmp_path):
    line = b'{"schema":1,"sequence":9,"previous":"%s","utc":"2024-01-01T00:00:00Z","monotonic":1.0,"event":"x"' % (
        b"0" * 64
    )
    (tmp_path / "audit-00000000000000000001.jsonl").write_bytes(
        line + b',"component":7}\n' + line + b',"request":"filesystem"}\n' + line + b',"request":["a"]}\n'
    )

    entries = [*read_log(tmp_path)]
    assert [(entry.component, entry.request, entry.texts[-1]) for entry in entries] == [
        (None, {}, "x"),
        (None, {}, "filesystem"),
        (None, {}, "x"),
    ]
    assert [*search(entries, kind="filesystem")] == [*search(entries, component="7")] == []


def test_a_log_that_is_not_there_cannot_be_read(tmp_path):
    with pytest.raises(AuditUnavailable):
        tail(tmp_path / "nowhere", 1)


def test_reading_needs_no_lock(tmp_path: Path):
    with AuditLog(FileSink(tmp_path, sync_seconds=None), clock=WallClock()) as log:
        log.append(decided(1))

        assert tail(tmp_path, 1)[0].sequence == 1
