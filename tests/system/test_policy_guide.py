"""`docs/guides/policy.md` says what is true: its commands print what it shows."""

from __future__ import annotations

import os
import subprocess

from tests.system.conftest import PROGRAM
from tests.system.guides import blocks, matches
from tests.unit.policy.test_guide import EXAMPLES, GUIDE, HEAD


def test_what_the_guide_shows_is_what_the_commands_print(airssys):
    policy, manifest, _ = EXAMPLES["3. Roles, and nothing else"]
    (airssys.folder / "policy.toml").write_text(policy)
    (airssys.folder / "invoice").mkdir()
    (airssys.folder / "invoice" / "Component.toml").write_text(HEAD + manifest)
    (commands,) = blocks(GUIDE)

    assert len(commands) == 2
    for command, output in commands:
        done = subprocess.run(
            command,
            shell=True,
            cwd=airssys.folder,
            env={**airssys.environment, "PATH": f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert matches(output, done.stdout), done.stdout
