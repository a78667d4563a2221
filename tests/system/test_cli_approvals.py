"""`airssys approvals`, `approve`, `reject` and `withdraw`: from a component that waits to one that runs, and back."""

from __future__ import annotations

import json
import os
import pwd

import pytest

from airssys.approval import DEFAULT_LIFETIME_SECONDS, Answer, ApprovalWorkflow
from airssys.audit import verify
from airssys.capabilities import CapabilitySet, Kind
from airssys.clock import SystemClock
from airssys.storage import Store, database_in
from tests.approving import LESS, MORE, READ, V2, ask
from tests.clock import WallClock

ME = pwd.getpwuid(os.getuid()).pw_name


@pytest.fixture
def state(airssys):
    return airssys.folder / "state"


@pytest.fixture
def do(inside, state, monkeypatch):
    """A command line in this process, with a state folder of its own."""
    monkeypatch.setenv("AIRSSYS_STATE", str(state))
    return inside


@pytest.fixture
def host(state):
    """Does something with the workflow as the host would."""

    def act(action, clock=None):
        with Store(database_in(state)) as store:
            return action(ApprovalWorkflow(store, clock=clock or SystemClock(), log=None))

    return act


@pytest.fixture
def asked(host):
    """A component that waits as number 1."""
    return host(lambda workflow: workflow.request(ask(MORE)))


def standing(host, asked=None):
    return host(lambda workflow: workflow.standing(asked or ask(MORE)))


def _audit_lines(state):
    [path] = (state / "audit-approvals").glob("*.jsonl")
    return path.read_text("ascii").splitlines()


# ---------------------------------------------------------------- the installed command


def test_from_a_request_to_a_component_that_runs_and_back(airssys, state, asked, host):
    where = ("--state", str(state))
    shown = airssys("approvals", *where)
    approved = airssys("approve", "1", "--only", "filesystem.read=/srv/in/*", "--note", "read it", *where)
    covered = standing(host)
    second = airssys("approve", "1", *where)
    withdrawn = airssys("withdraw", "1", "--reason", "a hole", *where)
    none = airssys("approvals", *where)

    assert (shown.code, approved.code, second.code, withdrawn.code, none.code) == (0, 0, 2, 0, 0)
    assert "invoice 1.0.0" in shown.out
    assert f"airssys approve 1 --state {state}" in shown.out
    assert covered.rights == CapabilitySet.of({"filesystem.read": ["/srv/in/*"]})
    assert f"error: approval 1 was approved by {ME}: read it" in second.err
    assert none.out == "nothing waits for approval\n"
    assert standing(host).answer is Answer.WITHDRAWN
    assert verify(state / "audit-approvals").head.sequence == 2


# ---------------------------------------------------------------- what is shown


def test_a_reviewer_sees_who_asks_for_what_and_why(do, asked):
    lines = do("approvals").out.splitlines()

    assert lines[0] == "1  invoice 1.0.0  2 rights  pending"
    assert lines[1].split() == ["from", "file:///srv/invoice/invoice.wasm"]
    assert lines[2].split() == ["sha256", "1" * 64]
    assert [line.split()[0] for line in lines[3:5]] == ["asked", "expires"]
    assert [" ".join(line.split()) for line in lines[5:10]] == [
        "asks for:",
        "filesystem read /srv/in/** can read what is there",
        "network connect rates.example.org:443 can send there whatever it can read",
        "why, in its author's words:",
        'filesystem: "reads invoices"',
    ]
    assert "airssys approve 1" in lines[10]
    assert "airssys reject 1" in lines[10]


def test_a_reviewer_sees_what_is_new(do, host):
    host(lambda workflow: workflow.approve(workflow.request(ask(READ)).id, by="maria"))
    host(lambda workflow: workflow.request(ask(MORE, digest=V2, version="2.0.0")))
    text = do("approvals").out

    assert text.startswith("2  invoice 2.0.0  2 rights, 1 of them new  pending\n")
    new, _, old = text.partition("  as in approval 1, now for other bytes or together with more:\n")
    assert "  NEW, not in approval 1:\n    network connect rates.example.org:443" in new
    assert "filesystem read" not in new
    assert "    filesystem read /srv/in/**" in old


def test_a_wildcard_is_shouted(do, host):
    host(lambda workflow: workflow.request(ask({"network.connect": ["*:443"]})))

    assert "WIDE OPEN" in do("approvals").out


def test_requests_are_listed_in_the_order_in_which_they_came(do, host):
    for name in ("zeta", "alpha", "beta"):
        host(lambda workflow, name=name: workflow.request(ask(component=name)))
    host(lambda workflow: workflow.reject(2, by="maria", reason="no"))

    assert [each["id"] for each in do("approvals", "--json").json["approvals"]] == [1, 3]
    assert [each["id"] for each in do("approvals", "--all", "--json").json["approvals"]] == [1, 2, 3]
    assert [line.split()[:2] for line in do("approvals", "--all").out.splitlines()] == [
        ["1", "zeta"],
        ["2", "alpha"],
        ["3", "beta"],
    ]


def test_one_request_is_shown_with_its_whole_history(do, asked):
    do("approve", "1", "--only", "filesystem.read=/srv/in/new/*", "--note", "fine")
    shown = do("approvals", "1", "--json").json
    text = do("approvals", "1").out

    assert [(step["state"], step["by"], step["note"]) for step in shown["steps"]] == [
        ("pending", "airssys", ""),
        ("approved", ME, "fine"),
    ]
    assert f"by {ME}: fine\n" in text
    assert "  given:\n    filesystem read /srv/in/new/*\n" in text
    assert "  not given, or only in part:\n    filesystem read /srv/in/**\n    network connect" in text


def test_machines_are_told_everything(do, asked):
    [told] = do("approvals", "--json").json["approvals"]

    assert told["rights"][1] == {
        "right": "network connect rates.example.org:443",
        "line": 'network.connect = ["rates.example.org:443"]',
        "remark": "can send there whatever it can read",
        "is_new": True,
    }
    assert (told["state"], told["component"], told["version"], told["digest"]) == (
        "pending",
        "invoice",
        "1.0.0",
        "1" * 64,
    )
    assert (told["rationale"], told["approved"], told["before"]) == ({"filesystem": "reads invoices"}, {}, None)
    assert told["asked_at"].endswith("+00:00")


HOSTILE = "quiet\x1b[2J\x1b[31m\rapproval 9: harmless\u202egnp\x07\n[bold]x[/bold]"


def test_nothing_that_a_component_says_steers_the_terminal(airssys, do, host, state):
    host(
        lambda workflow: workflow.request(
            ask(MORE, version=HOSTILE, source=f"file:///{HOSTILE}", proof=HOSTILE, rationale={Kind.NETWORK: HOSTILE})
        )
    )
    seen = [do("approvals").out, do("approvals", "1").out, do("approvals", "--all").out, do("approve", "1").out]
    seen.append(do("approve", "1").err)
    terminal = airssys.on_terminal("approvals", "1", AIRSSYS_STATE=str(state), NO_COLOR="1", TERM="dumb")
    assert terminal.wait_end() == 0
    seen.append(terminal.written.replace("\r\n", "\n"))

    for text in seen:
        assert not {"\x1b", "\r", "\x07", "\u202e"} & set(text)
        assert not any(line.startswith("[bold]") or "approval 9" in line[:12] for line in text.splitlines())
    assert r"\u001b[2J" in seen[0]
    assert "[bold]x[/bold]" in seen[0]


def test_a_folder_where_nobody_asked_is_empty_and_stays_so(do, state):
    listed = do("approvals", "--json")

    assert (listed.code, listed.json["approvals"]) == (0, [])
    assert do("approvals").out == "nothing waits for approval\n"
    assert (do("approve", "1").code, do("approvals", "1").code) == (2, 2)
    assert not state.exists()


def test_the_users_own_state_folder_is_the_default(inside, monkeypatch, tmp_path):
    monkeypatch.delenv("AIRSSYS_STATE", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))

    assert inside("approvals", "--json").json["state_folder"] == str(tmp_path / "xdg" / "airssys")


def test_the_flag_beats_the_environment(do, asked, tmp_path):
    assert len(do("approvals", "--json").json["approvals"]) == 1
    assert do("approvals", "--state", str(tmp_path / "other"), "--json").json["approvals"] == []


# ---------------------------------------------------------------- deciding


def test_approving_gives_all_that_is_asked_for(do, asked, host):
    ended = do("approve", "1", "--note", "read it")

    assert ended.code == 0
    assert ended.out.splitlines()[0] == "1  invoice 1.0.0  2 rights  approved"
    assert "  given:\n    filesystem read /srv/in/**\n    network connect rates.example.org:443\n" in ended.out
    assert (standing(host).rights, standing(host).by) == (CapabilitySet.of(MORE), ME)


def test_only_may_be_repeated(do, asked):
    told = do("approve", "1", "--json", "--only", "filesystem.read=/srv/in/a", "--only", "filesystem.read=/srv/in/b")

    assert told.json["approved"] == {"filesystem.read": ["/srv/in/a", "/srv/in/b"]}


def test_rejecting_says_why(do, asked, host):
    told = do("reject", "1", "--reason", "too much", "--json")

    assert (told.code, told.json["state"], told.json["by"], told.json["note"]) == (0, "rejected", ME, "too much")
    assert standing(host).answer is Answer.REJECTED


def test_a_no_can_be_taken_back_by_a_person(do, asked, host):
    do("reject", "1", "--reason", "too much")
    refused = do("approve", "1")
    again = do("approve", "1", "--again", "--json")

    assert (refused.code, again.code) == (2, 0)
    assert "--again" in refused.err
    assert (again.json["id"], again.json["state"]) == (2, "approved")
    assert standing(host).answer is Answer.COVERED


def test_what_has_expired_is_not_approved(do, host):
    host(lambda workflow: workflow.request(ask()), WallClock(today=SystemClock().wall() - DEFAULT_LIFETIME_SECONDS))

    assert do("approvals").out == "nothing waits for approval\n"
    assert do("approve", "1", "--json").error["state"] == "expired"
    assert do("approve", "1", "--again").code == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["approve"], "usage"),
        (["approve", "one"], "usage"),
        (["approve", "-1"], "usage"),
        (["approve", "1", "--only", "filesystem.read"], "usage"),
        (["approve", "1", "--only", "filesystem.execute=/srv/in/a"], "malformed-capability"),
        (["approve", "1", "--only", "filesystem.read=srv"], "pattern-error"),
        (["approve", "1", "--only", "filesystem.read=/srv/**"], "approval-widened"),
        (["approve", "1", "--note", "x" * 1001], "approval-invalid"),
        (["approve", "2"], "approval-not-found"),
        (["approve", "99999999999999999999"], "approval-not-found"),
        (["approve", "2", "--again"], "approval-not-found"),
        (["approvals", "2"], "approval-not-found"),
        (["reject", "1"], "usage"),
        (["reject", "1", "--reason", ""], "approval-invalid"),
        (["reject", "2", "--reason", "no"], "approval-not-found"),
        (["withdraw", "1"], "approval-settled"),
        (["withdraw", "2"], "approval-not-found"),
        (["approvals", "--state", ""], "usage"),
    ],
)
def test_what_cannot_be_done_ends_with_2_and_changes_nothing(do, asked, host, words, code):
    ended = do(*words, "--json")

    assert (ended.code, ended.error["code"], ended.error["exit_code"]) == (2, code, 2)
    assert ended.out == ""
    assert host(lambda workflow: workflow.get(1)) == asked


def test_the_second_reviewer_is_told_in_json_too(do, asked):
    do("reject", "1", "--reason", "no")
    told = do("approve", "1", "--json").error

    assert (told["approval"], told["state"], told["by"]) == (1, "rejected", ME)


def test_what_may_not_be_given_is_named(do, asked):
    told = do("approve", "1", "--only", "filesystem.write=/srv/in/a", "--json").error

    assert told["beyond"] == ["filesystem write /srv/in/a"]


@pytest.mark.parametrize(
    "words", [["approvals"], ["approve", "1"], ["reject", "1", "--reason", "no"], ["withdraw", "1"]]
)
def test_a_database_that_cannot_be_used_ends_with_4(do, state, words):
    state.mkdir(mode=0o700)
    database_in(state).write_bytes(b"this is no database" * 100)

    assert do(*words, "--json").error["code"] == "storage-failed"
    assert do(*words).code == 4


def test_what_cannot_be_recorded_is_not_approved_and_ends_with_4(do, asked, host, state):
    (state / "audit-approvals").write_text("in the way")
    ended = do("approve", "1", "--json")

    assert (ended.code, ended.error["code"]) == (4, "audit-unavailable")
    assert standing(host).answer is Answer.PENDING


def test_every_decision_is_in_the_audit_log_of_approvals(do, asked, state):
    do("approve", "1")
    do("withdraw", "1")
    do("approve", "1", "--again", "--only", "filesystem.read=/srv/in/new/*")
    lines = [json.loads(line) for line in _audit_lines(state)]

    assert [(line["approval"], line["state"], line["by"]) for line in lines] == [
        (1, "approved", ME),
        (1, "withdrawn", ME),
        (2, "pending", ME),
        (2, "approved", ME),
    ]
    assert {line["component"] for line in lines} == {"invoice"}


def test_less_than_was_asked_for_stands_for_what_was_asked(do, asked, host):
    do("approve", "1", "--only", "filesystem.read=/srv/in/new/*")

    assert standing(host).rights == CapabilitySet.of(LESS)
