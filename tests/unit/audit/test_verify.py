"""`verify` finds what was edited, removed, moved, added, cut off, swapped or rolled back, and says where."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from airssys.audit import Head, verify
from airssys.errors import AuditDamaged, AuditUnavailable, HostError
from tests.audit import decided, files, open_log, write_log

FIRST = "audit-00000000000000000001.jsonl"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "audit"
    write_log(folder, 5)
    return folder


def findings(folder: Path, **options: object) -> tuple[str, ...]:
    with pytest.raises(AuditDamaged) as caught:
        verify(folder, **options)  # type: ignore[arg-type]
    return caught.value.findings


def edit(folder: Path, change: object, *, file: int = 0) -> None:
    """Put other lines in place of the lines of a file."""
    path = files(folder)[file]
    path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))  # type: ignore[operator]


def test_a_log_that_is_whole_is_verified(folder):
    verified = verify(folder)

    assert (verified.first, verified.head.sequence, verified.torn, verified.pending) == (1, 5, (), None)
    assert verified.is_closed


def test_a_log_is_verified_while_it_is_written(folder):
    with open_log(folder) as log:
        log.append(decided(6), durable=True)
        log.append(decided(7))

        verified = verify(folder)
        assert (verified.head, verified.is_closed) == (log.head, False)


def test_damage_is_told_word_by_word(folder):
    edit(folder, lambda lines: [*lines[:1], *lines[2:]])

    with pytest.raises(AuditDamaged) as caught:
        verify(folder)

    assert str(caught.value) == (
        f"the audit log in {folder} is not as it was written:\n"
        f"  {FIRST}:2: record 2 is missing before record 3\n"
        f"  record 5 is not where it was written"
    )
    assert isinstance(caught.value, HostError)
    assert caught.value.hint.startswith("keep the files as they are")


def test_an_edited_record_is_found(folder):
    edit(folder, lambda lines: [line.replace(b'"g-2"', b'"g-9"') for line in lines])

    assert findings(folder) == (f"{FIRST}:3: what stands before record 3 is not what stood there",)


def test_an_edited_last_record_is_found(folder):
    edit(folder, lambda lines: [line.replace(b'"g-5"', b'"g-9"') for line in lines])

    assert findings(folder) == ("record 5 is not the one that was written",)


def test_an_edit_that_is_no_record_any_more_is_found(folder):
    edit(folder, lambda lines: [lines[0], b"hello\n", *lines[2:]])

    assert f"{FIRST}:2: this is no record" in findings(folder)
    assert f"{FIRST}:3: record 2 is missing before record 3" in findings(folder)


@pytest.mark.parametrize("number", [0, 1, 2, 3, 4])
def test_a_removed_record_is_found(folder, number):
    edit(folder, lambda lines: [*lines[:number], *lines[number + 1 :]])

    found = findings(folder)
    expected = (
        f"record {number + 1} is missing before record {number + 2}"
        if number < 4
        else "the log ends with record 4, and had record 5"
    )
    assert expected in found[0]


def test_many_removed_records_are_one_finding(folder):
    edit(folder, lambda lines: [lines[0], lines[4]])

    assert findings(folder)[0] == f"{FIRST}:2: records from 2 on are missing before record 5"


def test_records_that_changed_places_are_found(folder):
    edit(folder, lambda lines: [lines[0], lines[2], lines[1], *lines[3:]])

    assert f"{FIRST}:3: record 2 stands after record 3" in findings(folder)


def test_a_repeated_record_is_found(folder):
    edit(folder, lambda lines: [*lines[:2], lines[1], *lines[2:]])

    assert f"{FIRST}:3: record 2 stands after record 2" in findings(folder)


def test_a_log_that_was_cut_off_is_found(folder):
    edit(folder, lambda lines: lines[:3])

    assert findings(folder) == ("the log ends with record 3, and had record 5",)


def test_a_log_that_was_cut_off_within_a_record_is_found(folder):
    edit(folder, lambda lines: [*lines[:4], lines[4][:20]])

    assert "the log ends with record 4, and had record 5" in findings(folder)


def test_an_emptied_log_is_found(folder):
    edit(folder, lambda lines: [])

    assert findings(folder) == ("the log ends with record 0, and had record 5",)


def test_a_file_of_another_log_in_its_place_is_found(folder, tmp_path):
    with open_log(tmp_path / "other") as other:
        for number in range(5):
            other.append(decided(100 + number))
    shutil.copy(files(tmp_path / "other")[0], files(folder)[0])

    assert "record 5 is not the one that was written" in findings(folder)


def test_a_file_that_was_rolled_back_is_found(tmp_path):
    folder = tmp_path / "audit"
    write_log(folder, 2)
    old = files(folder)[0].read_bytes()
    write_log(folder, 2, start=3)
    files(folder)[0].write_bytes(old)

    assert findings(folder) == ("the log ends with record 2, and had record 4",)


def test_a_log_that_was_rolled_back_with_its_head_is_found_with_a_head_kept_elsewhere(tmp_path):
    folder = tmp_path / "audit"
    write_log(folder, 2)
    shutil.copytree(folder, tmp_path / "old")
    write_log(folder, 2, start=3)
    anchor = verify(folder).head
    shutil.rmtree(folder)
    (tmp_path / "old").rename(folder)

    assert verify(folder).head.sequence == 2
    assert findings(folder, anchor=anchor) == ("the log ends with record 2, and had record 4",)
    assert findings(folder, anchor=Head(2, "0" * 64)) == ("record 2 is not the one that was written",)


def test_an_anchor_of_an_earlier_time_still_fits(folder):
    anchor = verify(folder).head
    write_log(folder, 3, start=6)

    assert verify(folder, anchor=anchor).head.sequence == 8


def test_records_added_after_the_log_was_closed_are_found(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "longer")
    write_log(tmp_path / "longer", 1, start=6)
    shutil.copy(files(tmp_path / "longer")[0], files(folder)[0])

    assert findings(folder) == ("records after 5 were added after the log was closed",)


def test_something_added_after_the_log_was_closed_is_found(folder):
    edit(folder, lambda lines: [*lines, b"x"])

    assert findings(folder) == ("something was added after the log was closed",)


def test_a_missing_head_is_found(folder):
    (folder / "head.json").unlink()

    assert findings(folder) == ("head.json is gone",)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b"\xff", b"[" * 5000])
def test_a_head_that_is_none_is_found(folder, content):
    (folder / "head.json").write_bytes(content)

    assert findings(folder) == ("head.json is not as it was written",)


# ---------------------------------------------------------------- several files


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    """Two records in each file, three files."""
    folder = tmp_path / "parts"
    write_log(folder, 6, max_file_bytes=1_000)
    assert len(files(folder)) == 3
    return folder


def test_a_log_of_several_files_is_verified(parts):
    assert verify(parts).head.sequence == 6


def test_a_file_that_is_gone_from_the_middle_is_found(parts):
    files(parts)[1].unlink()

    assert findings(parts)[1].endswith(":1: records from 3 on are missing before record 5")


def test_a_file_that_is_gone_from_the_end_is_found(parts):
    files(parts)[2].unlink()

    assert findings(parts) == ("the log ends with record 4, and had record 6",)


def test_a_file_that_is_gone_from_the_beginning_is_found_unless_it_was_archived(parts):
    files(parts)[0].unlink()

    assert "does not begin after record 0" in findings(parts)[0]
    assert verify(parts, first=3).first == 3
    assert "does not begin after record 3" in findings(parts, first=4)[0]


def test_the_first_record_after_an_archive_is_compared_with_an_anchor(parts, tmp_path):
    write_log(tmp_path / "two", 2)
    second = verify(tmp_path / "two").head
    files(parts)[0].unlink()

    assert verify(parts, first=3, anchor=second).head.sequence == 6
    assert "what stands before record 3" in findings(parts, first=3, anchor=Head(2, "0" * 64))[0]
    assert "cannot be looked up" in findings(parts, first=3, anchor=Head(1, "0" * 64))[0]


def test_files_that_changed_their_names_are_found(parts):
    first, second, _ = files(parts)
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(content)

    assert len(findings(parts)) >= 2


def test_a_line_break_that_is_gone_from_the_end_of_a_file_is_found(parts):
    first = files(parts)[0]
    first.write_bytes(first.read_bytes()[:-1])

    assert findings(parts) == (f"{FIRST}:2: the line does not end, and another file follows",)


def test_what_is_no_file_of_the_log_is_left_alone(parts):
    (parts / "audit-1.jsonl").write_bytes(b"x")
    (parts / "notes.txt").write_bytes(b"x")

    assert verify(parts).head.sequence == 6


def test_a_log_that_cannot_be_read_is_not_called_damaged(tmp_path):
    with pytest.raises(AuditUnavailable, match="cannot be read"):
        verify(tmp_path / "nowhere")
