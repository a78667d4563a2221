"""Where state is kept."""

from __future__ import annotations

from airssys.storage import Store, database_in, default_state_folder


def test_the_state_folder_is_the_users_own(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    assert default_state_folder() == tmp_path / "state" / "airssys"
    assert not (tmp_path / "state").exists()


def test_the_database_of_a_state_folder_is_private(tmp_path):
    folder = tmp_path / "airssys"
    with Store(database_in(folder)):
        assert database_in(folder).stat().st_mode & 0o777 == 0o600
        assert folder.stat().st_mode & 0o777 == 0o700
