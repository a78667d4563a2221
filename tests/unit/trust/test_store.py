"""The trust file on disk: what was written last, or an error that says what is wrong."""

from __future__ import annotations

import os
import shutil

import pytest

from airssys.errors import TrustFileInvalid, TrustFileUnusable, TrustTampered
from airssys.trust import TrustStore
from airssys.trust import _store as module
from airssys.trust._seal import SealRecord


def append(line):
    return lambda text: text + line + "\n"


def backups(store):
    return sorted(path.name for path in (store.path.parent / "trust.toml.backups").iterdir())


def tampered(store):
    with pytest.raises(TrustTampered) as caught:
        store.read()
    return str(caught.value)


def test_what_is_written_is_read(store):
    assert store.write(append("# one")).text == "# one\n"
    assert store.write(append("# two")).generation == 2

    assert (store.read().text, store.read().generation) == ("# one\n# two\n", 2)


def test_everything_is_private_to_the_user(store):
    store.write(append("#"))
    folder = store.path.parent

    assert folder.stat().st_mode & 0o777 == 0o700
    for path in folder.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_file_that_is_not_there_is_said_to_be_missing(store):
    with pytest.raises(TrustFileUnusable, match=f"there is no trust file {store.path}"):
        store.read()
    assert not store.path.parent.exists()


def test_a_change_that_fails_changes_nothing(store):
    store.write(append("# one"))

    def fail(text):
        raise TrustFileInvalid("no")

    with pytest.raises(TrustFileInvalid):
        store.write(fail)

    assert (store.read().text, store.read().generation) == ("# one\n", 1)


def test_a_first_change_that_fails_leaves_room_for_another(store):
    def fail(text):
        raise TrustFileInvalid("no")

    with pytest.raises(TrustFileInvalid):
        store.write(fail)

    assert store.write(append("# one")).generation == 1


def test_the_present_version_and_ten_before_it_are_kept(store):
    for number in range(1, 15):
        store.write(append(f"# {number}"))

    assert backups(store) == [f"{generation:06d}.toml" for generation in range(4, 15)]


def test_a_backup_can_be_put_back_and_accepted(store):
    for number in range(1, 4):
        store.write(append(f"# {number}"))
    shutil.copy(store.path.parent / "trust.toml.backups" / "000002.toml", store.path)

    assert "it is version 2, and version 3 was written" in tampered(store)
    store.accept(store.unverified_text())

    assert (store.read().text, store.read().generation) == ("# 1\n# 2\n", 4)


def test_the_newest_backup_is_what_was_in_force(store):
    store.write(append("# one"))
    store.path.write_text("# other\n")
    path, sealed = store.newest_backup()

    assert (path.name, sealed.text) == ("000001.toml", "# one\n")


def test_a_backup_that_was_changed_is_passed_over(store):
    store.write(append("# one"))
    store.write(append("# two"))
    (store.path.parent / "trust.toml.backups" / "000002.toml").write_text("# forged\n")

    assert store.newest_backup()[1].text == "# one\n"


def test_without_backups_or_without_the_key_there_is_no_newest(store):
    assert store.newest_backup() is None
    store.write(append("# one"))
    store.key_path.unlink()
    assert store.newest_backup() is None


def test_a_changed_file_is_refused_and_stays_as_it_is(store):
    store.write(append("# one"))
    store.path.write_bytes(store.path.read_bytes().replace(b"one", b"two"))

    assert tampered(store) == (
        f"{store.path} is not what `airssys trust` wrote last: its text is not the text that was sealed"
    )
    with pytest.raises(TrustTampered):
        store.write(append("# more"))
    assert store.unverified_text() == "# two\n"


def test_a_file_without_a_seal_is_refused(store):
    store.path.parent.mkdir()
    store.path.write_text("# by hand\n")

    assert "trust.toml.key, the key of its seal, is not there: it was never sealed here" in tampered(store)
    store.accept("# by hand\n")
    assert store.read().text == "# by hand\n"


def test_a_lost_seal_is_refused(store):
    store.write(append("# one"))
    store.path.write_text("# one\n")

    assert "its last line is not a seal" in tampered(store)


def test_a_removed_file_is_not_taken_for_one_that_never_was(store):
    store.write(append("# one"))
    store.path.unlink()

    with pytest.raises(TrustTampered, match="was removed, and version 1 was written") as caught:
        store.read()
    with pytest.raises(TrustTampered, match="was removed"):
        store.write(append("# anew"))
    assert "trust.toml.backups back, or remove" in caught.value.hint


def test_after_removing_the_key_as_well_one_begins_anew(store):
    store.write(append("# one"))
    store.path.unlink()
    store.key_path.unlink()

    assert store.write(append("# anew")).generation == 1


def test_a_removed_key_is_refused(store):
    store.write(append("# one"))
    store.key_path.unlink()

    assert "trust.toml.key, the key of its seal, is not there" in tampered(store)


@pytest.mark.parametrize("damage", ["open", "linked", "damaged", "foreign"])
def test_a_key_that_cannot_be_relied_on_is_refused_and_replaced_when_the_text_is_accepted(store, damage, monkeypatch):
    store.write(append("# one"))
    store.write(append("# two"))
    key = SealRecord.read(store.key_path).key
    with monkeypatch.context() as patch:
        match damage:
            case "open":
                store.key_path.chmod(0o644)
            case "linked":
                store.key_path.rename(store.key_path.with_name("elsewhere"))
                store.key_path.symlink_to("elsewhere")
            case "damaged":
                store.key_path.write_text("{")
            case "foreign":
                patch.setattr(os, "geteuid", lambda: os.getuid() + 1)
        assert "the key of its seal, trust.toml.key, cannot be relied on: it " in tampered(store)
        store.accept("# one\n# two\n")

    assert store.read().text == "# one\n# two\n"
    assert store.read().generation == 3
    assert SealRecord.read(store.key_path).key != key
    assert not store.key_path.is_symlink()


def test_what_was_changed_again_while_somebody_looked_is_not_accepted(store):
    store.write(append("# one"))
    store.path.write_text("# two\n")
    seen = store.unverified_text()
    store.path.write_text("# three\n")

    with pytest.raises(TrustTampered, match="was changed again while it was looked at"):
        store.accept(seen)
    assert tampered(store)


def test_a_version_whose_write_was_not_finished_is_read_and_gets_its_backup_later(store, monkeypatch):
    """The file is there, and its generation was not remembered: what a kill between the two leaves."""
    store.write(append("# one"))
    with monkeypatch.context() as patch:
        patch.setattr(SealRecord, "write", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            store.write(append("# two"))

    assert (store.read().text, store.read().generation) == ("# one\n# two\n", 2)
    assert store.write(append("# three")).generation == 3
    assert backups(store) == ["000001.toml", "000002.toml", "000003.toml"]


def test_a_reader_waits_for_a_writer_that_it_met_between_its_steps(store, monkeypatch):
    """A new key and the file that it seals do not come in one step; who meets them half done looks again."""
    store.write(append("# one"))
    store.path.write_text("# one\n")
    looked = []
    read = TrustStore._read

    def meets_a_writer(self):
        looked.append(self)
        if len(looked) == 1:
            with pytest.raises(TrustTampered):
                read(self)
            store.accept("# one\n")
            raise TrustTampered("half done")
        return read(self)

    monkeypatch.setattr(TrustStore, "_read", meets_a_writer)

    assert store.read().text == "# one\n"
    assert len(looked) == 2


def test_a_file_of_too_many_bytes_is_neither_written_nor_read(store, monkeypatch):
    store.write(append("# one"))
    monkeypatch.setattr(module, "MAX_FILE_BYTES", 100)

    with pytest.raises(TrustFileInvalid, match="would have more than 100 bytes"):
        store.write(append("#" * 100))
    monkeypatch.setattr(module, "MAX_FILE_BYTES", 10)
    with pytest.raises(TrustFileUnusable, match="it has more than 10 bytes"):
        store.read()


def test_a_link_in_place_of_the_file_is_not_followed(store):
    store.write(append("# one"))
    store.path.rename(store.path.with_name("elsewhere"))
    store.path.symlink_to("elsewhere")

    with pytest.raises(TrustFileUnusable, match=r"cannot read .*: it is a link"):
        store.read()


def test_a_text_that_is_not_utf8_is_said_to_be_so(store):
    store.path.parent.mkdir()
    store.path.write_bytes(b"# caf\xe9\n")

    with pytest.raises(TrustFileInvalid, match="this file is not UTF-8: invalid continuation byte at byte 5"):
        store.unverified_text()


def test_a_folder_that_cannot_be_made_is_an_error_of_ours(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(TrustFileUnusable, match=r"cannot write .*: File exists"):
        TrustStore(tmp_path / "file" / "trust.toml").write(append("#"))
