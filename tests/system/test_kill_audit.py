"""The audit log in a process that dies: killed at any moment, and on a disk that is full."""

from __future__ import annotations

import random
import resource
import shutil
from collections.abc import Callable
from pathlib import Path

from airssys.audit import verify
from airssys.errors import AuditUnavailable
from tests.audit import decided, files, grants, open_log, records

from .killed import kill_during, run_apart

KILLS = 25
ROOM_BYTES = 10_000


def work(folder: Path, say: Callable[[object], None]) -> None:
    """Record until the end, and say what is recorded once the call has returned."""
    with open_log(folder, max_file_bytes=20_000, sync_seconds=0.002) as log:
        done = len(grants(folder))
        while True:
            done += 1
            log.append(decided(done), durable=done % 50 == 0)
            say(done)


def test_an_audit_log_survives_kill_9_at_any_moment(tmp_path):
    folder = tmp_path / "audit"
    chance = random.Random(20240229)
    done = 0
    for _ in range(KILLS):
        said = kill_during(work, folder, after_reports=chance.randrange(150), after_seconds=chance.random() / 100)
        recorded = len(grants(folder))

        assert recorded - max([done, *said]) in (0, 1)  # the one that was recorded and not yet said
        assert grants(folder) == [f"g-{number}" for number in range(1, recorded + 1)]
        assert verify(folder).head.sequence >= recorded
        done = recorded
    assert done > KILLS
    assert len(files(folder)) > 1


def fill(folder: Path, say: Callable[[object], None]) -> None:
    """Record until no file may grow any more; then make room, and go on."""
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    with open_log(folder) as log:
        resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM_BYTES, hard))
        refused = done = 0
        while refused < 3:
            try:
                log.append(decided(done + 1))
            except AuditUnavailable as error:
                refused += 1
                say(str(error))
            else:
                done += 1
        say(done)
        shutil.copytree(folder, folder.with_name("full"))
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        log.append(decided(done + 1))


def test_a_full_disk_refuses_the_effect_and_leaves_no_half_record(tmp_path):
    folder = tmp_path / "audit"
    *refusals, done = run_apart(fill, folder)

    assert refusals == [f"the audit log in {folder} cannot be written: File too large"] * 3
    full = tmp_path / "full"
    assert grants(full) == [f"g-{number}" for number in range(1, done + 1)]
    assert ROOM_BYTES - 500 < files(full)[0].stat().st_size < ROOM_BYTES
    assert verify(full).pending is None

    assert grants(folder) == [f"g-{number}" for number in range(1, done + 2)]
    assert sum(record["count"] for record in records(folder) if record["event"] == "unwritten") == len(refusals)
    assert verify(folder).is_closed
