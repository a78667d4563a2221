"""`docs/guides/cli.md` says what is true: its commands can be pasted, and print what it shows."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from tests.system.conftest import EXAMPLES, PROGRAM
from tests.system.guides import blocks, matches

GUIDE = EXAMPLES.parent / "docs" / "guides" / "cli.md"
TEXT = GUIDE.read_text("utf-8")
#: Every block of commands, with the output of each.
BLOCKS = blocks(GUIDE)


@pytest.mark.parametrize("block", BLOCKS, ids=[block[0][0] for block in BLOCKS])
def test_what_the_guide_shows_is_what_the_commands_print(airssys, block):
    (airssys.folder / "examples").symlink_to(EXAMPLES)
    for command, output in block:
        done = subprocess.run(
            command,
            shell=True,
            cwd=airssys.folder,
            env={
                **airssys.environment,
                "XDG_STATE_HOME": str(airssys.folder / "state"),
                "PATH": f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert matches(output, done.stdout), done.stdout


def test_the_guide_lists_every_exit_code():
    from airssys.cli._errors import ExitCode

    rows = {int(code) for row in re.findall(r"^\| ([0-9, ]+) \|", TEXT, re.MULTILINE) for code in row.split(", ")}

    assert rows == {*map(int, ExitCode), 129, 143}


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ("init", ["hello"]),
        ("check", ["examples/greeter"]),
        ("inspect", ["examples/greeter"]),
        ("run", ["examples/greeter", "greet", "World", "--stats"]),
        ("explain", ["examples/greeter"]),
        ("explain", ["examples/greeter", "--request", "filesystem read /etc/passwd"]),
        ("doctor", []),
        ("bench", []),
    ],
)
def test_the_guide_lists_every_key_of_every_answer(airssys, verb, words):
    (airssys.folder / "examples").symlink_to(EXAMPLES)
    [row] = re.findall(rf"^\| `{verb}` \| (.*) \|$", TEXT, re.MULTILINE)

    assert set(airssys(verb, *words, "--json").json) <= set(re.findall(r"`([a-z_]+)`", row))
