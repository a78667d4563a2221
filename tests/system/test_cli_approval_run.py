"""`airssys run` with a component that asks for rights: held until a person, or a rule, says yes."""

from __future__ import annotations

import os
import pwd
import re
import shlex
import signal
import time

import pytest

from airssys.approval import ApprovalWorkflow, State
from airssys.audit import read_log, verify
from airssys.clock import SystemClock
from airssys.storage import Store, database_in
from tests.guests import wat
from tests.system.conftest import EXAMPLES

ME = pwd.getpwuid(os.getuid()).pw_name
GREETER = (EXAMPLES / "greeter" / "greeter.wat").read_text("utf-8")
LIMITS = "[resources.memory]\nmax_bytes = 1048576\n"
RIGHTS = '[capabilities]\nfilesystem.read = ["/srv/in/**"]\n[capabilities.rationale]\nfilesystem = "reads invoices"\n'
GREET = ("run", "invoice", "greet", "World")


@pytest.fixture
def state(airssys):
    return airssys.folder / "state"


@pytest.fixture
def invoice(project):
    """A component of unknown origin that asks for a right."""
    return project(GREETER, name="invoice", limits=LIMITS + RIGHTS)


@pytest.fixture
def do(inside, invoice, state, monkeypatch):
    """A command line in this process, with a state folder of its own."""
    monkeypatch.setenv("AIRSSYS_STATE", str(state))
    return inside


def requests(state):
    """What is in the database: state, by whom, note."""
    with Store(database_in(state)) as store:
        found = ApprovalWorkflow(store, clock=SystemClock(), log=None).requests()
    return [(each.state, each.by, each.note) for each in found]


def steps(state, number=1):
    return [entry.members["step"] for entry in read_log(state / "audit-runs" / str(number)) if "step" in entry.members]


# ---------------------------------------------------------------- without a terminal


@pytest.mark.parametrize("where", [("--state", "my state"), ()])
def test_it_is_held_until_the_printed_command_was_given_and_again_after_it_was_withdrawn(
    inside, invoice, monkeypatch, tmp_path, where
):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "own"))
    held = inside(*GREET, *where)
    commands = dict(re.findall(r"`airssys (approvals|approve) (.*?)`", held.err))
    approved = inside("approve", *shlex.split(commands["approve"]))
    runs = inside(*GREET, *where)
    withdrawn = inside("withdraw", "1", "--reason", "a hole", *where)
    refused = inside(*GREET, *where)

    assert (held.code, held.out) == (3, "")
    assert "invoice 1.0.0 may not run before a person approves it: it asks for 1 right" in held.err
    assert "filesystem read /srv/in/**" in inside("approvals", *shlex.split(commands["approvals"])).out
    assert (approved.code, withdrawn.code) == (0, 0)
    assert (runs.code, runs.out, runs.err) == (0, "Hello, World!\n", "")
    assert refused.code == 3
    assert f"approval 1 was withdrawn by {ME}: a hole" in refused.err
    [again] = re.findall(r"`airssys (approve .*?)`", refused.err)
    assert inside(*shlex.split(again)).code == 0
    assert inside(*GREET, *where).code == 0


def test_a_machine_is_told_what_is_asked_for(do):
    ended = do(*GREET, "--json")

    assert (ended.code, ended.out) == (3, "")
    assert (ended.error["code"], ended.error["exit_code"]) == ("approval-required", 3)
    assert (ended.error["approval"]["id"], ended.error["approval"]["component"]) == (1, "invoice")


def test_asking_again_files_nothing_new(do, state):
    do(*GREET)
    do(*GREET)

    assert len(requests(state)) == 1


def test_other_bytes_wait_again(do, airssys):
    do(*GREET)
    do("approve", "1")
    file = airssys.folder / "invoice" / "invoice.wat"
    file.write_text(GREETER + ";; one line more\n", "utf-8")

    assert do(*GREET).code == 3


def test_what_a_rule_of_trust_vouches_for_runs(do, airssys, monkeypatch, state):
    monkeypatch.setenv("AIRSSYS_TRUST", str(airssys.folder / "trust" / "trust.toml"))
    do("trust", "add-local", f"{airssys.folder.resolve()}/**", "--name", "here")

    assert do(*GREET).out == "Hello, World!\n"
    assert requests(state) == []


def test_a_trust_file_that_is_named_has_to_be_there(do):
    assert do(*GREET, "--trust-file", "nowhere.toml").code == 2


def test_a_policy_names_the_wildcards_that_may_be_asked_for(do, airssys):
    manifest = airssys.folder / "invoice" / "Component.toml"
    manifest.write_text(manifest.read_text().replace("/srv/in/**", "/**"))
    (airssys.folder / "policy.toml").write_text('[wildcards]\ninvoice = ["filesystem read /**"]\n')

    assert do(*GREET).code == 2
    assert do(*GREET, "--policy", "policy.toml").code == 3


# ---------------------------------------------------------------- at a terminal


@pytest.mark.parametrize(
    ("answer", "code", "kept"),
    [
        ("once", 0, (State.SUPERSEDED, ME, "it was for one start")),
        ("a", 0, (State.APPROVED, ME, "")),
        ("always", 0, (State.APPROVED, ME, "")),
        ("NO", 3, (State.REJECTED, ME, "the answer was no")),
    ],
)
def test_a_person_is_shown_the_request_and_answers(airssys, invoice, state, answer, code, kept):
    terminal = airssys.on_terminal(*GREET, AIRSSYS_STATE=str(state), NO_COLOR="1", TERM="dumb")
    terminal.wait_for("may it run? once, always or no: ")
    shown = terminal.written
    terminal.type(f"{answer}\n")

    assert terminal.wait_end() == code
    assert "invoice 1.0.0  1 right  pending" in shown
    assert "filesystem read /srv/in/**  can read what is there" in shown
    assert 'filesystem: "reads invoices"' in shown
    assert ("Hello, World!" in terminal.written) is (code == 0)
    assert requests(state) == [kept]
    assert airssys(*GREET, AIRSSYS_STATE=str(state)).code == (0 if kept[0] is State.APPROVED else 3)


def test_anything_else_is_no_answer_and_is_asked_again(airssys, invoice, state):
    terminal = airssys.on_terminal(*GREET, AIRSSYS_STATE=str(state))
    for typed in ("\n", "yes\n", "always not\n"):
        terminal.wait_for("may it run? once, always or no: ")
        terminal.written = ""
        terminal.type(typed)
    terminal.wait_for("may it run? once, always or no: ")
    terminal.type("once\n")

    assert terminal.wait_end() == 0


@pytest.mark.parametrize(
    ("leave", "code"),
    [
        (lambda terminal: terminal.type("\x04"), 3),
        (lambda terminal: terminal.process.send_signal(signal.SIGINT), 130),
    ],
    ids=["Ctrl-D", "Ctrl-C"],
)
def test_who_leaves_without_an_answer_has_decided_nothing(airssys, invoice, state, leave, code):
    terminal = airssys.on_terminal(*GREET, AIRSSYS_STATE=str(state))
    terminal.wait_for("may it run? once, always or no: ")
    leave(terminal)

    assert terminal.wait_end() == code
    assert [each[0] for each in requests(state)] == [State.PENDING]


def test_what_was_typed_before_the_question_is_no_answer(airssys, invoice, state):
    terminal = airssys.on_terminal(*GREET, AIRSSYS_STATE=str(state))
    terminal.type("always\n")
    terminal.wait_for("may it run? once, always or no: ")
    terminal.type("no\n")

    assert terminal.wait_end() == 3


def test_a_machine_at_a_terminal_is_not_asked(airssys, invoice, state):
    terminal = airssys.on_terminal(*GREET, "--json", AIRSSYS_STATE=str(state))

    assert terminal.wait_end() == 3
    assert "may it run?" not in terminal.written


# ---------------------------------------------------------------- development mode


def test_in_development_nobody_has_to_approve_and_it_says_so(do, state):
    ended = do(*GREET, "--development")

    assert (ended.code, ended.out) == (0, "Hello, World!\n")
    assert requests(state) == []


def test_development_mode_is_loud(airssys, invoice, state):
    ended = airssys(*GREET, "--development", AIRSSYS_STATE=str(state))

    assert ended.code == 0
    assert ended.err.startswith("DEVELOPMENT MODE: components of unknown origin run without anybody's approval.")


def test_development_mode_is_refused_in_production(do, monkeypatch):
    monkeypatch.setenv("AIRSSYS_ENV", "production")

    assert do(*GREET, "--development", "--json").error["code"] == "development-refused"
    assert do(*GREET).code == 3


# ---------------------------------------------------------------- the state folder


def test_two_run_at_once_with_one_state_folder(airssys, project, state):
    project(wat.text("hostile"), name="invoice", limits=LIMITS + RIGHTS)
    environment = {"AIRSSYS_STATE": str(state)}
    airssys("run", "invoice", "count-calls", **environment)
    airssys("approve", "1", **environment)
    first = airssys.on_terminal("run", "invoice", "spin", "--timeout", "120", **environment)
    log = state / "audit-runs" / "1"
    deadline = time.monotonic() + 60
    while not (log.exists() and "started" in steps(state)):
        assert first.process.poll() is None
        assert time.monotonic() < deadline, "it records somewhere else"
        time.sleep(0.02)

    second = airssys("run", "invoice", "count-calls", **environment)
    first.process.send_signal(signal.SIGTERM)

    assert (second.code, second.out) == (0, "1\n")
    assert first.wait_end() == 143
    assert steps(state)[-3:] == ["started", "failed", "stopped"]
    assert steps(state, 2) == ["started", "stopped"]
    assert all(verify(folder).is_closed for folder in (state / "audit-runs").iterdir())


def test_a_component_that_asks_for_nothing_leaves_nothing_behind(do, project, state):
    project(GREETER, name="greeter")

    assert do("run", "greeter", "greet", "World").out == "Hello, World!\n"
    assert not state.exists()


def test_a_state_folder_that_cannot_be_used_stops_only_what_asks(do, project, state):
    state.write_text("in the way")
    project(GREETER, name="greeter")

    assert do("run", "greeter", "greet", "World").code == 0
    assert do(*GREET, "--json").error["code"] == "storage-failed"


# ---------------------------------------------------------------- explaining


def test_explain_knows_what_was_approved_and_by_whom(do, state):
    before = do("explain", "invoice", "--json").json
    assert not state.exists()
    do(*GREET)
    waiting = do("explain", "invoice", "--json").json
    do("approve", "1", "--only", "filesystem.read=/srv/in/new/*")
    after = do("explain", "invoice", "--json").json

    assert [(told["approved"], told["approved_by"]) for told in (before, waiting, after)] == [
        (False, None),
        (False, None),
        (True, ME),
    ]
    assert [each["right"] for each in after["effective"]] == ["filesystem read /srv/in/new/*"]
    assert f"approved: true, by {ME}\n" in do("explain", "invoice").out
    assert do("explain", "invoice", "--request", "filesystem read /srv/in/a").code == 3
    assert len(requests(state)) == 1


def test_explain_knows_that_a_person_said_no_whatever_a_rule_says(do, airssys, monkeypatch):
    do(*GREET)
    do("reject", "1", "--reason", "too much")
    monkeypatch.setenv("AIRSSYS_TRUST", str(airssys.folder / "trust" / "trust.toml"))
    do("trust", "add-local", f"{airssys.folder.resolve()}/**", "--name", "here")
    told = do("explain", "invoice", "--json").json

    assert (told["trust"], told["approved"]) == ("trusted", False)
    assert told["effective"][0]["approved_by"] == f"as if somebody (approval 1 was rejected by {ME}: too much)"
