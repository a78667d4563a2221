"""What `doctor` makes of machines that are not as they should be."""

from __future__ import annotations

import resource

import pytest

from airssys.cli import _checks as checks
from airssys.cli._checks import Finding, State
from airssys.cli._doctor import findings_as_lines
from airssys.engine import Capacity


@pytest.mark.parametrize("version", ["50.0.1", "50.0.2", "50.0.17"])
def test_an_engine_at_the_floor_or_above_is_fine(version):
    assert checks.check_engine(version).state is State.OK


@pytest.mark.parametrize("version", ["50.0.0", "49.9.9", "50.1.0", "51.0.0", "50.0.1rc1", "", "nonsense"])
def test_any_other_engine_is_broken(version):
    finding = checks.check_engine(version or "0")

    assert finding.state is State.BROKEN
    assert "50.0.1" in finding.advice


@pytest.mark.parametrize(
    ("version", "state"),
    [
        ((3, 10), State.BROKEN),
        ((3, 11), State.OK),
        ((3, 13), State.OK),
        ((3, 14), State.BROKEN),
    ],
)
def test_pythons_outside_of_the_tested_range_are_broken(version, state):
    assert checks.check_python(version).state is state


@pytest.mark.parametrize(("content", "state"), [("0\n", "ok"), ("1\n", "ok"), ("2\n", "note")])
def test_strict_overcommit_is_worth_a_note(tmp_path, content, state):
    setting = tmp_path / "overcommit_memory"
    setting.write_text(content)

    assert checks.check_overcommit(setting).state.value == state


def test_overcommit_that_cannot_be_read_breaks_nothing(tmp_path):
    assert checks.check_overcommit(tmp_path / "nothing").state is State.NOTE


def test_limited_addresses_are_worth_a_note(monkeypatch):
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1 << 30, 1 << 30))
    finding = checks.check_addresses()

    assert finding.state is State.NOTE
    assert "1 GiB" in finding.found


@pytest.mark.parametrize(("maps", "state"), [(0, "broken"), (40, "note"), (60_000, "ok")])
def test_capacity_depends_on_memory_maps(monkeypatch, maps, state):
    monkeypatch.setattr(Capacity, "of_this_machine", lambda: Capacity(maps))

    assert checks.check_capacity().state.value == state


def test_a_cache_that_can_be_used_is_left_as_it_was(tmp_path):
    folder = tmp_path / "cache"

    assert checks.check_cache(folder).state is State.OK
    assert [path.name for path in folder.iterdir()] == ["key"]


def test_a_cache_that_is_a_file_is_broken(tmp_path):
    folder = tmp_path / "cache"
    folder.write_text("")
    finding = checks.check_cache(folder)

    assert finding.state is State.BROKEN
    assert "XDG_CACHE_HOME" in finding.advice


def test_a_cache_that_is_a_link_is_broken(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "cache").symlink_to(tmp_path / "elsewhere")

    assert checks.check_cache(tmp_path / "cache").state is State.BROKEN


def test_one_core_is_worth_a_note(monkeypatch):
    monkeypatch.setattr(checks, "cores", lambda: 1)

    assert checks.check_cores().state is State.NOTE


def test_what_is_broken_comes_with_what_to_do():
    findings = [
        Finding(name="one", state=State.OK, found="fine"),
        Finding(name="three", state=State.BROKEN, found="not \x1b fine", advice="mend it"),
    ]

    assert [line.plain for line in findings_as_lines(findings)] == [
        "ok      one    fine",
        r"broken  three  not \u001b fine",
        "               -> mend it",
        "",
        "1 thing broken: see what to do above",
    ]


def test_files_need_the_links_of_proc(tmp_path):
    assert checks.check_files(tmp_path / "nothing").state is State.BROKEN
    assert checks.check_files().state is not State.BROKEN
