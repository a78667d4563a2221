"""`docs/guides/quotas.md` says what is true: its examples load and run, and print what they say."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

from airssys.manifest import load_manifest, load_operator
from airssys.quotas import QuotaKind

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/guides/quotas.md").read_text(encoding="utf-8")
HEAD = '[component]\nname = "demo"\nversion = "1.0.0"\n[resources.memory]\nmax_bytes = 1048576\n'

QUOTAS, CEILINGS = re.findall(r"^```toml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
PROGRAMS = re.findall(r"^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


def test_the_examples_of_both_files_load(tmp_path):
    (tmp_path / "Component.toml").write_text(HEAD + QUOTAS)
    (tmp_path / "host.toml").write_text(CEILINGS)

    quotas = load_manifest(tmp_path, operator=load_operator(tmp_path / "host.toml")).quotas

    assert (quotas.storage_bytes, quotas.messages_per_second) == (10_485_760, 200)
    assert (quotas.network_bytes_per_second, quotas.cpu_ms_per_second) == (1_048_576, 300)


@pytest.mark.parametrize("program", PROGRAMS, ids=["host", "tracker"])
def test_a_program_prints_what_stands_beside_its_lines(monkeypatch, program):
    monkeypatch.chdir(ROOT)
    printed = io.StringIO()

    with contextlib.redirect_stdout(printed):
        exec(program, {"__name__": "__main__"})

    said = re.findall(r"  # (.*)", program)
    assert printed.getvalue().splitlines() == [line for line in said if not line.startswith("nothing is charged")]


def test_every_kind_is_in_the_table():
    rows = re.findall(r"^\| `?(\w+)`? \|", TEXT, re.MULTILINE)

    assert {*rows} - {"quota"} == {*QuotaKind}
