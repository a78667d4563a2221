"""What a crash leaves behind is found, reported and continued from; what nobody but a person does is refused."""

from __future__ import annotations

import shutil
from hashlib import sha256
from pathlib import Path

import pytest

from airssys.audit import TornLine, verify
from airssys.errors import AuditDamaged
from tests.audit import decided, files, grants, open_log, records, write_log


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "audit"


def crashed_log(folder: Path, count: int, *, synced: int = 0, **options: int) -> None:
    """A log whose process was killed after it wrote so many records: nothing says that it was closed."""
    copy = folder.with_name("copy")
    with open_log(folder, **options) as log:
        for number in range(1, count + 1):
            log.append(decided(number), durable=number == synced)
        shutil.copytree(folder, copy)
    shutil.rmtree(folder)
    copy.rename(folder)


def damaged(folder: Path) -> AuditDamaged:
    with pytest.raises(AuditDamaged) as caught:
        open_log(folder).open()
    return caught.value


@pytest.mark.parametrize("synced", [0, 2, 5])
def test_a_killed_log_goes_on_after_its_last_record(folder, synced):
    crashed_log(folder, 5, synced=synced)
    write_log(folder, 2, start=6)

    assert grants(folder) == [f"g-{number}" for number in range(1, 8)]
    assert verify(folder).torn == ()


def test_a_line_torn_at_any_byte_is_found_reported_and_continued_from(folder, tmp_path):
    crashed_log(folder, 3, synced=1)
    original = files(folder)[0].read_bytes()
    start = original.rindex(b"\n", 0, -1) + 1
    line = original[start:]
    for length in range(1, len(line) - 1):
        trial = tmp_path / f"at-{length}"
        shutil.copytree(folder, trial)
        files(trial)[0].write_bytes(original[: start + length])
        torn = TornLine(size_bytes=length, sha256=sha256(line[:length]).hexdigest())

        assert verify(trial).pending == torn
        write_log(trial, 1, start=9)

        assert grants(trial) == ["g-1", "g-2", "g-9"]
        assert [(record["sequence"], record["event"]) for record in records(trial)] == [
            (1, "decision"),
            (2, "decision"),
            (3, "torn-line"),
            (4, "decision"),
        ]
        assert verify(trial).torn == (torn,)
        assert files(trial)[0].read_bytes().startswith(original[: start + length] + b"\n")
        shutil.rmtree(trial)


def test_a_record_that_lacks_only_its_line_break_was_written_whole(folder):
    crashed_log(folder, 3)
    path = files(folder)[0]
    path.write_bytes(path.read_bytes()[:-1])

    assert verify(folder).head.sequence == 3
    write_log(folder, 1, start=4)

    assert grants(folder) == ["g-1", "g-2", "g-3", "g-4"]
    assert verify(folder).torn == ()


def test_a_log_whose_only_line_break_was_missing_can_be_closed_and_opened_again(folder):
    crashed_log(folder, 3)
    path = files(folder)[0]
    path.write_bytes(path.read_bytes()[:-1])
    write_log(folder, 0)
    write_log(folder, 1, start=4)

    assert verify(folder).head.sequence == 4


@pytest.mark.parametrize("second", [b"", b"\n", b'\n{"schema":1,"sequ'])
def test_a_crash_while_a_torn_line_is_being_reported_is_reported_as_well(folder, second):
    crashed_log(folder, 2)
    path = files(folder)[0]
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"schema":1,"se' + second)

    write_log(folder, 1, start=3)

    assert grants(folder) == ["g-1", "g-2", "g-3"]
    (torn,) = verify(folder).torn
    assert torn.size_bytes == len((b'{"schema":1,"se' + second).removesuffix(b"\n"))


def test_zeros_that_a_power_cut_left_are_reported(folder):
    crashed_log(folder, 2)
    path = files(folder)[0]
    path.write_bytes(path.read_bytes() + bytes(100_000))

    write_log(folder, 1, start=3)

    assert verify(folder).torn == (TornLine(size_bytes=100_000, sha256=sha256(bytes(100_000)).hexdigest()),)


def test_a_log_killed_while_it_began_a_new_file_goes_on_there(folder):
    crashed_log(folder, 2, synced=2)
    (folder / "audit-00000000000000000003.jsonl").touch(mode=0o600)

    write_log(folder, 0)
    write_log(folder, 1, start=3)

    assert [path.name for path in files(folder)] == [
        "audit-00000000000000000001.jsonl",
        "audit-00000000000000000003.jsonl",
    ]
    assert verify(folder).head.sequence == 3


@pytest.mark.parametrize("synced", [0, 1, 4])
def test_a_killed_log_of_several_files_goes_on(folder, synced):
    crashed_log(folder, 6, synced=synced, max_file_bytes=1_000)
    assert len(files(folder)) == 3
    write_log(folder, 1, start=7)

    assert grants(folder) == [f"g-{number}" for number in range(1, 8)]
    assert verify(folder).head.sequence == 7


def test_a_log_killed_before_its_first_record_begins(folder):
    crashed_log(folder, 0)
    files(folder)[0].unlink()

    write_log(folder, 1)

    assert verify(folder).head.sequence == 1


def test_a_log_that_was_cut_off_is_not_continued(folder):
    write_log(folder, 3)
    path = files(folder)[0]
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    assert damaged(folder).findings == (
        "audit-00000000000000000001.jsonl was cut off: it ended with record 3 or later",
    )


def test_a_log_whose_last_record_was_edited_is_not_continued(folder):
    write_log(folder, 3)
    path = files(folder)[0]
    path.write_bytes(path.read_bytes().replace(b'"g-3"', b'"g-4"'))

    assert damaged(folder).findings == ("audit-00000000000000000001.jsonl: record 3 is not the one that was written",)


def test_a_log_that_was_rolled_back_is_not_continued(folder):
    write_log(folder, 1)
    old = files(folder)[0].read_bytes()
    write_log(folder, 2, start=2)
    files(folder)[0].write_bytes(old)

    assert "was cut off" in str(damaged(folder))


def test_a_log_without_its_head_is_not_continued(folder):
    write_log(folder, 1)
    (folder / "head.json").unlink()

    assert damaged(folder).findings == ("head.json is gone, and there are records",)


def test_a_log_with_a_head_that_was_edited_is_not_continued(folder):
    write_log(folder, 1)
    head = folder / "head.json"
    head.write_bytes(head.read_bytes().replace(b'"closed": true', b'"closed": 1'))

    assert damaged(folder).findings == ("head.json is not as it was written",)


def test_a_log_without_its_files_is_not_continued(folder):
    write_log(folder, 1)
    files(folder)[0].unlink()

    assert damaged(folder).findings == ("audit-00000000000000000001.jsonl is gone, which had record 1",)


def test_a_log_that_grew_after_it_was_closed_is_not_continued(folder):
    write_log(folder, 1)
    with files(folder)[0].open("ab") as file:
        file.write(b"more\n")

    assert damaged(folder).findings == ("audit-00000000000000000001.jsonl was written to after the log was closed",)


def test_a_record_that_was_edited_after_the_head_is_not_taken_for_a_torn_line(folder):
    crashed_log(folder, 4, synced=1)
    path = files(folder)[0]
    path.write_bytes(path.read_bytes().replace(b'"g-3"', b'"g-9"'))

    assert damaged(folder).findings == (
        "audit-00000000000000000001.jsonl:3: what stands before record 4 is not what stood there",
    )


def test_a_file_of_another_place_in_the_chain_is_not_continued(folder):
    write_log(folder, 1)
    (folder / "audit-00000000000000000007.jsonl").touch()

    assert damaged(folder).findings == ("audit-00000000000000000007.jsonl does not begin after record 1",)


def test_a_refused_log_is_left_as_it_was_and_can_be_opened_once_it_is_whole(folder):
    write_log(folder, 2)
    path = files(folder)[0]
    whole = path.read_bytes()
    path.write_bytes(whole[:-10])
    before = {each.name: each.read_bytes() for each in folder.iterdir()}

    damaged(folder)
    assert {each.name: each.read_bytes() for each in folder.iterdir()} == before

    path.write_bytes(whole)
    write_log(folder, 1, start=3)
    assert verify(folder).head.sequence == 3
