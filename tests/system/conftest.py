"""The installed command line, in a subprocess, with a home and a compile cache of its own."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from airssys import cli
from airssys.cli import _app
from tests.guests import wat

PROGRAM = Path(sys.executable).with_name("airssys")
EXAMPLES = Path(__file__).parents[2] / "examples"
#: Variables of whoever runs the tests that would change what the command does.
STEERING = (
    "NO_COLOR",
    "FORCE_COLOR",
    "CLICOLOR",
    "TTY_",
    "AIRSSYS_",
    "XDG_",
    "COLUMNS",
    "LINES",
    "_TYPER",
    "GITHUB_ACTIONS",
)


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


class Terminal:
    """A command line that runs on a terminal of its own."""

    def __init__(self, command: Sequence[str | Path], folder: Path, environment: Mapping[str, str]) -> None:
        self._reader, terminal = pty.openpty()
        self.process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=terminal, stdout=terminal, stderr=terminal
        )
        os.close(terminal)
        self.written = ""

    def wait_for(self, text: str) -> None:
        """Read until the text was written."""
        while text not in self.written:
            piece = self._read()
            assert piece, f"it ended without writing {text!r}: {self.written}"

    def type(self, text: str) -> None:
        """As if a person typed it."""
        os.write(self._reader, text.encode())

    def wait_end(self) -> int:
        """Read everything else; gives the exit code."""
        while self._read():
            pass
        os.close(self._reader)
        assert "Traceback" not in self.written
        return self.process.wait(timeout=60)

    def _read(self) -> str:
        try:
            piece = os.read(self._reader, 65536).decode()
        except OSError:  # how Linux tells that the last writer is gone
            return ""
        self.written += piece
        return piece


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

    def on_terminal(self, *words: str | Path, **environment: str) -> Terminal:
        """The same with a terminal on all three streams, without waiting."""
        return Terminal([PROGRAM, *words], self.folder, {**self.environment, **environment})

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
def inside(airssys: Shell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """The same command line in this process, for long tables: a process of its own costs a third of a second."""
    monkeypatch.chdir(airssys.folder)
    monkeypatch.setattr(_app, "ending_on_signals", contextlib.nullcontext)
    for name in (name for name in os.environ if name.startswith(("AIRSSYS_", "XDG_"))):
        monkeypatch.delenv(name)
    for name in ("HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, airssys.environment[name])

    def run(*words: str) -> Ended:
        code = cli.main(words)
        written = capsys.readouterr()
        return Ended(int(code), written.out, written.err)

    return run


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
