"""Syncing some time after something was written: soon, not at every write, and again after a failure."""

from __future__ import annotations

import threading

from airssys.audit._syncer import Syncer
from airssys.errors import AuditUnavailable


class Disk:
    """Counts syncs; the first ones fail."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.tried = 0
        self.succeeded = threading.Event()

    def sync(self) -> None:
        self.tried += 1
        if self.tried <= self.failures:
            raise AuditUnavailable("the disk failed")
        self.succeeded.set()


def test_nothing_is_synced_unless_something_was_written():
    disk = Disk()
    Syncer(disk.sync, 0.0).stop()

    assert disk.tried == 0


def test_what_was_written_is_synced():
    disk = Disk()
    syncer = Syncer(disk.sync, 0.0)
    for _ in range(3):
        disk.succeeded.clear()
        syncer.note_write()
        assert disk.succeeded.wait(30)
    syncer.stop()

    assert disk.tried == 3


def test_many_writes_within_the_time_share_a_sync():
    disk = Disk()
    syncer = Syncer(disk.sync, 3600.0)
    for _ in range(1_000):
        syncer.note_write()
    syncer.stop()

    assert disk.tried == 0  # whoever stops it syncs then


def test_a_sync_that_failed_is_tried_again_without_another_write():
    disk = Disk(failures=3)
    syncer = Syncer(disk.sync, 0.0)
    syncer.note_write()

    assert disk.succeeded.wait(30)
    syncer.stop()
    assert disk.tried == 4
