"""What is kept of a component's output, and what is not."""

from __future__ import annotations

import pytest

from airssys.interfaces.wasi import BlockingWork, LogStatistics, OutputConfig, OutputLog
from tests.clock import WallClock


def log_of(**config):
    clock = WallClock()
    return OutputLog("guest", OutputConfig(**config), clock, BlockingWork()), clock


def test_a_new_log_is_empty():
    log, _ = log_of()

    assert (log.lines(), log.text) == ((), "")
    assert log.statistics() == LogStatistics(written=0, dropped=0, forgotten=0, kept=0)


@pytest.mark.parametrize("memory_bytes", [0, 1, 100, 160, 161, 1000])
@pytest.mark.parametrize("size", [1, 10, 999, 5000])
def test_no_write_keeps_more_than_the_memory_and_every_byte_is_accounted_for(memory_bytes, size):
    log, _ = log_of(memory_bytes=memory_bytes)
    for _ in range(7):
        log.write("stdout", b"x" * size)
        statistics = log.statistics()

        assert statistics.kept <= memory_bytes
        assert statistics.forgotten + len(log.text) == statistics.written


def test_a_clock_that_stands_still_gives_one_seconds_bytes():
    log, _ = log_of(bytes_per_second=1000)
    for _ in range(5):
        log.write("stdout", b"x" * 300)

    assert log.statistics().dropped == 500


def test_after_a_drop_nothing_is_kept_before_there_is_room_for_a_part_of_a_second():
    log, clock = log_of(bytes_per_second=800)
    log.write("stdout", b"x" * 801)
    for _ in range(99):
        clock.now += 0.001
        log.write("stdout", b"y")

    assert log.statistics().dropped == 100
    clock.now += 0.03
    log.write("stdout", b"z")
    assert log.text.endswith("xz")
    assert [line.text for line in log.lines() if line.stream == "host"] == [
        "100 bytes came faster than they are kept: dropped"
    ]


def test_a_rate_of_nothing_keeps_nothing():
    log, clock = log_of(bytes_per_second=0)
    log.write("stdout", b"x")
    clock.now += 1000
    log.write("stdout", b"x")

    assert (log.text, log.statistics().dropped) == ("", 2)


def test_what_was_dropped_is_said_once():
    log, _ = log_of(bytes_per_second=1)
    log.write("stdout", b"xyz")
    log.finish()
    log.finish()

    assert [line.text for line in log.lines() if line.stream == "host"] == [
        "2 bytes came faster than they are kept: dropped"
    ]


def test_the_last_lines_are_the_last_ones():
    log, _ = log_of()
    for number in range(100):
        log.write("stdout", f"{number}\n".encode())

    assert [line.text for line in log.lines(3)] == ["97", "98", "99"]
