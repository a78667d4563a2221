"""`airssys audit tail, search, verify`: of a log that a host wrote, writes or left in a crash; and of a damaged one."""

from __future__ import annotations

import json

import pytest

from airssys.audit import ApprovalChanged, AuditLog, Event, FileSink, LifeCycle, Outcome, Step, Subject, verify
from airssys.capabilities import Action, Kind, Request
from airssys.errors import AuditDamaged
from tests.audit import SUBJECT, decided, files, open_log, write_log
from tests.clock import WallClock

START = 1_700_000_000.0


@pytest.fixture
def state(airssys):
    return airssys.folder / "state"


@pytest.fixture
def folder(state):
    """The log of a host: a start, three decisions, a stop; ten seconds apart."""
    folder, clock = state / "audit", WallClock(today=START)
    events: list[Event] = [
        LifeCycle(subject=SUBJECT, step=Step.STARTED),
        decided(1),
        decided(2, outcome=Outcome.DENIED, request=Request(Kind.NETWORK, Action.CONNECT, "example.org:443")),
        decided(3, request=Request(Kind.FILESYSTEM, Action.READ, "/srv/\x1b[31mred\u202e")),
        LifeCycle(subject=Subject(component="other"), step=Step.STOPPED),
    ]
    with AuditLog(FileSink(folder, sync_seconds=None), clock=clock) as log:
        for event in events:
            log.append(event)
            clock.today += 10
    return folder


@pytest.fixture
def do(inside, state, monkeypatch):
    """A command line in this process, with a state folder of its own."""
    monkeypatch.setenv("AIRSSYS_STATE", str(state))
    return inside


def numbers(ended):
    assert ended.code == 0
    return [record["sequence"] for record in ended.json["records"]]


# ---------------------------------------------------------------- the installed command


def test_what_a_host_wrote_is_shown_found_and_verified(airssys, folder, state):
    chosen = ("--state", str(state))
    shown = airssys("audit", "tail", "-n", "2", *chosen)
    found = airssys("audit", "search", "--decision", "denied", *chosen)
    whole = airssys("audit", "verify", *chosen)
    path = files(folder)[0]
    path.write_bytes(path.read_bytes().replace(b"denied", b"allowed"))
    damaged = airssys("audit", "verify", *chosen)

    assert (shown.code, shown.out) == (
        0,
        "2023-11-14T22:13:50.000+00:00  4  decision  invoice  allowed  filesystem read /srv/\\u001b[31mred\\u202e"
        "  instance=invoice-1  digest=abababababab  rule=policy.toml:12  grant=g-3\n"
        "2023-11-14T22:14:00.000+00:00  5  life-cycle  other  step=stopped\n",
    )
    assert found.out.startswith("2023-11-14T22:13:40.000+00:00  3  decision  invoice  denied  network connect example")
    assert found.out.count("\n") == 1
    assert whole.code == 0
    assert whole.out.startswith(f"{folder}: ok, 5 records, closed\n  head      5:")
    assert (damaged.code, damaged.out) == (4, "")
    assert damaged.err == (
        f"error: the audit log in {folder} is not as it was written:\n"
        f"  {path.name}:4: what stands before record 4 is not what stood there\n"
        "  record 5 is not where it was written\n"
        f"  hint:     {AuditDamaged.hint}\n"
    )


# ---------------------------------------------------------------- tail and search


@pytest.mark.parametrize(("count", "found"), [("0", []), ("1", [5]), ("3", [3, 4, 5]), ("99", [1, 2, 3, 4, 5])])
def test_the_last_records_come_in_order(do, folder, count, found):
    assert numbers(do("audit", "tail", "-n", count, "--json")) == found


def test_ten_records_are_shown_unless_told_otherwise(do, state):
    write_log(state / "audit", 12)

    assert numbers(do("audit", "tail", "--json")) == list(range(3, 13))


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ([], [1, 2, 3, 4, 5]),
        (["--component", "other"], [5]),
        (["--event", "life-cycle"], [1, 5]),
        (["--kind", "filesystem"], [2, 4]),
        (["--decision", "denied"], [3]),
        (["--text", "example.org"], [3]),
        (["--text", "g-1"], [2]),
        (["--since", "2023-11-14T22:13:40"], [3, 4, 5]),
        (["--since", "2023-11-15T00:13:40+02:00"], [3, 4, 5]),
        (["--until", "2023-11-14"], []),
        (["--until", "2023-11-14T22:13:30Z", "--kind", "filesystem"], [2]),
        (["--count", "2"], [4, 5]),
        (["--component", "nobody"], []),
    ],
)
def test_records_are_found_by_all_that_is_named(do, folder, words, found):
    assert numbers(do("audit", "search", *words, "--json")) == found


@pytest.mark.parametrize(
    "words",
    [
        ["search", "--event", "teapot"],
        ["search", "--kind", "teapot"],
        ["search", "--decision", "perhaps"],
        ["search", "--since", "yesterday"],
        ["search", "--count", "-1"],
        ["tail", "--count", "many"],
        ["verify", "--anchor", "5"],
        ["verify", "--anchor", "5:xyz"],
        ["verify", "--first", "0"],
        ["verify", "--log", "elsewhere", "--approvals"],
        ["tail", "--runs", "1", "--approvals"],
        ["search", "--runs", "0"],
        ["search", "--runs", "7"],
        ["tail", "--log", "elsewhere"],
        ["verify", "--approvals"],
    ],
)
def test_a_question_that_means_nothing_is_a_usage_error(do, folder, words):
    ended = do("audit", *words, "--json")

    assert (ended.code, ended.out, ended.error["code"]) == (2, "", "usage")


def test_without_a_log_the_folder_that_was_looked_into_is_named(do, state):
    ended = do("audit", "tail")

    assert ended.code == 2
    assert ended.err.startswith(f"error: there is no audit log in {state / 'audit'}\n")


def test_the_log_of_decisions_about_approvals_is_another_one(do, folder, state):
    with open_log(state / "audit-approvals") as log:
        log.append(ApprovalChanged(subject=SUBJECT, approval=5, state="approved", by="María"))

    assert do("audit", "tail", "--approvals").out.endswith("  approval=5  state=approved  by=María\n")
    assert do("audit", "verify", "--approvals", "--json").json["head"]["sequence"] == 1
    assert numbers(do("audit", "tail", "--log", str(state / "audit-approvals"), "--json")) == [1]


def test_the_logs_of_runs_are_numbered(do, folder, state):
    write_log(state / "audit-runs" / "2", 4)

    assert numbers(do("audit", "tail", "--runs", "2", "--json")) == [1, 2, 3, 4]
    assert do("audit", "verify", "--runs", "2", "--json").json["log"] == str(state / "audit-runs" / "2")


def test_a_record_that_somebody_forged_cannot_steer_the_terminal_nor_end_in_a_traceback(do, folder):
    forged = {
        "schema": 1,
        "sequence": 9,
        "previous": "0" * 64,
        "utc": "2024-01-01T00:00:00Z",
        "monotonic": 1.0,
        "event": "\x1b]0;owned\x07",
        "component": ["\x1b[2J"],
        "digest": 7,
        "decision": {"a": 1},
        "rule": "\x9b31m\u2066",
    }
    lines = [json.dumps({**forged, **more}) for more in ({}, {"component": "\x1b[1m"}, {"decision": None})]
    deep = json.dumps({**forged, "decision": None, "component": None, "request": json.loads("[" * 500 + "]" * 500)})
    with files(folder)[0].open("a") as file:
        file.writelines(f"{line}\n" for line in [*lines, deep])

    for words in (["tail"], ["search"], ["search", "--text", "owned"], ["tail", "--json"], ["search", "--json"]):
        ended = do("audit", *words)
        assert ended.code == 0
        assert not any(char in ended.out for char in "\x1b\x9b\x07\u2066")
    assert "\\u001b]0;owned\\u0007" in do("audit", "tail").out


# ---------------------------------------------------------------- verify


def test_a_log_is_verified_while_it_is_written(do, state):
    with open_log(state / "audit") as log:
        log.append(decided(1), durable=True)
        log.append(decided(2))

        ended = do("audit", "verify", "--json")
        assert (ended.code, ended.json["closed"]) == (0, False)
        assert tuple(ended.json["head"].values()) == log.head
        assert do("audit", "verify").out.startswith(
            f"{state / 'audit'}: ok, 2 records, open, or left open by a crash\n"
        )


def test_what_crashes_left_is_told(do, state, folder):
    with open_log(folder):
        torn = files(folder)[0].read_bytes() + b'{"schema":1'
    (folder / "head.json").write_bytes((folder / "head.json").read_bytes().replace(b"true", b"false"))
    files(folder)[0].write_bytes(torn)
    pending = do("audit", "verify")
    write_log(folder, 1, start=6)
    reported = do("audit", "verify")

    assert (pending.code, reported.code) == (0, 0)
    assert pending.out.endswith("\n  crash     left 11 bytes at the end, which the next start reports\n")
    assert reported.out.endswith("\n  crashes   left 1 torn line, each reported by a record\n")
    assert [each["size_bytes"] for each in do("audit", "verify", "--json").json["torn"]] == [11]


def test_a_log_that_was_rolled_back_with_its_head_is_found_by_a_head_that_was_kept(do, folder, state):
    old = {path: path.read_bytes() for path in folder.iterdir()}
    write_log(folder, 1, start=6)
    kept = do("audit", "verify").out.split()[-1]
    for path, content in old.items():
        path.write_bytes(content)

    assert do("audit", "verify").code == 0
    ended = do("audit", "verify", "--anchor", kept, "--json")
    assert (ended.code, ended.error["code"]) == (4, "audit-damaged")
    assert ended.error["findings"] == ["the log ends with record 5, and had record 6"]


def test_a_log_without_its_older_files_and_with_its_head_elsewhere_is_verified(do, state, tmp_path):
    folder, head = state / "audit", tmp_path / "elsewhere" / "head.json"
    head.parent.mkdir()
    write_log(folder, 6, max_file_bytes=1_000, head_path=head)
    anchor = verify(folder, head_path=head).head
    files(folder)[0].unlink()

    words = ["--head", str(head), "--anchor", f"{anchor.sequence}:{anchor.digest}"]
    assert do("audit", "verify", *words).code == 4
    ended = do("audit", "verify", *words, "--first", "3", "--json")
    assert (ended.code, ended.json["first"], ended.json["head"]["sequence"]) == (0, 3, 6)


def test_a_log_that_cannot_be_read_is_a_fault_of_the_host(do, folder):
    files(folder)[0].unlink()
    files_in_its_place = folder / "audit-00000000000000000001.jsonl"
    files_in_its_place.mkdir()

    for verb in ("tail", "search", "verify"):
        ended = do("audit", verb, "--json")
        assert (ended.code, ended.error["code"]) == (4, "audit-unavailable")


def test_the_group_alone_shows_its_verbs(do):
    ended = do("audit")

    assert ended.code == 0
    assert all(verb in ended.out for verb in ("tail", "search", "verify"))
