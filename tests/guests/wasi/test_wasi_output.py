"""Promise: what a component prints is kept, line by line, fit for a terminal and never without bound; what is dropped
is counted and said."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from airssys.errors import GuestTrapped
from airssys.interfaces.wasi import LogLine, OutputConfig, OutputLog
from tests.clock import WallClock
from tests.guests.hosting import Guests, until
from tests.guests.wasi.programs import Remote, ends, start

NOON: Final = 1_700_000_000.25
KIB: Final = 1024
#: Time and stream of a line in a file.
LINE: Final = re.compile(r"(\S+ \S+) (stdout|stderr|host) (.*)")


class Printer:
    """A component that prints what a test tells it to, and the clock that times it."""

    def __init__(self, remote: Remote, clock: WallClock, streams: dict[str, int]) -> None:
        self.remote = remote
        self.clock = clock
        self._streams = streams

    @property
    def log(self) -> OutputLog:
        return self.remote.component.logs

    @property
    def lines(self) -> list[tuple[str, str]]:
        return [(line.stream, line.text) for line in self.log.lines()]

    async def print(self, text: str | bytes, stream: str = "stdout") -> None:
        data = text.encode() if isinstance(text, str) else text
        await self.remote("output-stream-blocking-write-and-flush", self._streams[stream], data)

    async def flood(self, times: int) -> int:
        """Print a KiB so many times, within one call."""
        done: int = await self.remote("write-many", self._streams["stdout"], KIB, times)
        return done


@asynccontextmanager
async def printing(guests: Guests, **output: Any) -> AsyncIterator[Printer]:
    clock = WallClock(now=1000.0, today=NOON)
    async with guests.host(output=OutputConfig(**output), authority={"clock": clock}) as host:
        remote = await start(guests, host, name="printer")
        streams = {stream: await remote(f"{stream}-get-{stream}") for stream in ("stdout", "stderr")}
        yield Printer(remote, clock, streams)


# ---------------------------------------------------------------- lines


async def test_lines_are_kept_in_order_with_time_and_stream(guests: Guests):
    async with printing(guests) as printer:
        await printer.print("one\ntwo\n")
        printer.clock.today += 1
        await printer.print("wrong\n", "stderr")
        await printer.print("three\n")
        assert printer.log.lines() == (
            LogLine(NOON, "stdout", "one"),
            LogLine(NOON, "stdout", "two"),
            LogLine(NOON + 1, "stderr", "wrong"),
            LogLine(NOON + 1, "stdout", "three"),
        )
        assert printer.log.lines(2) == printer.log.lines()[2:]
        assert printer.log.lines(0) == ()
        assert printer.log.text == "one\ntwo\nwrong\nthree\n"


async def test_a_line_that_is_written_in_pieces_is_one_line_each_stream_for_itself(guests: Guests):
    async with printing(guests) as printer:
        for text, stream in (
            ("a", "stdout"),
            ("x", "stderr"),
            ("b", "stdout"),
            ("y\n", "stderr"),
            ("c\n\nd", "stdout"),
        ):
            await printer.print(text, stream)
        assert printer.lines == [("stderr", "xy"), ("stdout", "abc"), ("stdout", ""), ("stdout", "d")]


async def test_a_line_that_is_not_finished_is_shown_as_far_as_it_goes(guests: Guests):
    async with printing(guests) as printer:
        await printer.print("name: ")
        assert printer.lines == [("stdout", "name: ")]
        await printer.print("Ada\n")
        assert printer.lines == [("stdout", "name: Ada")]


async def test_a_very_long_line_is_several(guests: Guests):
    async with printing(guests) as printer:
        await printer.print("x" * 10_000 + "\n")
        assert [len(text) for _, text in printer.lines] == [4096, 4096, 1808]


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"\x1b[31mred\x1b[0m\n", r"\u001b[31mred\u001b[0m"),
        (b"\x1b]0;owned\x07\n", r"\u001b]0;owned\u0007"),
        (b"a\rb\x08\x00\n", r"a\rb\b\u0000"),
        ("a\u202eb\u2066\u2028c\x85\n".encode(), r"a\u202eb\u2066\u2028c\u0085"),
        (b"a\tb \\u001b\n", "a\tb \\u001b"),
        ("grün 🎉\n".encode(), "grün 🎉"),
        (b"a\xffb\xc3\n", "a\ufffdb\ufffd"),
        (b"\xed\xa0\x80\n", "\ufffd\ufffd\ufffd"),
    ],
)
async def test_nothing_in_a_line_can_steer_a_terminal(guests: Guests, data: bytes, shown: str):
    async with printing(guests) as printer:
        await printer.print(data)
        assert printer.lines == [("stdout", shown)]
        assert printer.log.text == shown + "\n"


async def test_a_character_that_is_written_in_two_pieces_is_one(guests: Guests):
    async with printing(guests) as printer:
        for half in (b"\xf0\x9f", b"\x8e\x89\n"):
            await printer.print(half)
            await printer.print("|", "stderr")
        assert printer.lines == [("stdout", "🎉"), ("stderr", "||")]


async def test_what_an_instance_printed_outlives_it(guests: Guests):
    async with guests.host() as host:
        remote = await start(guests, host)
        stream = await remote("stdout-get-stdout")
        await remote("output-stream-write", stream, b"before\n")
        with pytest.raises(GuestTrapped):
            await remote("pollable-block", 99)
        stream = await remote("stdout-get-stdout")
        await remote("output-stream-write", stream, b"after\n")
        assert [line.text for line in remote.component.logs.lines()] == ["before", "after"]
        await remote.component.stop()
        assert [line.text for line in remote.component.logs.lines()] == ["before", "after"]


async def test_components_have_logs_of_their_own(guests: Guests):
    async with guests.host() as host:
        one, two = [await start(guests, host, name=name) for name in ("one", "two")]
        await one("output-stream-write", await one("stdout-get-stdout"), b"mine\n")
        assert [len(each.component.logs.lines()) for each in (one, two)] == [1, 0]


# ---------------------------------------------------------------- bounds


async def test_the_oldest_lines_make_room_and_are_counted(guests: Guests):
    async with printing(guests, memory_bytes=20 * KIB) as printer:
        for number in range(100):
            await printer.print(f"{number:0>1023}\n")
        statistics = printer.log.statistics()
        assert statistics.written == 100 * KIB
        assert statistics.dropped == 0
        assert 15 * KIB < statistics.kept <= 20 * KIB
        kept = [int(text) for _, text in printer.lines]
        assert kept == list(range(100 - len(kept), 100))
        assert statistics.forgotten == (100 - len(kept)) * KIB


async def test_many_small_writes_cost_little_more_than_their_bytes(guests: Guests):
    async with printing(guests, memory_bytes=20 * KIB) as printer:
        for _ in range(10 * KIB):
            printer.log.write("stdout", b"x")
        assert printer.log.statistics().forgotten == 0
        assert printer.log.text == "x" * 10 * KIB


async def test_of_one_write_that_is_larger_than_the_memory_the_end_is_kept(guests: Guests):
    async with printing(guests, memory_bytes=2 * KIB) as printer:
        await printer.print(b"".join(b"%1023d\n" % number for number in range(10)))
        statistics = printer.log.statistics()
        assert statistics.kept <= 2 * KIB
        assert [text.strip() for _, text in printer.lines][-1] == "9"
        assert (statistics.written, statistics.dropped) == (10 * KIB, 0)
        assert statistics.forgotten + len(printer.log.text) == 10 * KIB


async def test_what_comes_too_fast_is_dropped_counted_and_said(guests: Guests):
    async with printing(guests, bytes_per_second=100) as printer:
        await printer.print("a" * 99 + "\n")
        await printer.print("b" * 50)
        assert printer.log.statistics().dropped == 50
        printer.clock.now += 1
        await printer.print("c\n")
        assert printer.lines == [
            ("stdout", "a" * 99),
            ("host", "50 bytes came faster than they are kept: dropped"),
            ("stdout", "c"),
        ]
        statistics = printer.log.statistics()
        assert (statistics.written, statistics.dropped, statistics.forgotten) == (152, 50, 0)
        assert printer.log.text == "a" * 99 + "\nc\n", "what airssys says is not the component's"


async def test_of_a_write_as_much_is_kept_as_there_is_room(guests: Guests):
    async with printing(guests, bytes_per_second=100) as printer:
        await printer.print("a" * 130)
        assert printer.lines == [("stdout", "a" * 100)]
        assert printer.log.statistics().dropped == 30


async def test_time_gives_room_again_and_never_for_more_than_a_second(guests: Guests):
    async with printing(guests, bytes_per_second=100) as printer:
        await printer.print("a" * 100)
        for seconds, kept in ((0.25, 125), (0.5, 175), (3600.0, 275)):
            printer.clock.now += seconds
            await printer.print("a" * 200)
            assert len(printer.log.text) == kept


async def test_what_was_dropped_last_is_said_when_the_instance_ends(guests: Guests):
    clock = WallClock()
    config = OutputConfig(bytes_per_second=KIB)
    async with guests.host(output=config, authority={"clock": clock}) as host:
        code = ends("(drop (call $write-many (call $stdout-get-stdout) (i32.const 1024) (i32.const 9)))")
        remote = await start(guests, host, code=code)
        assert await remote.component.run() == 0
        said = [line.text for line in remote.component.logs.lines() if line.stream == "host"]
        assert said == [f"{8 * KIB} bytes came faster than they are kept: dropped"]


async def test_a_flood_does_not_disturb_its_writer_and_stays_bounded(guests: Guests):
    async with printing(guests, memory_bytes=16 * KIB, bytes_per_second=64 * KIB) as printer:
        assert await printer.flood(2000) == 2000
        statistics = printer.log.statistics()
        assert statistics.written == 2000 * KIB
        assert statistics.dropped == 1936 * KIB
        assert statistics.kept <= 16 * KIB


async def test_a_flood_that_goes_on_is_said_once_a_page_and_not_once_a_write(guests: Guests):
    """Else what airssys says about it would be the flood."""
    async with printing(guests, memory_bytes=1 << 20, bytes_per_second=64 * KIB) as printer:
        for _ in range(2000):
            printer.clock.now += 0.0005  # 32 bytes of room
            printer.log.write("stdout", b"x" * 100)
        said = [text for stream, text in printer.lines if stream == "host"]
        assert 0 < len(said) <= 16
        statistics = printer.log.statistics()
        assert len(printer.log.text) + statistics.dropped == statistics.written == 200_000
        assert len(printer.log.text) > 120_000


# ---------------------------------------------------------------- files


def content(path: Path) -> list[tuple[str, str]]:
    """Streams and texts of the lines in a file."""
    found = [LINE.fullmatch(line) for line in path.read_text("utf-8").splitlines()]
    return [(match[2], match[3]) for match in found if match]


def files_in(folder: Path) -> list[str]:
    """Names of files; the guest's project is a folder."""
    return sorted(path.name for path in folder.iterdir() if path.is_file())


async def test_a_file_has_every_line_with_time_and_stream(guests: Guests, tmp_path: Path):
    async with printing(guests, folder=tmp_path / "logs" / "here") as printer:
        await printer.print("one\ntw")
        await printer.print("\x1b[31m\n", "stderr")
        await printer.print("o\nunfinished")
    path = tmp_path / "logs" / "here" / "printer.log"
    assert content(path) == [
        ("stdout", "one"),
        ("stderr", r"\u001b[31m"),
        ("stdout", "two"),
        ("stdout", "unfinished"),
    ]
    assert files_in(path.parent) == ["printer.log"]


async def test_a_time_in_a_file_is_when_it_was_printed(guests: Guests, tmp_path: Path):
    async with printing(guests, folder=tmp_path) as printer:
        await printer.print("one\n")
    assert re.fullmatch(r"2023-11-1[345] \d\d:13:20,250 stdout one\n", (tmp_path / "printer.log").read_text())


async def test_a_component_that_prints_nothing_has_no_file(guests: Guests, tmp_path: Path):
    async with printing(guests, folder=tmp_path / "logs"):
        pass
    assert not (tmp_path / "logs").exists()


async def test_a_full_file_is_put_away_and_so_many_are_kept(guests: Guests, tmp_path: Path):
    async with printing(guests, folder=tmp_path, file_bytes=KIB, files=2) as printer:
        for number in range(100):
            await printer.print(f"{number:0>60}\n")
    names = ["printer.log", "printer.log.1", "printer.log.2"]
    assert files_in(tmp_path) == names
    assert all(0 < (tmp_path / name).stat().st_size <= KIB for name in names)
    numbers = [int(text) for name in reversed(names) for _, text in content(tmp_path / name)]
    assert numbers == list(range(100 - len(numbers), 100))
    assert len(numbers) > 20


async def test_without_older_files_a_full_one_is_begun_anew(guests: Guests, tmp_path: Path):
    async with printing(guests, folder=tmp_path, file_bytes=KIB, files=0) as printer:
        for number in range(100):
            await printer.print(f"{number:0>60}\n")
    assert files_in(tmp_path) == ["printer.log"]
    assert 0 < (tmp_path / "printer.log").stat().st_size <= KIB
    assert int(content(tmp_path / "printer.log")[-1][1]) == 99


async def test_a_file_says_what_was_dropped_too(guests: Guests, tmp_path: Path):
    async with printing(guests, folder=tmp_path, bytes_per_second=10) as printer:
        await printer.print("123456789\n")
        await printer.print("lost")
        printer.clock.now += 1
        await printer.print("here\n")
    assert content(tmp_path / "printer.log") == [
        ("stdout", "123456789"),
        ("host", "4 bytes came faster than they are kept: dropped"),
        ("stdout", "here"),
    ]


async def test_what_an_earlier_host_wrote_is_added_to(guests: Guests, tmp_path: Path):
    for text in ("one\n", "two\n"):
        async with printing(guests, folder=tmp_path) as printer:
            await printer.print(text)
    assert content(tmp_path / "printer.log") == [("stdout", "one"), ("stdout", "two")]


@pytest.mark.parametrize("in_the_way", ["logs", "logs/printer.log/x"])
async def test_a_file_that_cannot_be_written_disturbs_nobody(guests: Guests, tmp_path: Path, in_the_way: str):
    path = tmp_path / in_the_way
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("in the way")
    async with printing(guests, folder=tmp_path / "logs") as printer:
        assert await printer.flood(300) == 300
        await printer.print("here\n")
        assert printer.lines[-1][1].endswith("here")
        await printer.remote.component.stop()
    assert path.read_text() == "in the way"


async def test_what_could_not_be_written_is_said_once_it_can(guests: Guests, tmp_path: Path):
    """Here a folder has the file's name for a while."""
    (tmp_path / "printer.log").mkdir()
    async with printing(guests, folder=tmp_path) as printer:
        await printer.print("lost\n")
        await until(lambda: lost(printer) == 5)
        (tmp_path / "printer.log").rmdir()
        await printer.print("here\n")
    assert content(tmp_path / "printer.log") == [
        ("host", "5 bytes could not be written here: dropped"),
        ("stdout", "here"),
    ]


def lost(printer: Printer) -> Any:
    """Bytes that its file could not take so far: nothing public tells before a line in the file does."""
    return printer.log._file and printer.log._file._lost
