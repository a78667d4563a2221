"""Files of this user only, put in place whole or not at all."""

from __future__ import annotations

import os
import stat

import pytest

from airssys.storage import make_private_folder, open_private_file, replace_file


def test_a_file_is_replaced_whole_and_is_private(tmp_path):
    path = tmp_path / "head"
    replace_file(path, b"one")
    replace_file(path, b"two")

    assert path.read_bytes() == b"two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_is_replaced_and_what_it_names_is_not(tmp_path):
    target = tmp_path / "target"
    target.write_bytes(b"theirs")
    path = tmp_path / "head"
    path.symlink_to(target)

    replace_file(path, b"ours")

    assert target.read_bytes() == b"theirs"
    assert path.read_bytes() == b"ours"


def test_a_replacement_that_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "head"
    path.mkdir()

    with pytest.raises(OSError, match="directory"):
        replace_file(path, b"x")

    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_was_open_to_others_is_closed_to_them(tmp_path):
    folder = tmp_path / "state"
    folder.mkdir(mode=0o755)

    make_private_folder(folder)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "state").touch()

    with pytest.raises(FileExistsError):
        make_private_folder(tmp_path / "state")


def test_only_regular_files_are_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "nothing")

    with pytest.raises(PermissionError, match="is not a regular file of this user"):
        os.close(open_private_file(tmp_path / "pipe", os.O_RDWR))
    with pytest.raises(OSError, match="symbolic link"):
        os.close(open_private_file(tmp_path / "link", os.O_RDWR | os.O_CREAT))
