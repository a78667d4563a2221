"""What an operator trusts: read from the file that is named, or from the user's own, or nothing."""

from __future__ import annotations

import pytest

from airssys.errors import TrustFileUnusable, TrustTampered
from airssys.trust import TrustConfig, TrustStore, add_rule, default_trust_file
from tests.unit.trust.conftest import LOCAL


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """The trust file of a user; nothing is there yet."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return TrustStore(default_trust_file())


def test_the_user_s_file_is_in_the_configuration_folder(mine, tmp_path):
    assert mine.path == tmp_path / "config" / "airssys" / "trust.toml"


def test_a_user_without_a_file_trusts_nothing_and_gets_none(mine):
    assert TrustConfig.load_default() == TrustConfig()
    assert not mine.path.parent.exists()


def test_the_user_s_file_is_what_counts(mine):
    rule = add_rule(mine, LOCAL)

    assert TrustConfig.load_default() == TrustConfig.load(mine.path) == TrustConfig(rules=(rule,))


def test_a_user_s_file_that_was_removed_is_no_missing_one(mine):
    add_rule(mine, LOCAL)
    mine.path.unlink()

    with pytest.raises(TrustTampered, match="was removed"):
        TrustConfig.load_default()


def test_a_user_s_file_that_was_never_sealed_is_not_taken_for_nothing(mine):
    mine.path.parent.mkdir(parents=True)
    mine.path.write_text("")

    with pytest.raises(TrustTampered, match="it was never sealed here"):
        TrustConfig.load_default()


def test_a_file_that_is_named_has_to_be_there(store):
    with pytest.raises(TrustFileUnusable, match="there is no trust file"):
        TrustConfig.load(store.path)


def test_all_that_belongs_to_the_file_is_named_so_that_guests_can_be_kept_away(written, mine):
    config = TrustConfig.load(written.path)

    assert set(written.path.parent.iterdir()) <= set(config.files)
    assert mine.path in TrustConfig.load_default().files
    assert TrustConfig.parse("").files == ()
