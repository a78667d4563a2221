"""The installed command line, in a subprocess, with a home and a compile cache of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.guests import wat

PROGRAM = Path(sys.executable).with_name("airssys")
EXAMPLES = Path(__file__).parents[2] / "examples"
#: Variables of whoever runs the tests that would change what the command does.
STEERING = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "TTY_", "AIRSSYS_", "COLUMNS", "LINES", "_TYPER", "GITHUB_ACTIONS")


@dataclass(frozen=True, slots=True)
class Ended:
    """A command line that has run."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        return json.loads(self.err)


@dataclass(frozen=True, slots=True)
class Shell:
    """Runs command lines in one folder."""

    folder: Path
    environment: Mapping[str, str]

    def __call__(self, *words: str | Path, **environment: str) -> Ended:
        """`airssys WORDS`; no end of it may be a traceback, and none may reach a pipe as colour."""
        done = subprocess.run(
            [PROGRAM, *words],
            cwd=self.folder,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        assert "\x1b" not in done.stdout + done.stderr
        return Ended(done.returncode, done.stdout, done.stderr)

    def popen(self, *words: str | Path, **options: Any) -> subprocess.Popen[str]:
        """The same without waiting; whoever asks waits for it."""
        return subprocess.Popen([PROGRAM, *words], cwd=self.folder, env=dict(self.environment), text=True, **options)


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    home = tmp_path_factory.mktemp("home")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(STEERING)}
    return {**kept, "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "TERM": "xterm-256color"}


@pytest.fixture
def airssys(tmp_path: Path, environment: Mapping[str, str]) -> Shell:
    """The command line in an empty folder."""
    return Shell(tmp_path, environment)


@pytest.fixture
def guest(tmp_path: Path) -> Callable[..., str]:
    """Write a test guest as a project below the working folder; gives its path there."""

    def write(name: str, *, max_bytes: int = 1 << 20, cpu: str = "timeout_seconds = 5") -> str:
        wat.project(tmp_path / name, name, max_bytes=max_bytes, cpu=cpu)
        return name

    return write


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., str]:
    """Write a component as a project below the working folder; gives its path there."""

    def write(source: str, *, name: str = "guest", limits: str = "[resources.memory]\nmax_bytes = 1048576") -> str:
        folder = tmp_path / name
        folder.mkdir()
        (folder / f"{name}.wat").write_text(source, "utf-8")
        (folder / "Component.toml").write_text(f'[component]\nname = "{name}"\nversion = "1.0.0"\n{limits}\n', "utf-8")
        return name

    return write
