"""`airssys init`: what it makes builds, runs, and passes its own check."""

from __future__ import annotations

import subprocess
import sys

import pytest


def test_a_wat_project_runs_at_once(airssys):
    ended = airssys("init", "hello-world")

    assert ended.code == 0
    assert sorted(path.name for path in (airssys.folder / "hello-world").iterdir()) == [
        "Component.toml",
        "README.md",
        "hello-world.wat",
    ]
    assert "  airssys run . greet World\n" in ended.out
    assert airssys("check", "hello-world").code == 0
    assert airssys("run", "hello-world", "greet", "World").out == "Hello, World!\n"


def test_a_c_project_builds_and_runs(airssys):
    assert airssys("init", "hello", "--lang", "c").code == 0
    before = airssys("run", "hello", "greet", "World")
    done = subprocess.run(
        [sys.executable, "build.py"], cwd=airssys.folder / "hello", capture_output=True, text=True, check=False
    )

    assert (before.code, "build the component" in before.err) == (2, True)
    assert (done.returncode, done.stderr) == (0, "")
    assert airssys("check", "hello").code == 0
    assert airssys("run", "hello", "greet", "World").out == "Hello, World!\n"


@pytest.mark.parametrize("language", ["wat", "c"])
def test_machines_are_told_what_was_made_and_what_comes_next(airssys, language):
    told = airssys("init", "hello", "--lang", language, "--json").json

    assert (told["name"], told["language"], told["folder"]) == ("hello", language, str(airssys.folder / "hello"))
    assert told["files"] == sorted(path.name for path in (airssys.folder / "hello").iterdir())
    assert (told["next"][0], told["next"][-1]) == ("cd hello", "airssys run . greet World")


@pytest.mark.parametrize("language", ["wat", "c"])
def test_no_placeholder_is_left(airssys, inside, language):
    inside("init", "hello", "--lang", language)
    files = list((airssys.folder / "hello").iterdir())

    assert files
    assert not any("{{" in path.name or "{{" in path.read_text() for path in files)


@pytest.mark.parametrize("name", ["x", "Hello", "a b", "../up", "a/b", "-x", "hello-", "é", "\x1b[31m", "x" * 65, ""])
def test_a_name_that_a_component_cannot_have_is_refused(airssys, inside, name):
    ended = inside("init", "--", name)

    assert ended.code == 2
    assert "cannot be the name of a component" in ended.err
    assert list(airssys.folder.iterdir()) == []


@pytest.mark.parametrize("kind", ["folder", "file", "dangling link"])
def test_what_exists_is_never_touched(airssys, inside, kind):
    target = airssys.folder / "hello"
    {
        "folder": target.mkdir,
        "file": lambda: target.write_text("mine"),
        "dangling link": lambda: target.symlink_to("nowhere"),
    }[kind]()
    ended = inside("init", "hello")

    assert ended.code == 2
    assert "exists already" in ended.err
    assert [path.name for path in airssys.folder.iterdir()] == ["hello"]
    assert kind != "file" or target.read_text() == "mine"


def test_a_folder_that_cannot_be_written_leaves_nothing_behind(airssys):
    """Deleted under our feet: for root, every other folder can be written."""
    gone = airssys.folder / "gone"
    process = airssys.popen(
        "init", "hello", stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=lambda: _leave(gone)
    )
    out, err = process.communicate(timeout=60)

    assert (process.returncode, out) == (2, "")
    assert err.startswith("error: cannot ")
    assert "Traceback" not in err


def _leave(folder):
    import os

    folder.mkdir()
    os.chdir(folder)
    folder.rmdir()
