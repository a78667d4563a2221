"""Files that only grow: private, one writer, one after another, and nothing half written."""

from __future__ import annotations

import json
import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from airssys.audit import AuditLog, FileSink, verify
from airssys.audit._append_file import AppendFile
from airssys.audit._head_file import SavedHead
from airssys.errors import AuditUnavailable
from tests.audit import decided, files, grants, open_log, records, write_log
from tests.clock import WallClock


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "audit"


def saved(folder: Path) -> dict[str, object]:
    head: dict[str, object] = json.loads((folder / "head.json").read_bytes())
    return head


def test_making_a_sink_makes_no_file(folder):
    FileSink(folder)

    assert not folder.exists()


def test_files_and_folder_are_private(folder):
    write_log(folder, 1)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_a_record_has_left_the_process_when_append_returns(folder):
    with open_log(folder) as log:
        for number in range(3):
            log.append(decided(number))

            assert grants(folder)[-1] == f"g-{number}"


def test_the_head_names_the_last_record_after_a_sync_and_not_before(folder):
    with open_log(folder) as log:
        log.append(decided())
        assert (saved(folder)["sequence"], saved(folder)["closed"]) == (0, False)

        log.sync()
        assert (saved(folder)["sequence"], saved(folder)["digest"]) == log.head
        log.append(decided(), durable=True)
        assert (saved(folder)["sequence"], saved(folder)["closed"]) == (2, False)
    assert (saved(folder)["sequence"], saved(folder)["closed"]) == (2, True)


def test_an_open_log_is_marked_as_open(folder):
    write_log(folder, 1)
    with open_log(folder):
        assert saved(folder)["closed"] is False


def test_records_are_synced_some_time_after_they_were_written(folder):
    synced = threading.Event()

    class Watched(FileSink):
        def sync(self) -> None:
            super().sync()
            synced.set()

    with AuditLog(Watched(folder, sync_seconds=0.001), clock=WallClock()) as log:
        log.append(decided())

        assert synced.wait(30)
        assert saved(folder)["sequence"] == 1
        synced.clear()
        log.append(decided())
        assert synced.wait(30)


def test_a_log_goes_on_after_it_was_closed(folder):
    write_log(folder, 3)
    write_log(folder, 3, start=4)

    assert grants(folder) == [f"g-{number}" for number in range(1, 7)]
    assert verify(folder).head.sequence == 6


def test_a_log_without_records_is_whole_and_goes_on(folder):
    write_log(folder, 0)
    assert verify(folder).head.sequence == 0
    write_log(folder, 0)
    write_log(folder, 1)

    assert verify(folder).head.sequence == 1


def test_a_file_that_is_large_enough_is_followed_by_the_next_and_the_chain_goes_on(folder):
    write_log(folder, 20, max_file_bytes=2_000)

    names = [path.name for path in files(folder)]
    assert len(names) > 3
    assert names[0] == "audit-00000000000000000001.jsonl"
    for path in files(folder):
        assert path.stat().st_size <= 2_000
        first = json.loads(path.read_bytes().splitlines()[0])
        assert path.name == f"audit-{first['sequence']:020d}.jsonl"
    assert grants(folder) == [f"g-{number}" for number in range(1, 21)]
    assert verify(folder).head.sequence == 20


def test_a_record_larger_than_a_file_may_be_gets_a_file_of_its_own(folder):
    write_log(folder, 3, max_file_bytes=10)

    assert len(files(folder)) == 3
    assert verify(folder).head.sequence == 3


def test_a_log_goes_on_in_its_last_file_whatever_the_limit_was(folder):
    write_log(folder, 6, max_file_bytes=2_000)
    before = len(files(folder))
    write_log(folder, 1, start=7)

    assert len(files(folder)) == before
    assert verify(folder).head.sequence == 7


def test_before_a_new_file_begins_the_head_names_the_end_of_the_last_one(folder):
    with open_log(folder, max_file_bytes=1_000) as log:
        while len(files(folder)) < 2:
            log.append(decided())

        assert saved(folder)["sequence"] == log.head.sequence - 1
        assert saved(folder)["file"] == files(folder)[0].name
        assert saved(folder)["end"] == files(folder)[0].stat().st_size


def test_the_head_can_be_kept_in_another_folder(folder, tmp_path):
    head_path = tmp_path / "elsewhere.json"
    write_log(folder, 2, head_path=head_path)
    write_log(folder, 1, start=3, head_path=head_path)

    assert not (folder / "head.json").exists()
    assert verify(folder, head_path=head_path).head.sequence == 3


def test_a_second_writer_is_refused(folder):
    with open_log(folder) as log:
        log.append(decided(1))
        with pytest.raises(AuditUnavailable, match="another host writes the audit log in"):
            open_log(folder).open()
        log.append(decided(2))
    write_log(folder, 1, start=3)

    assert grants(folder) == ["g-1", "g-2", "g-3"]


def test_a_folder_that_cannot_be_made_refuses(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(AuditUnavailable, match="Not a directory"):
        open_log(tmp_path / "file" / "audit").open()


def test_a_link_in_place_of_a_file_is_not_followed(folder, tmp_path):
    write_log(folder, 0)
    (path,) = files(folder)
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere")

    with pytest.raises(AuditUnavailable):
        open_log(folder).open()
    assert not (tmp_path / "elsewhere").exists()


def descriptor_of(log: AuditLog) -> int:
    sink = log._sink
    assert isinstance(sink, FileSink)
    assert sink._file is not None
    return sink._file._descriptor


def test_a_file_that_became_read_only_refuses(folder):
    log = open_log(folder)
    log.open()
    log.append(decided(1))
    read_only = os.open(os.devnull, os.O_RDONLY)
    os.dup2(read_only, descriptor_of(log))
    os.close(read_only)

    with pytest.raises(AuditUnavailable, match="Bad file descriptor"):
        log.append(decided(2))
    with pytest.raises(AuditUnavailable):
        log.close()
    assert grants(folder) == ["g-1"]


def test_a_full_disk_refuses(folder):
    log = open_log(folder)
    log.open()
    log.append(decided(1))
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, descriptor_of(log))
    os.close(full)

    with pytest.raises(AuditUnavailable, match="No space left on device"):
        log.append(decided(2))
    with pytest.raises(AuditUnavailable):
        log.close()


def test_after_a_failed_sync_nothing_more_is_written(folder):
    """What did not reach the disk may look as if it had: a second attempt would succeed and prove nothing."""
    log = open_log(folder)
    log.open()
    log.append(decided(1))
    pipe, writer = os.pipe()  # takes what is written, and cannot be synced
    os.dup2(writer, descriptor_of(log))
    os.close(writer)

    with pytest.raises(AuditUnavailable, match="Invalid argument"):
        log.append(decided(2), durable=True)
    with pytest.raises(AuditUnavailable, match="Invalid argument"):
        log.append(decided(3))
    with pytest.raises(AuditUnavailable):
        log.close()
    os.close(pipe)
    assert saved(folder)["sequence"] == 0


@pytest.mark.parametrize("taken", [0, 100, -2, None], ids=["nothing", "a part", "all but its end", "all"])
def test_a_write_that_was_interrupted_is_found_out_when_the_log_is_opened_again(folder, monkeypatch, taken):
    def interrupted(self: AppendFile, piece: bytes) -> None:
        os.write(self._descriptor, piece[:taken])
        raise KeyboardInterrupt

    log = open_log(folder)
    log.open()
    log.append(decided(1))
    with monkeypatch.context() as patched:
        patched.setattr(AppendFile, "append", interrupted)
        with pytest.raises(KeyboardInterrupt):
            log.append(decided(2))
    with pytest.raises(AuditUnavailable, match="interrupted while it wrote"):
        log.append(decided(3))
    with pytest.raises(AuditUnavailable, match="open it again"):
        log.close()

    write_log(folder, 1, start=4)
    assert grants(folder) == ["g-1", *["g-2"] * (taken is None), "g-4"]
    verified = verify(folder)
    assert (len(verified.torn), verified.is_closed) == (1 if taken in (100, -2) else 0, True)


def test_a_head_that_cannot_be_saved_refuses_until_it_can(folder, tmp_path):
    heads = tmp_path / "heads"
    heads.mkdir()
    with open_log(folder, head_path=heads / "head.json") as log:
        log.append(decided(1))
        heads.rename(tmp_path / "gone")
        with pytest.raises(AuditUnavailable, match="No such file"):
            log.sync()
        with pytest.raises(AuditUnavailable):
            log.append(decided(2))

        (tmp_path / "gone").rename(heads)
        log.append(decided(3))

    assert grants(folder) == ["g-1", "g-3"]
    assert [record.get("count") for record in records(folder)] == [None, 1, None]
    assert verify(folder, head_path=heads / "head.json").is_closed


def test_a_new_file_that_cannot_be_made_refuses_until_it_can(folder):
    with open_log(folder, max_file_bytes=450) as log:
        log.append(decided(1))
        blocked = folder / "audit-00000000000000000002.jsonl"
        blocked.mkdir()
        with pytest.raises(AuditUnavailable, match="Is a directory"):
            log.append(decided(2))
        blocked.rmdir()
        log.append(decided(3))

    assert grants(folder) == ["g-1", "g-3"]
    assert verify(folder).head.sequence == 3


def test_a_new_file_waits_for_the_sync_that_is_in_progress(folder):
    """Otherwise the sync would work on a closed file, and put an older head in place of a newer one."""
    is_syncing, may_go_on = threading.Event(), threading.Event()
    refused: list[AuditUnavailable] = []

    class Slow(FileSink):
        def _save(self, file: AppendFile, saved: SavedHead) -> None:
            if not is_syncing.is_set():
                is_syncing.set()
                may_go_on.wait()
            super()._save(file, saved)

    def run(act: Callable[[], object]) -> None:
        try:
            act()
        except AuditUnavailable as error:
            refused.append(error)

    with AuditLog(Slow(folder, sync_seconds=None, max_file_bytes=800), clock=WallClock()) as log:
        log.append(decided(1))
        sync = threading.Thread(target=run, args=(log.sync,))
        sync.start()
        is_syncing.wait()
        append = threading.Thread(target=run, args=(lambda: log.append(decided(2)),))
        append.start()
        append.join(0.2)  # a new file that does not wait is there by then
        may_go_on.set()
        append.join()
        sync.join()

        assert refused == []
        assert len(files(folder)) == 2
        assert saved(folder)["sequence"] == 1
    assert verify(folder).head.sequence == 2


def test_threads_that_append_while_others_sync_lose_nothing(folder):
    with open_log(folder, max_file_bytes=1_500) as log:

        def work() -> None:
            for number in range(20):
                log.append(decided(number), durable=number % 3 == 0)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert len(grants(folder)) == 160
    assert verify(folder).head.sequence == 160
