"""Metadata and timestamps of files, as WASI has them."""

from __future__ import annotations

import os
import stat

import pytest

from airssys.engine import Case
from airssys.interfaces.wasi._codes import Refusal
from airssys.interfaces.wasi._stat import Datetime, MetadataHash, Status, new_times, type_of

SECOND = 10**9
NOW = 1_700_000_000 * SECOND


def stat_of(inode):
    times = {f"st_{name}_ns": seconds * SECOND for name, seconds in (("atime", 100), ("mtime", 200), ("ctime", 300))}
    return os.stat_result((0o100644, inode, 3, 2, 0, 0, 5, 100, 200, 300), times)


KEPT, OTHER = stat_of(7), stat_of(8)


def at(seconds, nanoseconds=0):
    return Case("timestamp", Datetime(seconds, nanoseconds))


@pytest.mark.parametrize(
    ("access", "modification", "expected"),
    [
        (Case("now"), Case("now"), (NOW, NOW)),
        (Case("no-change"), Case("no-change"), (100 * SECOND, 200 * SECOND)),
        (at(5, 6), Case("no-change"), (5 * SECOND + 6, 200 * SECOND)),
        (Case("now"), at(0), (NOW, 0)),
        (at(0, SECOND - 1), at((1 << 63) // SECOND - 1), (SECOND - 1, ((1 << 63) // SECOND - 1) * SECOND)),
    ],
)
def test_each_timestamp_becomes_what_was_asked_for(access, modification, expected):
    assert new_times(access, modification, NOW, KEPT) == expected


@pytest.mark.parametrize(
    ("wrong", "code"),
    [(at(0, SECOND), "invalid"), (at(0, 2**32 - 1), "invalid"), (at(2**64 - 1), "overflow")],
)
def test_a_time_that_there_is_not_is_refused(wrong, code):
    for access, modification in ((wrong, Case("now")), (Case("now"), wrong)):
        with pytest.raises(Refusal) as refused:
            new_times(access, modification, NOW, KEPT)
        assert refused.value.code == code


def test_no_time_that_is_accepted_is_too_large_for_the_system():
    largest = (1 << 63) // SECOND - 1
    times = new_times(at(largest, SECOND - 1), at(0), NOW, KEPT)

    assert max(times) < 1 << 63
    with pytest.raises(Refusal):
        new_times(at(largest + 1), at(0), NOW, KEPT)


def test_a_time_before_1970_is_none():
    assert Datetime.of_ns(-1) is None
    assert Datetime.of_ns(1_500_000_000) == Datetime(1, 500_000_000)


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        (stat.S_IFREG | 0o644, "regular-file"),
        (stat.S_IFDIR | 0o755, "directory"),
        (stat.S_IFLNK, "symbolic-link"),
        (stat.S_IFIFO, "fifo"),
        (stat.S_IFSOCK, "socket"),
        (stat.S_IFCHR, "character-device"),
        (stat.S_IFBLK, "block-device"),
        (0, "unknown"),
    ],
)
def test_a_file_has_a_type(mode, kind):
    assert type_of(mode) == kind


def test_metadata_tells_type_size_links_and_times():
    status = Status.of(KEPT)

    assert (status.type, status.size, status.link_count) == ("regular-file", 5, 2)
    assert status.data_access_timestamp == Datetime(100, 0)
    assert status.data_modification_timestamp == Datetime(200, 0)
    assert status.status_change_timestamp == Datetime(300, 0)


def test_a_hash_is_of_the_file_and_tells_nothing_else():
    assert MetadataHash.of(KEPT) == MetadataHash.of(KEPT)
    assert MetadataHash.of(KEPT) != MetadataHash.of(OTHER)
    assert KEPT.st_ino not in (MetadataHash.of(KEPT).lower, MetadataHash.of(KEPT).upper)
