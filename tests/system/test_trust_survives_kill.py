"""A trust file survives its writers: killed at any step, it is the version before or the one after, and goes on."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest

from airssys.errors import TrustFileUnusable
from airssys.trust import TrustConfig, TrustStore, add_rule
from tests.system.dies_writing import edits

PROGRAM = Path(__file__).with_name("dies_writing.py")


def names_after(count: int) -> set[str]:
    """The rules that are there after so many edits."""
    names: set[str] = set()
    for sign, number in itertools.islice(edits(), count):
        (names.add if sign == "+" else names.remove)(f"rule-{number}")
    return names


def names_in(store: TrustStore) -> set[str]:
    try:
        return {rule.name for rule in TrustConfig.load(store.path).rules}
    except TrustFileUnusable:
        assert not store.path.exists()
        return set()


def goes_on(store: TrustStore, finished: int) -> None:
    """Every edit that was finished is there, the one that was not is there or not, and the next one is made."""
    found = names_in(store)
    assert found in (names_after(finished), names_after(finished + 1))
    add_rule(store, {"name": "afterwards", "kind": "local", "path": "/srv/*"})
    assert names_in(store) == {*found, "afterwards"}
    assert not list(store.path.parent.rglob(".*.unfinished"))
    newest = store.newest_backup()
    assert newest is not None
    assert newest[1] == store.read()


def test_a_writer_that_dies_at_any_step_leaves_a_file_that_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda _: None)  # a kill loses nothing that the kernel has
    subprocess.run([sys.executable, PROGRAM, "steps", tmp_path], check=True, timeout=120)
    folders = sorted(tmp_path.iterdir(), key=lambda folder: int(folder.name))

    finished = [len((folder / "told").read_text().split()) for folder in folders]
    for folder, count in zip(folders, finished, strict=True):
        goes_on(TrustStore(folder / "etc" / "trust.toml"), count)

    assert sorted(set(finished)) == [0, 1, 2]  # it did die within each of them
    assert len(folders) > 50


@pytest.mark.parametrize("lines", range(0, 24, 3))
def test_a_writer_that_is_killed_leaves_a_file_that_goes_on(tmp_path, lines):
    store = TrustStore(tmp_path / "etc" / "trust.toml")
    with subprocess.Popen([sys.executable, PROGRAM, "on", store.path], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for _ in range(lines):
            assert writer.stdout.readline()
        writer.kill()
        finished = lines + len(writer.stdout.read().split())

    assert writer.returncode == -9
    goes_on(store, finished)
