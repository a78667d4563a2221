"""The file of a store: private, whole, of a known version, and ours, or it is not used."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from pathlib import Path

import pytest

from airssys.errors import RecordChanged, StorageFailed
from airssys.storage import ApprovalBinding, Store
from airssys.storage._schema import APPLICATION_ID, VERSION

BINDING = ApprovalBinding(component="a", digest="d", source="s", capabilities="c")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "airssys.db"


def edited(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


def refused(path: Path) -> StorageFailed:
    with pytest.raises(StorageFailed) as caught:
        Store(path).open()
    return caught.value


def test_making_a_store_makes_no_file(path):
    Store(path)

    assert not path.parent.exists()


def test_what_was_kept_is_there_after_reopening(path):
    with Store(path) as store:
        record = store.approvals.add(BINDING, state="pending", at=1.0)

    with Store(path) as store:
        assert store.approvals.get(record.id) == record


def test_an_id_is_never_used_again(path):
    with Store(path) as store:
        first = store.approvals.add(BINDING, state="pending", at=1.0)
    edited(path, "DELETE FROM approval_steps")
    edited(path, "DELETE FROM approvals")

    with Store(path) as store:
        assert store.approvals.add(BINDING, state="pending", at=1.0).id > first.id


def test_file_and_folder_are_private(path):
    with Store(path) as store:
        store.approvals.add(BINDING, state="pending", at=1.0)

        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert {stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()} == {0o600}


def test_a_file_that_was_open_to_others_is_closed_to_them(path):
    path.parent.mkdir()
    path.touch(mode=0o666)
    path.chmod(0o666)

    with Store(path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_commits_are_synced_to_the_disk(path):
    with Store(path) as store:
        execute = store._database.execute

        assert execute("PRAGMA journal_mode") == [("wal",)]
        assert execute("PRAGMA synchronous") == [(2,)]  # FULL
        assert execute("PRAGMA foreign_keys") == [(1,)]


def test_two_hosts_on_one_file_change_a_record_once(path):
    with Store(path) as one, Store(path) as other:
        record = one.approvals.add(BINDING, state="pending", at=1.0)
        seen = other.approvals.get(record.id)
        one.approvals.transition(record, to="approved", at=2.0)

        assert seen == record
        with pytest.raises(RecordChanged):
            other.approvals.transition(seen, to="rejected", at=3.0)


def test_a_link_is_not_followed(path, tmp_path):
    path.parent.mkdir()
    path.symlink_to(tmp_path / "elsewhere.db")

    assert "cannot be used" in str(refused(path))
    assert not (tmp_path / "elsewhere.db").exists()


def test_a_folder_that_is_a_link_is_not_followed(path, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    path.parent.symlink_to(tmp_path / "elsewhere")

    assert "is not a folder of this user" in str(refused(path))


def test_a_pipe_is_no_database(path):
    path.parent.mkdir()
    os.mkfifo(path)

    refused(path)


def test_what_is_no_database_is_refused_and_left_alone(path):
    path.parent.mkdir()
    path.write_bytes(b"this is text " * 1000)

    assert "file is not a database" in str(refused(path))
    assert path.read_bytes() == b"this is text " * 1000


def test_the_database_of_another_program_is_refused_and_left_alone(path):
    path.parent.mkdir()
    edited(path, "CREATE TABLE theirs (x)")
    before = path.read_bytes()

    assert "another program" in str(refused(path))
    assert path.read_bytes() == before


def test_a_newer_version_is_refused_and_says_what_to_do(path):
    with Store(path):
        pass
    edited(path, f"PRAGMA user_version = {VERSION + 1}")

    error = refused(path)
    assert f"has version {VERSION + 1}, and this airssys knows {VERSION} at most" in str(error)
    assert error.hint == "run the airssys that made it, or a newer one"


def test_a_database_that_was_begun_and_never_filled_is_finished(path):
    """What a kill between making the file and making the tables leaves behind."""
    path.parent.mkdir()
    edited(path, f"PRAGMA application_id = {APPLICATION_ID}")

    with Store(path) as store:
        assert store.approvals.add(BINDING, state="pending", at=1.0).id == 1


def test_a_damaged_page_is_found_when_it_is_opened(path):
    with Store(path) as store, store.transaction():
        for _ in range(200):
            store.approvals.add(BINDING, state="pending", at=1.0, detail="x" * 200)
    content = bytearray(path.read_bytes())
    content[4096 * 2 : 4096 * 5] = bytes(4096 * 3)
    path.write_bytes(content)

    error = refused(path)
    assert "damaged" in str(error) or "malformed" in str(error)


def test_a_disk_without_room_refuses_the_change_and_keeps_what_was_there(path):
    with Store(path) as store:
        kept = store.approvals.add(BINDING, state="pending", at=1.0)
        store._database.execute(f"PRAGMA max_page_count = {store._database.execute('PRAGMA page_count')[0][0]}")

        with pytest.raises(StorageFailed, match="full"):
            store.approvals.add(BINDING, state="pending", at=2.0, detail="x" * 100_000)

        assert store.approvals.find() == (kept,)
        store.approvals.transition(kept, to="approved", at=3.0)


def test_a_folder_that_cannot_be_made_is_a_storage_failure(tmp_path):
    (tmp_path / "file").touch()

    refused(tmp_path / "file" / "state" / "airssys.db")


def test_two_hosts_on_one_file_take_turns_in_their_transactions(path):
    failures: list[BaseException] = []
    with Store(path):
        pass

    def add_below_twenty() -> None:
        try:
            with Store(path) as store:
                for _ in range(20):
                    with store.transaction():
                        if store.approvals.count("pending") < 20:
                            store.approvals.add(BINDING, state="pending", at=1.0)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=add_below_twenty) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    with Store(path) as store:
        assert store.approvals.count("pending") == 20
