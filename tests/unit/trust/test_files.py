"""Files that others may want to tamper with: no links, no pipes, whole or not at all."""

from __future__ import annotations

import os
import stat
import tracemalloc
from pathlib import Path

import pytest

from airssys.trust._files import NotPrivate, create_file, read_file, read_private_file, sweep, write_file


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o022, 0o000, 0o077])
def umask(request):
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask")
@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_a_file_has_the_wanted_mode_whatever_the_umask_is(tmp_path, mode):
    write_file(tmp_path / "a", b"content", mode=mode)
    create_file(tmp_path / "b", b"content", mode=mode)

    assert (mode_of(tmp_path / "a"), mode_of(tmp_path / "b")) == (mode, mode)


def test_a_write_replaces_the_file_and_leaves_nothing_else(tmp_path):
    write_file(tmp_path / "a", b"old")
    write_file(tmp_path / "a", b"new")

    assert read_file(tmp_path / "a", 3) == b"new"
    assert os.listdir(tmp_path) == ["a"]


def test_a_write_replaces_a_link_and_not_what_it_leads_to(tmp_path):
    (tmp_path / "precious").write_bytes(b"precious")
    (tmp_path / "a").symlink_to("precious")

    write_file(tmp_path / "a", b"new")

    assert (tmp_path / "precious").read_bytes() == b"precious"
    assert not (tmp_path / "a").is_symlink()


@pytest.mark.parametrize("target", ["precious", "nowhere"])
def test_creating_never_overwrites_not_even_through_a_link(tmp_path, target):
    (tmp_path / "precious").write_bytes(b"precious")
    (tmp_path / "a").symlink_to(target)

    for path in (tmp_path / "a", tmp_path / "precious"):
        with pytest.raises(FileExistsError):
            create_file(path, b"new")

    assert sorted(os.listdir(tmp_path)) == ["a", "precious"]
    assert (tmp_path / "precious").read_bytes() == b"precious"


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    write_file(tmp_path / "a", b"old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_file(tmp_path / "a", b"new")

    assert (tmp_path / "a").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a"]


def test_the_content_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    steps: list[str] = []
    replace = os.replace

    def noted_fsync(descriptor):
        steps.append("flush folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "flush file")

    def noted_replace(*paths):
        steps.append("replace")
        replace(*paths)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "replace", noted_replace)
    write_file(tmp_path / "a", b"new")

    assert steps == ["flush file", "replace", "flush folder"]


@pytest.mark.parametrize("read", [read_file, read_private_file])
def test_what_is_no_regular_file_of_a_bounded_size_is_not_read(tmp_path, read):
    write_file(tmp_path / "a", b"1234")
    os.mkfifo(tmp_path / "pipe", 0o600)
    (tmp_path / "folder").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to("a")

    assert read(tmp_path / "a", 4) == b"1234"
    opened = os.listdir("/proc/self/fd")
    for name, most in (("a", 3), ("pipe", 9), ("folder", 9), ("link", 9), ("nowhere", 9)):
        with pytest.raises(OSError):
            read(tmp_path / name, most)
    assert len(os.listdir("/proc/self/fd")) == len(opened)


def test_a_device_is_not_even_opened(tmp_path, monkeypatch):
    (tmp_path / "device").symlink_to("/dev/null")
    opened: list[object] = []
    monkeypatch.setattr(os, "open", lambda path, *_: opened.append(path))

    for path, said in ((tmp_path / "device", "it is a link"), (Path("/dev/null"), "it is no regular file")):
        with pytest.raises(OSError, match=said):
            read_file(path, 9)
    assert opened == []


def test_a_file_costs_the_memory_of_what_it_holds(tmp_path):
    write_file(tmp_path / "a", b"small")
    tracemalloc.start()
    try:
        assert read_file(tmp_path / "a", 64 << 20) == b"small"
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 1 << 20


def test_a_file_that_grows_while_it_is_read_is_not_believed(tmp_path, monkeypatch):
    write_file(tmp_path / "a", b"content")
    monkeypatch.setattr(os, "fstat", lambda _: os.stat_result((stat.S_IFREG, 0, 0, 1, 0, 0, 6, 0, 0, 0)))

    with pytest.raises(OSError, match="it grew while it was read"):
        read_file(tmp_path / "a", 9)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o601, 0o777])
def test_a_file_that_is_open_to_others_is_not_private(tmp_path, mode):
    write_file(tmp_path / "a", b"secret", mode=mode)

    with pytest.raises(NotPrivate, match=f"it is open to other users \\(mode {mode:04o}, expected 0600\\)"):
        read_private_file(tmp_path / "a", 9)


def test_a_link_is_not_private_wherever_it_leads(tmp_path):
    write_file(tmp_path / "a", b"secret")
    (tmp_path / "link").symlink_to("a")

    with pytest.raises(NotPrivate, match="it is a link"):
        read_private_file(tmp_path / "link", 9)


def test_another_user_s_file_is_not_private(tmp_path, monkeypatch):
    write_file(tmp_path / "a", b"secret")
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)

    with pytest.raises(NotPrivate, match="it belongs to another user"):
        read_private_file(tmp_path / "a", 9)


def test_sweeping_removes_what_writers_of_this_file_left_and_nothing_else(tmp_path):
    kept = ["trust.toml", ".other.toml.0123.unfinished", ".trust.toml.notes", "trust.toml.unfinished"]
    for name in [*kept, ".trust.toml.0123.unfinished", ".trust.toml.key.0123.unfinished"]:
        (tmp_path / name).touch()

    sweep(tmp_path, "trust.toml")

    assert sorted(os.listdir(tmp_path)) == sorted(kept)
