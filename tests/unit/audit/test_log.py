"""The log: numbers, chains, keeps the order, and refuses where it cannot record."""

from __future__ import annotations

import threading
from hashlib import sha256

import pytest

from airssys.audit import AuditLog, Head, MemorySink, Opened, TornLine
from airssys.errors import AuditUnavailable, HostError
from tests.audit import decided
from tests.clock import WallClock


class FullSink(MemorySink):
    """A sink whose disk is full until somebody makes room."""

    def __init__(self) -> None:
        super().__init__()
        self.is_full = False
        self.is_broken = False

    def write(self, line: bytes, head: Head) -> None:
        if self.is_full:
            raise AuditUnavailable("no space left")
        super().write(line, head)

    def sync(self) -> None:
        if self.is_broken:
            raise AuditUnavailable("the disk failed")


def log_on(sink: MemorySink) -> AuditLog:
    return AuditLog(sink, clock=WallClock())


def test_records_are_numbered_and_each_names_the_one_before():
    sink = MemorySink()
    with log_on(sink) as log:
        numbers = [log.append(decided(number)) for number in range(5)]
        head = log.head

    entries = list(sink.entries())
    assert numbers == [entry.sequence for entry in entries] == [1, 2, 3, 4, 5]
    digests = [sha256(line.removesuffix(b"\n")).hexdigest() for line in sink.lines]
    assert [entry.previous for entry in entries] == ["0" * 64, *digests[:-1]]
    assert head == Head(5, digests[-1])


def test_a_log_goes_on_where_it_ended():
    sink = MemorySink()
    for number in range(3):
        with log_on(sink) as log:
            log.append(decided(number))

    entries = list(sink.entries())
    assert [entry.sequence for entry in entries] == [1, 2, 3]
    assert [entry.members["grant"] for entry in entries] == ["g-0", "g-1", "g-2"]


def test_a_log_that_is_not_open_refuses():
    log = log_on(MemorySink())

    for act in (lambda: log.append(decided()), lambda: log.head):
        with pytest.raises(AuditUnavailable, match="is not open"):
            act()


def test_a_closed_log_refuses_and_closing_twice_is_harmless():
    sink = MemorySink()
    with log_on(sink) as log:
        log.append(decided())
    log.close()

    with pytest.raises(AuditUnavailable):
        log.append(decided())
    assert len(sink.lines) == 1


def test_what_cannot_be_recorded_is_an_error_of_the_host():
    assert issubclass(AuditUnavailable, HostError)
    assert AuditUnavailable("x").hint


def test_a_record_that_could_not_be_written_has_no_number_and_is_told_with_the_next_one():
    sink = FullSink()
    with log_on(sink) as log:
        log.append(decided(1))
        sink.is_full = True
        for number in range(3):
            with pytest.raises(AuditUnavailable):
                log.append(decided(number))
        sink.is_full = False
        assert log.append(decided(2)) == 3
        assert log.append(decided(3)) == 4

    assert [(entry.sequence, entry.event, entry.members.get("count")) for entry in sink.entries()] == [
        (1, "decision", None),
        (2, "unwritten", 3),
        (3, "decision", None),
        (4, "decision", None),
    ]


def test_a_durable_record_is_refused_when_the_disk_fails():
    sink = FullSink()
    with log_on(sink) as log:
        log.append(decided(), durable=True)
        sink.is_broken = True

        log.append(decided())
        with pytest.raises(AuditUnavailable, match="the disk failed"):
            log.append(decided(), durable=True)


def test_a_log_whose_torn_line_cannot_be_reported_is_closed_again():
    class Torn(FullSink):
        def open(self) -> Opened:
            return Opened(head=super().open().head, torn=TornLine(size_bytes=1, sha256="a" * 64))

    sink = Torn()
    sink.is_full = True

    with pytest.raises(AuditUnavailable, match="no space"):
        log_on(sink).open()
    with pytest.raises(AuditUnavailable, match="closed"):
        MemorySink.write(sink, b"", Head(1, ""))


def test_order_survives_concurrency():
    """16 threads: numbers without gaps or repeats, lines in the order of the numbers, each thread's own order kept."""
    sink = MemorySink()
    barrier = threading.Barrier(16)
    taken: dict[int, list[int]] = {}
    with log_on(sink) as log:

        def work(worker: int) -> None:
            barrier.wait()
            taken[worker] = [log.append(decided(1_000 * worker + number)) for number in range(100)]

        threads = [threading.Thread(target=work, args=(worker,)) for worker in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    entries = list(sink.entries())
    assert [entry.sequence for entry in entries] == list(range(1, 1_601))
    previous = "0" * 64
    for entry, line in zip(entries, sink.lines, strict=True):
        assert entry.previous == previous
        previous = sha256(line.removesuffix(b"\n")).hexdigest()
    grants = {entry.sequence: entry.members["grant"] for entry in entries}
    for worker, numbers in taken.items():
        assert numbers == sorted(numbers)
        assert [grants[number] for number in numbers] == [f"g-{1_000 * worker + number}" for number in range(100)]


def test_a_log_that_was_interrupted_in_the_middle_of_a_record_refuses_until_it_is_opened_again():
    """Ctrl-C: whether the record was written is not known, so nothing may be chained to the one before it."""

    class Interrupted(MemorySink):
        def write(self, line: bytes, head: Head) -> None:
            super().write(line, head)
            if head.sequence == 2:
                raise KeyboardInterrupt

    sink = Interrupted()
    with log_on(sink) as log:
        log.append(decided(1))
        with pytest.raises(KeyboardInterrupt):
            log.append(decided(2))
        with pytest.raises(AuditUnavailable, match="was interrupted while it wrote"):
            log.append(decided(3))

        log.close()
        log.open()
        assert log.append(decided(4)) == 3
    assert [entry.members["grant"] for entry in sink.entries()] == ["g-1", "g-2", "g-4"]


def test_memory_keeps_the_latest_records():
    sink = MemorySink(kept=3)
    with log_on(sink) as log:
        for number in range(10):
            log.append(decided(number))

    assert [entry.sequence for entry in sink.entries()] == [8, 9, 10]
