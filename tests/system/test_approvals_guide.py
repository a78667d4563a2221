"""`docs/guides/approvals.md` says what is true: its commands can be pasted, and its Python runs."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from airssys.approval import ApprovalWorkflow
from airssys.capabilities import CapabilitySet, Kind
from airssys.clock import SystemClock
from airssys.storage import Store, database_in
from tests.approving import V2, ask
from tests.system.conftest import EXAMPLES, PROGRAM
from tests.system.guides import blocks, matches

GUIDE = EXAMPLES.parent / "docs" / "guides" / "approvals.md"
TEXT = GUIDE.read_text("utf-8")
#: Every command, with what the guide says that it prints; they follow one another.
COMMANDS = [command for block in blocks(GUIDE) for command in block]
PYTHON = re.findall(r"^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


@pytest.fixture
def state(tmp_path):
    """What hosts asked before the guide begins."""
    folder = tmp_path / "state"
    with Store(database_in(folder)) as store:
        workflow = ApprovalWorkflow(store, clock=SystemClock(), log=None)
        first = ask({"filesystem.read": ["/srv/in/**"]}, rationale={Kind.FILESYSTEM: "reads invoices"})
        workflow.approve(workflow.request(first).id, by="maria")
        more = {"filesystem.read": ["/srv/in/**"], "network.connect": ["rates.example.org:443"]}
        why = {Kind.FILESYSTEM: "reads invoices", Kind.NETWORK: "daily exchange rates"}
        workflow.request(ask(more, version="1.1.0", digest=V2, rationale=why))
        workflow.request(
            ask(
                {"filesystem.read": ["/srv/pictures/**"], "filesystem.write": ["/srv/**"]},
                component="thumbs",
                source="file:///srv/thumbs/thumbs.wasm",
                rationale={Kind.FILESYSTEM: "makes small pictures of large ones"},
            )
        )
    return folder


def test_what_the_guide_shows_is_what_the_commands_print(airssys, state):
    assert len(COMMANDS) > 5
    for command, output in COMMANDS:
        done = subprocess.run(
            command,
            shell=True,
            cwd=airssys.folder,
            env={
                **airssys.environment,
                "AIRSSYS_STATE": str(state),
                "PATH": f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        shown = done.stdout.replace(f" --state {state}", "")
        assert matches(output, shown), shown


@pytest.mark.parametrize("source", PYTHON)
def test_the_python_of_the_guide_runs(source, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(compile(source, "approvals.md", "exec"), names)

    assert names["rights"] == CapabilitySet.of({"filesystem.read": ["/srv/in/*"]})


def test_the_guide_lists_every_key_of_the_answer(airssys, state):
    [row] = re.findall(r"^Keys of an approval: (.*)$", TEXT, re.MULTILINE)
    told = airssys("approvals", "1", "--json", AIRSSYS_STATE=str(state)).json

    assert set(told) == set(re.findall(r"`([a-z_]+)`", row))
