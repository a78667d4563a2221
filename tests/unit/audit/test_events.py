"""What stands in a record, and what cannot get into one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from airssys.audit import (
    EVENTS,
    ApprovalChanged,
    AuditLog,
    Decided,
    Event,
    LevelCrossed,
    LifeCycle,
    LimitViolated,
    MemorySink,
    Outcome,
    Repeated,
    Step,
    Subject,
    TornLine,
    Unwritten,
)
from airssys.capabilities import Action, Kind, Request
from airssys.quotas import LevelChange, QuotaKind, QuotaLevel
from tests.audit import REQUEST, SUBJECT, decided
from tests.clock import WallClock

WHO = {"component": "invoice", "instance": "invoice-1", "digest": "ab" * 32}


def recorded(event: Event) -> dict[str, Any]:
    sink = MemorySink()
    with AuditLog(sink, clock=WallClock(now=12.5, today=1_700_000_000.25)) as log:
        log.append(event)
    record: dict[str, Any] = json.loads(sink.lines[0])
    return record


def test_a_decision_has_every_member_of_the_design_in_this_order():
    record = recorded(decided(7))

    assert list(record.items()) == [
        ("schema", 1),
        ("sequence", 1),
        ("previous", "0" * 64),
        ("utc", "2023-11-14T22:13:20.250000Z"),
        ("monotonic", 12.5),
        ("event", "decision"),
        ("component", "invoice"),
        ("instance", "invoice-1"),
        ("digest", "ab" * 32),
        ("request", {"kind": "filesystem", "action": "read", "resource": "/srv/in/a.xml"}),
        ("decision", "allowed"),
        ("rule", "policy.toml:12"),
        ("grant", "g-7"),
    ]


OTHERS: list[tuple[Event, dict[str, Any]]] = [
    (
        LifeCycle(subject=SUBJECT, step=Step.RESTARTED, reason="out-of-memory"),
        {"event": "life-cycle", **WHO, "step": "restarted", "reason": "out-of-memory"},
    ),
    (
        LifeCycle(subject=Subject(component="invoice"), step=Step.HELD),
        {
            "event": "life-cycle",
            "component": "invoice",
            "instance": None,
            "digest": None,
            "step": "held",
            "reason": None,
        },
    ),
    (
        ApprovalChanged(subject=SUBJECT, approval=5, state="approved", by="María López"),
        {"event": "approval", **WHO, "approval": 5, "state": "approved", "by": "María López"},
    ),
    (
        LimitViolated(subject=SUBJECT, limit="messages_per_second", used=200, requested=1, most=200),
        {"event": "limit", **WHO, "limit": "messages_per_second", "used": 200, "requested": 1, "most": 200},
    ),
    (
        LevelCrossed(
            subject=SUBJECT,
            change=LevelChange(
                kind=QuotaKind.STORAGE,
                previous=QuotaLevel.NORMAL,
                level=QuotaLevel.WARNING,
                used=80,
                limit=100,
            ),
        ),
        {"event": "level", **WHO, "limit": "storage", "from": "normal", "to": "warning", "used": 80, "most": 100},
    ),
    (
        LevelCrossed(
            subject=SUBJECT,
            change=LevelChange(
                kind=QuotaKind.CPU,
                previous=QuotaLevel.CRITICAL,
                level=QuotaLevel.NORMAL,
                used=80,
                limit=None,
            ),
        ),
        {
            "event": "level",
            **WHO,
            "limit": "cpu_ms_per_second",
            "from": "critical",
            "to": "normal",
            "used": 80,
            "most": None,
        },
    ),
    (Repeated(subject=SUBJECT, first=3, count=99), {"event": "summary", **WHO, "first": 3, "count": 99}),
    (TornLine(size_bytes=17, sha256="cd" * 32), {"event": "torn-line", "size_bytes": 17, "sha256": "cd" * 32}),
    (Unwritten(count=4), {"event": "unwritten", "count": 4}),
]


@pytest.mark.parametrize(("event", "members"), OTHERS, ids=lambda value: type(value).__name__)
def test_every_other_event_has_its_members_and_no_more(event, members):
    record = recorded(event)

    assert {key: record[key] for key in list(record)[5:]} == members


def test_the_kinds_of_records_are_those_that_there_are():
    assert {*EVENTS} == {recorded(event)["event"] for event in (decided(), *(event for event, _ in OTHERS))}


def test_a_denial_has_no_grant():
    record = recorded(Decided(subject=SUBJECT, request=REQUEST, outcome=Outcome.DENIED, rule="forbidden: /etc"))

    assert (record["decision"], record["grant"]) == ("denied", None)


@pytest.mark.parametrize(
    ("kind", "action", "resource"),
    [
        (Kind.ENVIRONMENT, Action.READ, "API_KEY=hunter2"),
        (Kind.NETWORK, Action.CONNECT, "user:hunter2@example.org:443"),
        (Kind.NETWORK, Action.CONNECT, "https://example.org/?token=hunter2"),
        (Kind.STORAGE, Action.READ, "invoices\nAuthorization: Bearer hunter2"),
        (Kind.MESSAGING, Action.PUBLISH, '{"password": "hunter2"}'),
        (Kind.MESSAGING, Action.SEND, "hunter2" * 1000),
        (Kind.FILESYSTEM, Action.READ, "/" + "hunter2" * 1000),
    ],
)
def test_the_value_of_a_variable_a_header_and_a_payload_cannot_enter(kind, action, resource):
    record = recorded(decided(request=Request(kind, action, resource)))

    assert record["request"] == {
        "kind": kind.value,
        "action": action.value,
        "resource": f"(malformed: {len(resource)} characters)",
    }
    assert "hunter2" not in json.dumps(record)


@pytest.mark.parametrize("field", ["component", "instance", "digest", "rule", "grant", "reason", "by", "limit"])
@pytest.mark.parametrize(
    "text", ["line\nbreak", "x" * 257, "\x1b[31m", ""], ids=["line break", "too long", "escape", "empty"]
)
def test_a_text_without_the_shape_of_its_field_is_not_recorded(field, text):
    events: dict[str, Event] = {
        "component": LifeCycle(subject=Subject(component=text), step=Step.STARTED),
        "instance": LifeCycle(subject=Subject(component="a", instance=text), step=Step.STARTED),
        "digest": LifeCycle(subject=Subject(component="a", digest=text), step=Step.STARTED),
        "rule": Decided(subject=SUBJECT, request=REQUEST, outcome=Outcome.DENIED, rule=text),
        "grant": Decided(subject=SUBJECT, request=REQUEST, outcome=Outcome.DENIED, rule="r", grant=text),
        "reason": LifeCycle(subject=SUBJECT, step=Step.FAILED, reason=text),
        "by": ApprovalChanged(subject=SUBJECT, approval=1, state="approved", by=text),
        "limit": LimitViolated(subject=SUBJECT, limit=text, used=1, requested=1, most=1),
    }

    if (field, text) in (("rule", ""), ("by", "")):
        assert recorded(events[field])[field] == ""
    else:
        assert recorded(events[field])[field] == f"(malformed: {len(text)} characters)"


@pytest.mark.parametrize("resource", ["../../etc/shadow", "/srv/%2e%2e/x", "/a\x00b", "/a\nb", '/"', "/\ud800", "/ü"])
def test_a_path_is_recorded_as_it_was_asked_for_even_when_it_is_an_attack(resource):
    request = recorded(decided(request=Request(Kind.FILESYSTEM, Action.READ, resource)))["request"]

    assert request["resource"] == resource


def test_a_record_is_one_line_of_ascii_whatever_was_asked_for():
    sink = MemorySink()
    with AuditLog(sink, clock=WallClock()) as log:
        log.append(decided(request=Request(Kind.FILESYSTEM, Action.READ, "/a\nb\u2028\x85ü\ud800")))

    (line,) = sink.lines
    assert line.isascii()
    assert line.count(b"\n") == 1
    assert b"\r" not in line


def test_a_number_too_large_for_json_is_described():
    record = recorded(LimitViolated(subject=SUBJECT, limit="storage", used=2**63, requested=10**5000, most=5))

    assert (record["used"], record["requested"]) == (2**63, "(an integer of 16610 bits)")


@pytest.mark.parametrize("seconds", [0.0, 1.999999999, 951_782_400.0, 253_402_300_799.0])
def test_the_time_of_day_is_utc(seconds):
    sink = MemorySink()
    with AuditLog(sink, clock=WallClock(today=seconds)) as log:
        log.append(decided())

    (entry,) = sink.entries()
    assert entry.at.timestamp() == pytest.approx(seconds, abs=1e-5)
    assert entry.at.tzname() == "UTC"
