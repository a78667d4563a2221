"""Whatever is done to a log that was written, `verify` finds it; and whatever a crash leaves, it does not cry wolf."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airssys.audit import Head, verify
from airssys.errors import AuditDamaged
from tests.audit import decided, files, grants, open_log, write_log

RECORDS = 7


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed log of three files, one of its records torn and reported."""
    folder = tmp_path_factory.mktemp("audit") / "written"
    write_log(folder, RECORDS - 2, max_file_bytes=1_300)
    with open_log(folder):
        with files(folder)[-1].open("ab") as file:
            file.write(b'{"schema":1,"sequence":6,"prev')
        crashed = folder.with_name("crashed")
        shutil.copytree(folder, crashed)
    write_log(crashed, 1, start=RECORDS, max_file_bytes=1_300)
    assert (len(files(crashed)), len(verify(crashed).torn)) == (3, 1)
    return crashed


@pytest.fixture(scope="module")
def log(written: Path) -> Path:
    """A folder that every example makes anew."""
    return written.with_name("tried")


def copied(written: Path, log: Path) -> Path:
    shutil.rmtree(log, ignore_errors=True)
    shutil.copytree(written, log)
    return log


def is_found(log: Path) -> bool:
    try:
        verify(log)
    except AuditDamaged as damage:
        return len(damage.findings) > 0
    return False


@given(data=st.data())
def test_any_single_flipped_byte_is_found(written: Path, log: Path, data: st.DataObject) -> None:
    copied(written, log)
    path = data.draw(st.sampled_from([*files(log), log / "head.json"]))
    content = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)

    assert is_found(log)


def test_every_single_bit_of_a_short_log_is_guarded(tmp_path: Path) -> None:
    write_log(tmp_path, 2)
    for path in (files(tmp_path)[0], tmp_path / "head.json"):
        whole = path.read_bytes()
        for place in range(len(whole)):
            flipped = bytearray(whole)
            flipped[place] ^= 1 << place % 8
            path.write_bytes(flipped)
            assert is_found(tmp_path), (path.name, place)
        path.write_bytes(whole)
    assert not is_found(tmp_path)


@given(data=st.data())
def test_any_removed_piece_is_found(written: Path, log: Path, data: st.DataObject) -> None:
    copied(written, log)
    path = data.draw(st.sampled_from([*files(log), log / "head.json"]))
    content = path.read_bytes()
    start = data.draw(st.integers(0, len(content) - 1))
    end = data.draw(st.integers(start + 1, len(content)))
    path.write_bytes(content[:start] + content[end:])

    assert is_found(log)


@given(data=st.data())
def test_any_inserted_piece_is_found(written: Path, log: Path, data: st.DataObject) -> None:
    copied(written, log)
    path = data.draw(st.sampled_from([*files(log), log / "head.json"]))
    content = path.read_bytes()
    place = data.draw(st.integers(0, len(content)))
    piece = data.draw(st.binary(min_size=1, max_size=20) | st.sampled_from(content.splitlines(keepends=True)))
    path.write_bytes(content[:place] + piece + content[place:])

    assert is_found(log)


@given(data=st.data())
def test_any_other_order_of_the_lines_is_found(written: Path, log: Path, data: st.DataObject) -> None:
    copied(written, log)
    paths = files(log)
    lines = [line for path in paths for line in path.read_bytes().splitlines(keepends=True)]
    counts = [len(path.read_bytes().splitlines()) for path in paths]
    moved = data.draw(st.permutations(lines).filter(lambda other: other != lines))
    for path, count in zip(paths, counts, strict=True):
        path.write_bytes(b"".join(moved[:count]))
        moved = moved[count:]

    assert is_found(log)


@given(data=st.data())
def test_any_other_choice_of_the_lines_is_found(written: Path, log: Path, data: st.DataObject) -> None:
    copied(written, log)
    for path in files(log):
        lines = path.read_bytes().splitlines(keepends=True)
        kept = data.draw(st.lists(st.sampled_from(lines), max_size=len(lines) + 1))
        path.write_bytes(b"".join(kept))
    unchanged = all(path.read_bytes() == (written / path.name).read_bytes() for path in files(log))

    assert is_found(log) != unchanged


@given(sequence=st.integers(0, 12), digest=st.sampled_from(["0" * 64, "a" * 64, ""]))
def test_no_head_but_the_real_one_is_believed(written: Path, sequence: int, digest: str) -> None:
    if sequence > 0:
        with pytest.raises(AuditDamaged):
            verify(written, anchor=Head(sequence, digest))
    else:
        assert verify(written, anchor=Head(sequence, digest)).head.sequence == RECORDS


@given(cuts=st.lists(st.floats(0, 1), min_size=1, max_size=3))
def test_whatever_crashes_leave_of_the_last_writes_is_continued(written: Path, log: Path, cuts: list[float]) -> None:
    """Killed again and again, at any byte of what it wrote since it was opened: what was whole before stays, and what
    was torn is reported."""
    shutil.rmtree(log, ignore_errors=True)
    kept: list[str] = []
    for number, cut in enumerate(cuts):
        before = {path.name: path.stat().st_size for path in files(log)}
        crashed = log.with_name("crashed-again")
        with open_log(log, max_file_bytes=1_500) as opened:
            opened.append(decided(number))
            shutil.copytree(log, crashed)
        shutil.rmtree(log)
        crashed.rename(log)
        path = files(log)[-1]
        content = path.read_bytes()
        least = before.get(path.name, 0)
        size = least + round(cut * (len(content) - least))
        path.write_bytes(content[:size])
        kept += [f"g-{number}"] * (size >= len(content) - 1)

        verify(log)
        assert grants(log) == kept
    left = {path.name: path.read_bytes() for path in files(log)}
    write_log(log, 1, start=99)

    assert grants(log) == [*kept, "g-99"]
    assert verify(log).pending is None
    for name, content in left.items():
        assert (log / name).read_bytes().startswith(content)
