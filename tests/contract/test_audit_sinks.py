"""Every sink takes records in order, whole or not at all, and refuses where it cannot."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from airssys.audit import AuditLog, FileSink, MemorySink, Sink, StreamSink
from airssys.capabilities import Action, Kind, Request
from airssys.errors import AuditUnavailable
from tests.audit import decided, files
from tests.clock import WallClock

#: The longest path, of characters that take the most room: its record has 48 KiB.
LARGEST = Request(Kind.FILESYSTEM, Action.READ, "/" + "\U0001f512" * 4095)


@dataclass(frozen=True, kw_only=True)
class Tried:
    """A sink, and how to read what it took."""

    sink: Sink
    taken: Callable[[], bytes]

    def lines(self) -> list[bytes]:
        return self.taken().splitlines(keepends=True)

    def log(self) -> AuditLog:
        return AuditLog(self.sink, clock=WallClock())


def _file(folder: Path) -> Iterator[Tried]:
    yield Tried(
        sink=FileSink(folder, sync_seconds=None),
        taken=lambda: b"".join(path.read_bytes() for path in files(folder)),
    )


def _small_files(folder: Path) -> Iterator[Tried]:
    yield Tried(
        sink=FileSink(folder, sync_seconds=None, max_file_bytes=1_000),
        taken=lambda: b"".join(path.read_bytes() for path in files(folder)),
    )


def _synced_file(folder: Path) -> Iterator[Tried]:
    yield Tried(
        sink=FileSink(folder, sync_seconds=0.0),
        taken=lambda: b"".join(path.read_bytes() for path in files(folder)),
    )


def _memory(folder: Path) -> Iterator[Tried]:
    sink = MemorySink()
    yield Tried(sink=sink, taken=lambda: b"".join(sink.lines))


def _stream(folder: Path) -> Iterator[Tried]:
    path = folder / "stream"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    yield Tried(sink=StreamSink(descriptor), taken=path.read_bytes)
    os.close(descriptor)


@pytest.fixture(params=[_file, _small_files, _synced_file, _memory, _stream], ids=lambda make: make.__name__.strip("_"))
def tried(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Tried]:
    yield from request.param(tmp_path)


def read(line: bytes) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(line)
    return record


def test_records_come_whole_and_in_order(tried):
    with tried.log() as log:
        for number in range(10):
            log.append(decided(number))

    assert [read(line)["grant"] for line in tried.lines()] == [f"g-{number}" for number in range(10)]
    assert [read(line)["sequence"] for line in tried.lines()] == list(range(1, 11))
    assert all(line.endswith(b"}\n") for line in tried.lines())


def test_a_record_is_there_when_append_returns(tried):
    with tried.log() as log:
        for number in range(3):
            log.append(decided(number))
            assert len(tried.lines()) == number + 1


def test_each_record_names_the_digest_of_the_one_before(tried):
    with tried.log() as log:
        for number in range(6):
            log.append(decided(number))
        head = log.head

    previous = "0" * 64
    for line in tried.lines():
        assert read(line)["previous"] == previous
        previous = sha256(line[:-1]).hexdigest()
    assert head.digest == previous


def test_syncing_and_durable_records_change_nothing_that_can_be_read(tried):
    with tried.log() as log:
        log.append(decided(1))
        log.sync()
        log.sync()
        log.append(decided(2), durable=True)

    assert [read(line)["grant"] for line in tried.lines()] == ["g-1", "g-2"]


def test_a_closed_sink_refuses_and_closing_twice_is_harmless(tried):
    with tried.log() as log:
        log.append(decided(1))
        head = log.head
    tried.sink.close()

    with pytest.raises(AuditUnavailable, match="closed"):
        tried.sink.write(b"{}\n", head)
    assert len(tried.lines()) == 1


def test_an_opened_sink_says_where_the_chain_ends(tried):
    with tried.log() as log:
        log.append(decided(1))
        end = log.head
    reopened = tried.sink.open().head
    tried.sink.close()

    assert reopened in (end, (0, "0" * 64))
    assert (reopened == end) == (not isinstance(tried.sink, StreamSink))


def test_a_record_of_the_largest_size_is_taken_whole(tried):
    with tried.log() as log:
        log.append(decided(1, request=LARGEST))
        log.append(decided(2))

    first, second = tried.lines()
    assert read(first)["request"]["resource"] == LARGEST.resource
    assert read(second)["previous"] == sha256(first[:-1]).hexdigest()


# ---------------------------------------------------------------- streams alone


def test_a_stream_that_is_full_refuses(tmp_path):
    descriptor = os.open("/dev/full", os.O_WRONLY)
    log = AuditLog(StreamSink(descriptor), clock=WallClock())
    log.open()
    for _ in range(2):
        with pytest.raises(AuditUnavailable, match="No space left on device"):
            log.append(decided())
    os.close(descriptor)


def test_a_stream_that_took_a_part_takes_nothing_more():
    """The part cannot be taken back, and a record after it would be unreadable."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    os.read(reader, os.write(writer, bytes(10_000_000)) // 2 // 4096 * 4096)
    with AuditLog(StreamSink(writer), clock=WallClock()) as log:
        with pytest.raises(AuditUnavailable, match="Resource temporarily unavailable"):
            log.append(decided(1, request=LARGEST))
        os.read(reader, 10_000_000)
        with pytest.raises(AuditUnavailable, match="Resource temporarily unavailable"):
            log.append(decided())
    os.close(reader)
    os.close(writer)


def test_a_stream_whose_reader_is_gone_refuses():
    reader, writer = os.pipe()
    os.close(reader)
    log = AuditLog(StreamSink(writer), clock=WallClock())
    log.open()
    with pytest.raises(AuditUnavailable, match="Broken pipe"):
        log.append(decided())
    os.close(writer)
