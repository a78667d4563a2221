"""`docs/guides/audit.md` says what is true: commands print what it shows, the program runs, the tables are complete."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from airssys.audit import EVENTS, AuditLog, Decided, FileSink, LifeCycle, LimitViolated, Outcome, Step
from airssys.audit._file_sink import DEFAULT_MAX_FILE_BYTES, DEFAULT_SYNC_SECONDS
from airssys.audit._memory import DEFAULT_KEPT
from airssys.capabilities import Request
from tests.audit import SUBJECT, decided
from tests.clock import WallClock
from tests.system.conftest import EXAMPLES, PROGRAM
from tests.system.guides import blocks, matches

GUIDE = EXAMPLES.parent / "docs" / "guides" / "audit.md"
TEXT = GUIDE.read_text("utf-8")
START = 1_777_622_390.0


@pytest.fixture
def log(airssys):
    """The log that the guide shows."""
    folder, clock = airssys.folder / "state" / "audit", WallClock(today=START)
    network = Request.parse("network connect example.org:443")
    with AuditLog(FileSink(folder, sync_seconds=None), clock=clock) as log:
        for event in (
            LifeCycle(subject=SUBJECT, step=Step.STARTED),
            decided(1),
            Decided(subject=SUBJECT, request=network, outcome=Outcome.DENIED, rule="not-declared"),
            LimitViolated(subject=SUBJECT, limit="messages_per_second", used=200, requested=1, most=200),
            LifeCycle(subject=SUBJECT, step=Step.STOPPED),
        ):
            log.append(event)
            clock.today += 10
    return folder


def test_what_the_guide_shows_is_what_the_commands_print(airssys, log):
    commands = [command for block in blocks(GUIDE) for command in block]

    assert len(commands) == 5
    for command, output in commands:
        done = subprocess.run(
            command,
            shell=True,
            cwd=airssys.folder,
            env={
                **airssys.environment,
                "PATH": f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}",
                "AIRSSYS_STATE": str(airssys.folder / "state"),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert matches(output, done.stdout), done.stdout


def test_the_program_runs(tmp_path, monkeypatch):
    (program,) = re.findall(r"^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    monkeypatch.chdir(tmp_path)

    exec(program, {})

    assert (tmp_path / "state" / "audit-of-mine" / "head.json").exists()


def test_every_kind_of_record_and_every_member_is_in_the_tables(log):
    _, _, text = TEXT.partition("## What is in a record")
    members = {
        name for line in (log / "audit-00000000000000000001.jsonl").read_text().splitlines() for name in keys(line)
    }

    assert [name for name in EVENTS if f"| `{name}` |" not in text] == []
    assert [name for name in members if f"`{name}`" not in text] == []


def keys(line: str) -> list[str]:
    return re.findall(r'"(\w+)":', line)


def test_the_figures_are_those_of_the_code():
    assert (DEFAULT_MAX_FILE_BYTES, DEFAULT_SYNC_SECONDS, DEFAULT_KEPT) == (64 * 2**20, 1.0, 10_000)
    for figure in ("reaches 64 MiB", "at most the last second", "latest 10,000 records"):
        assert figure in TEXT


def test_the_guide_of_the_command_line_lists_every_key_of_every_answer(airssys, log):
    [row] = re.findall(r"^\| `audit` \| (.*) \|$", GUIDE.with_name("cli.md").read_text("utf-8"), re.MULTILINE)
    answers = [airssys("audit", verb, "--log", str(log), "--json").json for verb in ("tail", "search", "verify")]

    for answer in answers:
        assert [key for key in answer if f"`{key}`" not in row] == []
