"""`docs/guides/wasi.md` says what is true: commands and programs print what it shows, its figures are the code's."""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
import sys

import pytest

from airssys import HostConfig, OutputConfig, WasiSetup
from airssys.interfaces.wasi import DEFAULT_MAX_DESCRIPTORS, shared_interfaces
from airssys.interfaces.wasi._clocks import RESOLUTION_NS
from airssys.interfaces.wasi._file_io import MAX_BYTES
from airssys.interfaces.wasi._kernel import MAX_LINKS
from airssys.interfaces.wasi._lines import MAX_LINE_CHARACTERS
from airssys.interfaces.wasi._random import MAX_RANDOM_BYTES
from airssys.interfaces.wasi._rights import DENIALS_PER_SECOND
from tests.system.conftest import EXAMPLES, PROGRAM
from tests.system.guides import blocks, matches

GUIDE = EXAMPLES.parent / "docs" / "guides" / "wasi.md"
TEXT = GUIDE.read_text("utf-8")
#: Every command, with what the guide says that it prints; they follow one another.
COMMANDS = [command for block in blocks(GUIDE) for command in block]
#: Every program, with what the guide says that it prints.
PROGRAMS = re.findall(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
KIB = 1024


def test_what_the_guide_shows_is_what_the_commands_print(airssys):
    (airssys.folder / "examples").symlink_to(EXAMPLES)

    assert len(COMMANDS) > 10
    for command, output in COMMANDS:
        done = subprocess.run(
            command,
            shell=True,
            cwd=airssys.folder,
            env={
                **airssys.environment,
                "XDG_STATE_HOME": str(airssys.folder / "state"),
                "PATH": f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert matches(output, done.stdout), (command, done.stdout)


@pytest.mark.parametrize(("program", "shown"), PROGRAMS)
def test_a_program_prints_what_the_guide_shows(airssys, program, shown):
    (airssys.folder / "examples").symlink_to(EXAMPLES)
    (airssys.folder / "texts").mkdir()
    (airssys.folder / "texts" / "one.txt").write_bytes(b"to be\nor not\n")

    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=airssys.folder,
        env=dict(airssys.environment),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ended.stdout, ended.stderr) == (shown, "")


def test_every_program_of_the_guide_is_run():
    assert len(PROGRAMS) == len(re.findall(r"^```python$", TEXT, re.MULTILINE))


def test_every_interface_is_in_the_table_and_no_other():
    rows = re.findall(r"^\| `(wasi:\w+)` \| (.*?) \|", TEXT, re.MULTILINE)
    told = {f"{package}/{name}" for package, names in rows for name in re.findall(r"`([a-z-]+)`", names)}

    assert told == {*shared_interfaces()}


@pytest.mark.parametrize("kind", [WasiSetup, OutputConfig])
def test_every_setting_is_in_its_table(kind):
    rows = re.findall(r"^\| (`.*?`) \|", TEXT, re.MULTILINE)
    told = {name for row in rows for name in re.findall(r"`(\w+)`", row)}

    assert {field.name for field in dataclasses.fields(kind)} <= told


def test_the_figures_are_those_of_the_code():
    output, config = OutputConfig(), HostConfig()
    figures = {
        f"| `memory_bytes` | {output.memory_bytes // KIB} KiB |",
        f"| `bytes_per_second` | {output.bytes_per_second // KIB // KIB} MiB |",
        f"| `file_bytes` | {output.file_bytes // KIB // KIB} MiB |",
        f"| `files` | {output.files} |",
        f"more than {MAX_LINE_CHARACTERS} characters",
        f"| {DEFAULT_MAX_DESCRIPTORS} (`HostConfig.max_descriptors`)",
        f"More than {config.max_descriptors} files",
        f"| {MAX_BYTES // KIB} KiB | fewer are given |",
        f"| {MAX_BYTES // KIB} KiB, as `check-write` says |",
        f"at most {MAX_RANDOM_BYTES // KIB} KiB in a call",
        f"`get-random-bytes` of more than {MAX_RANDOM_BYTES // KIB} KiB",
        f"| {config.instance.resources:,} (`StoreBounds.resources`) |",
        f"| {MAX_LINKS}, as in Linux |",
        f"| {DENIALS_PER_SECOND} in a second, for each component |",
    }

    assert [figure for figure in sorted(figures) if figure not in TEXT] == []
    assert "steps of a microsecond" in TEXT
    assert RESOLUTION_NS == 1000
