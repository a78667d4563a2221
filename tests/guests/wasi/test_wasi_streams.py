"""Promise: streams read and write what is behind them, a call that waits suspends its guest alone, and what a guest
names, however large, is bounded."""

from __future__ import annotations

import asyncio
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from airssys.errors import DeadlineExceeded, GuestTrapped, OutOfMemory
from airssys.interfaces.wasi import WasiSetup
from tests.guests.hosting import Guests, until
from tests.guests.wasi.programs import CLOSED, HOARDS, PERMIT, TELLING, Pipe, readers, start

HUGE = 2**63


class Sink:
    """Keeps what it is given.

    Args:
        error: raised by each write.
        is_open: whether writes are taken at once; see `open`.
    """

    def __init__(self, error: Exception | None = None, *, is_open: bool = True) -> None:
        self.taken: list[bytes] = []
        self.waiting = 0
        self._error = error
        self._open = asyncio.Event()
        if is_open:
            self.open()

    def open(self) -> None:
        self._open.set()

    @property
    def data(self) -> bytes:
        return b"".join(self.taken)

    async def write(self, data: bytes) -> None:
        self.waiting += 1
        try:
            await self._open.wait()
        finally:
            self.waiting -= 1
        if self._error is not None:
            raise self._error
        self.taken.append(data)


# ---------------------------------------------------------------- standard input


@pytest.mark.parametrize("read", ["input-stream-read", "input-stream-blocking-read"])
async def test_bytes_are_read_piece_by_piece_and_then_the_stream_is_closed(guests: Guests, read: str):
    async with guests.host() as host:
        remote = await start(guests, host, wasi=WasiSetup(stdin=b"hello world"))
        stream = await remote("stdin-get-stdin")
        assert [await remote(read, stream, size) for size in (5, 1, 100)] == [b"hello", b" ", b"world"]
        for _ in range(2):
            assert await remote.failure(read, stream, 1) == CLOSED


@pytest.mark.parametrize("read", ["input-stream-read", "input-stream-blocking-read", "input-stream-blocking-skip"])
async def test_without_a_standard_input_there_is_nothing_to_read(guests: Guests, read: str):
    async with guests.host() as host:
        remote = await start(guests, host)
        assert await remote.failure(read, await remote("stdin-get-stdin"), 1) == CLOSED


async def test_a_regular_file_is_read_from_where_it_stands_and_stays_open(guests: Guests, tmp_path: Path):
    (tmp_path / "file").write_bytes(b"0123456789")
    file = os.open(tmp_path / "file", os.O_RDONLY)
    os.read(file, 2)
    async with guests.host() as host:
        remote = await start(guests, host, wasi=WasiSetup(stdin=file))
        stream = await remote("stdin-get-stdin")
        assert await remote("input-stream-blocking-read", stream, 3) == b"234"
        assert await remote("read-whole", stream, 3) == 5
    assert os.lseek(file, 0, os.SEEK_CUR) == 10
    os.close(file)


async def test_a_pipe_is_read_when_there_is_something(guests: Guests):
    with Pipe() as pipe:
        async with guests.host() as host:
            remote = await start(guests, host, wasi=WasiSetup(stdin=pipe.reader))
            stream = await remote("stdin-get-stdin")
            assert await remote("input-stream-read", stream, 10) == b""
            before = readers()
            waiting = asyncio.create_task(remote("input-stream-blocking-read", stream, 10))
            await until(lambda: readers() > before)
            pipe.write(b"late")
            assert await waiting == b"late"
            pipe.end()
            assert await remote.failure("input-stream-blocking-read", stream, 10) == CLOSED


async def test_reading_leaves_a_pipe_as_it_was(guests: Guests):
    """Whether reads of it wait is a property of the pipe, which others use, too."""
    with Pipe() as pipe:
        async with guests.host() as host:
            remote = await start(guests, host, wasi=WasiSetup(stdin=pipe.reader))
            stream = await remote("stdin-get-stdin")
            assert await remote("input-stream-read", stream, 10) == b""
            assert os.get_blocking(pipe.reader)


async def test_skipping_counts_and_passes_over(guests: Guests):
    async with guests.host() as host:
        remote = await start(guests, host, wasi=WasiSetup(stdin=b"0123456789"))
        stream = await remote("stdin-get-stdin")
        assert await remote("input-stream-skip", stream, 3) == 3
        assert await remote("input-stream-blocking-skip", stream, 2) == 2
        assert await remote("input-stream-read", stream, 1) == b"5"
        assert await remote("input-stream-skip", stream, HUGE) == 4
        assert await remote.failure("input-stream-skip", stream, 1) == CLOSED


async def test_to_read_nothing_never_waits(guests: Guests):
    with Pipe() as pipe:
        async with guests.host() as host:
            remote = await start(guests, host, wasi=WasiSetup(stdin=pipe.reader))
            stream = await remote("stdin-get-stdin")
            assert await remote("input-stream-blocking-read", stream, 0) == b""
            assert await remote("input-stream-blocking-skip", stream, 0) == 0


async def test_a_read_of_any_size_gives_a_bounded_piece(guests: Guests):
    async with guests.host() as host:
        remote = await start(guests, host, wasi=WasiSetup(stdin=b"x" * (PERMIT + 7)))
        stream = await remote("stdin-get-stdin")
        assert len(await remote("input-stream-read", stream, HUGE)) == PERMIT
        assert len(await remote("input-stream-blocking-read", stream, 2 * HUGE - 1)) == 7


async def test_two_streams_share_one_standard_input(guests: Guests):
    with Pipe() as pipe:
        async with guests.host() as host:
            remote = await start(guests, host, wasi=WasiSetup(stdin=pipe.reader))
            one, two = [await remote("stdin-get-stdin") for _ in range(2)]
            pipe.write(b"abcd")
            assert [await remote("input-stream-read", each, 1) for each in (one, two, one)] == [b"a", b"b", b"c"]
            await remote("drop-input-stream", one)
            assert await remote("input-stream-read", two, 10) == b"d"


async def test_two_components_wait_for_one_pipe(guests: Guests):
    with Pipe() as pipe:
        async with guests.host() as host:
            before = readers()
            remotes = [
                await start(guests, host, name=name, wasi=WasiSetup(stdin=pipe.reader)) for name in ("one", "two")
            ]
            streams = [await remote("stdin-get-stdin") for remote in remotes]
            waiting = {
                asyncio.create_task(remote("input-stream-blocking-read", stream, 1))
                for remote, stream in zip(remotes, streams, strict=True)
            }
            await until(lambda: readers() == before + 2)
            pipe.write(b"a")
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            pipe.write(b"b")
            got = [await each for each in (*done, *waiting)]
            assert sorted(got) == [b"a", b"b"]


async def test_the_program_around_the_host_may_watch_the_same_pipe(guests: Guests):
    seen: list[str] = []
    loop = asyncio.get_running_loop()
    with Pipe() as pipe:
        loop.add_reader(pipe.reader, seen.append, "seen")
        async with guests.host() as host:
            remote = await start(guests, host, wasi=WasiSetup(stdin=pipe.reader))
            before = readers()
            stream = await remote("stdin-get-stdin")
            waiting = asyncio.create_task(remote("input-stream-blocking-read", stream, 1))
            await until(lambda: readers() > before)
            pipe.write(b"a")
            assert await waiting == b"a"
            seen.clear()
            pipe.write(b"b")
            await until(lambda: bool(seen))
        assert loop.remove_reader(pipe.reader)


async def test_a_pipe_that_is_fed_without_end_takes_the_guests_time_and_nobody_elses(guests: Guests):
    with Pipe() as pipe:
        feeder = threading.Thread(target=feed, args=(pipe.writer,))
        feeder.start()
        try:
            async with guests.host() as host:
                other = await guests.start(host, "add")
                remote = await start(guests, host, wasi=WasiSetup(stdin=pipe.reader))
                stream = await remote("stdin-get-stdin")
                reading = asyncio.create_task(remote("read-whole", stream, PERMIT, timeout=0.5))
                for number in range(20):
                    assert await other.call("add", number, 1) == number + 1
                assert not reading.done()
                with pytest.raises(DeadlineExceeded):
                    await reading
                stream = await remote("stdin-get-stdin")
                assert len(await remote("input-stream-blocking-read", stream, 10)) == 10
        finally:
            pipe.close_reader()
            feeder.join()


def feed(writer: int) -> None:
    """Write until nobody reads any more."""
    try:
        while True:
            os.write(writer, b"y\n" * 512)
    except BrokenPipeError:
        return


async def test_a_guest_that_hoards_what_it_reads_runs_out_of_its_own_memory(guests: Guests):
    async with guests.host() as host:
        zeros = os.open("/dev/zero", os.O_RDONLY)
        remote = await start(guests, host, code=HOARDS, wasi=WasiSetup(stdin=zeros))
        with pytest.raises(OutOfMemory):
            await remote.component.run()
        assert remote.component.memory.limit_bytes == 1 << 20
        os.close(zeros)


@pytest.mark.parametrize(("made", "code"), [("folder", "is-directory"), ("closed", "bad-descriptor")])
async def test_input_that_cannot_be_read_says_why(guests: Guests, tmp_path: Path, made: str, code: str):
    fd = os.open(tmp_path, os.O_RDONLY)
    async with guests.host() as host:
        remote = await start(
            guests, host, interfaces=TELLING, wasi=WasiSetup(stdin=fd if made == "folder" else 1_000_000)
        )
        stream = await remote("stdin-get-stdin")
        assert await remote.why("input-stream-blocking-read", stream, 1) == (code, code)
        assert await remote.failure("input-stream-read", stream, 1) == CLOSED
    os.close(fd)


# ---------------------------------------------------------------- standard output and error


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
async def test_what_is_written_goes_to_its_sink_and_to_the_log(guests: Guests, stream: Any):
    sinks = {"stdout": Sink(), "stderr": Sink()}
    async with guests.host() as host:
        remote = await start(guests, host, wasi=WasiSetup(stdout=sinks["stdout"], stderr=sinks["stderr"]))
        output = await remote(f"{stream}-get-{stream}")
        assert await remote("output-stream-check-write", output) == PERMIT
        await remote("output-stream-write", output, b"one ")
        await remote("output-stream-flush", output)
        await remote("output-stream-blocking-write-and-flush", output, b"two\n")
        await remote("output-stream-blocking-flush", output)
        assert [(line.stream, line.text) for line in remote.component.logs.lines()] == [(stream, "one two")]
    assert {name: sink.data for name, sink in sinks.items()} == {"stdout": b"", "stderr": b"", stream: b"one two\n"}


async def test_exactly_what_is_permitted_is_taken_and_more_traps(guests: Guests):
    sink = Sink()
    async with guests.host() as host:
        remote = await start(guests, host, wasi=WasiSetup(stdout=sink))
        output = await remote("stdout-get-stdout")
        await remote("output-stream-write", output, b"x" * PERMIT)
        with pytest.raises(GuestTrapped, match=f"{PERMIT + 1} bytes") as trapped:
            await remote("output-stream-write", output, b"x" * (PERMIT + 1))
        assert trapped.value.kind == "misuse"
    assert len(sink.data) == PERMIT


@pytest.mark.parametrize(
    ("export", "most"),
    [("output-stream-write-zeroes", PERMIT), ("output-stream-blocking-write-zeroes-and-flush", 4096)],
)
@pytest.mark.parametrize("is_huge", [False, True])
async def test_zeros_are_written_as_many_as_are_permitted(guests: Guests, export: str, most: int, is_huge: bool):
    sink = Sink()
    async with guests.host() as host:
        remote = await start(guests, host, wasi=WasiSetup(stdout=sink))
        output = await remote("stdout-get-stdout")
        await remote(export, output, most)
        with pytest.raises(GuestTrapped) as trapped:
            await remote(export, output, HUGE if is_huge else most + 1)
        assert trapped.value.kind == "misuse"
    assert sink.data == bytes(most)


async def test_a_blocking_write_takes_what_is_larger_in_pieces(guests: Guests):
    sink = Sink()
    text = os.urandom(3 * PERMIT + 1)
    async with guests.host() as host:
        remote = await start(guests, host, wasi=WasiSetup(stdout=sink))
        await remote("output-stream-blocking-write-and-flush", await remote("stdout-get-stdout"), text)
    assert sink.data == text
    assert max(map(len, sink.taken)) == PERMIT


async def test_to_write_nothing_asks_nobody(guests: Guests):
    sink = Sink(BrokenPipeError())
    async with guests.host() as host:
        remote = await start(guests, host, wasi=WasiSetup(stdout=sink))
        output = await remote("stdout-get-stdout")
        await remote("output-stream-write", output, b"")
        await remote("output-stream-blocking-write-and-flush", output, b"")
        await remote("output-stream-write-zeroes", output, 0)


@pytest.mark.parametrize("splice", ["output-stream-splice", "output-stream-blocking-splice"])
async def test_a_splice_moves_bytes_until_there_are_none(guests: Guests, splice: str):
    sink = Sink()
    async with guests.host() as host:
        remote = await start(guests, host, wasi=WasiSetup(stdin=b"0123456789", stdout=sink))
        source, output = await remote("stdin-get-stdin"), await remote("stdout-get-stdout")
        assert [await remote(splice, output, source, size) for size in (4, HUGE)] == [4, 6]
        assert await remote.failure(splice, output, source, 1) == CLOSED
    assert sink.data == b"0123456789"


async def test_a_blocking_splice_waits_for_its_source(guests: Guests):
    sink = Sink()
    with Pipe() as pipe:
        async with guests.host() as host:
            remote = await start(guests, host, wasi=WasiSetup(stdin=pipe.reader, stdout=sink))
            source, output = await remote("stdin-get-stdin"), await remote("stdout-get-stdout")
            assert await remote("output-stream-splice", output, source, 4) == 0
            before = readers()
            waiting = asyncio.create_task(remote("output-stream-blocking-splice", output, source, 4))
            await until(lambda: readers() > before)
            pipe.write(b"late")
            assert await waiting == 4
    assert sink.data == b"late"


async def test_a_splice_into_a_closed_stream_takes_nothing_from_its_source(guests: Guests):
    async with guests.host() as host:
        remote = await start(guests, host, wasi=WasiSetup(stdin=b"kept", stdout=Sink(BrokenPipeError())))
        source, output = await remote("stdin-get-stdin"), await remote("stdout-get-stdout")
        assert await remote.failure("output-stream-write", output, b"x") == CLOSED
        for splice in ("output-stream-splice", "output-stream-blocking-splice"):
            assert await remote.failure(splice, output, source, 2) == CLOSED
        assert await remote("input-stream-read", source, 10) == b"kept"


async def test_when_nobody_takes_any_more_the_stream_is_closed(guests: Guests):
    async with guests.host() as host:
        remote = await start(guests, host, wasi=WasiSetup(stdout=Sink(BrokenPipeError())))
        output, other = [await remote("stdout-get-stdout") for _ in range(2)]
        assert await remote.failure("output-stream-blocking-write-and-flush", output, b"x") == CLOSED
        assert await remote.failure("output-stream-write", output, b"") == CLOSED
        for export in ("check-write", "flush", "blocking-flush"):
            assert await remote.failure(f"output-stream-{export}", output) == CLOSED
        assert await remote.failure("output-stream-write-zeroes", output, 1) == CLOSED
        assert await remote("output-stream-check-write", other) == PERMIT  # nobody told that one yet
        assert await remote.failure("output-stream-write", other, b"x") == CLOSED
        error = await remote("stderr-get-stderr")
        await remote("output-stream-write", error, b"x")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OSError(28, "No space left on device"), "insufficient-space"),
        (ConnectionResetError(104, "/srv/secret"), "io"),
        (OSError("no number"), "io"),
    ],
)
async def test_a_sink_that_fails_says_why_and_nothing_about_the_host(guests: Guests, error: OSError, code: str):
    async with guests.host() as host:
        remote = await start(guests, host, interfaces=TELLING, wasi=WasiSetup(stdout=Sink(error)))
        output = await remote("stdout-get-stdout")
        assert await remote.why("output-stream-write", output, b"x") == (code, code)
        assert await remote.failure("output-stream-write", output, b"x") == CLOSED


async def test_what_else_a_sink_raises_reaches_the_caller(guests: Guests):
    async with guests.host() as host:
        remote = await start(guests, host, wasi=WasiSetup(stdout=Sink(ZeroDivisionError("a bug"))))
        with pytest.raises(ZeroDivisionError, match="a bug"):
            await remote("output-stream-write", await remote("stdout-get-stdout"), b"x")


async def test_a_slow_sink_suspends_its_guest_and_nobody_else(guests: Guests):
    sink = Sink(is_open=False)
    async with guests.host() as host:
        other = await guests.start(host, "add")
        remote = await start(guests, host, wasi=WasiSetup(stdout=sink))
        output = await remote("stdout-get-stdout")
        writing = asyncio.create_task(remote("write-many", output, 100, 3))
        await until(lambda: bool(sink.waiting))
        assert await other.call("add", 1, 2) == 3
        assert not writing.done()
        assert remote.component.logs.statistics().written == 100, "a guest that waits writes no more"
        sink.open()
        assert await writing == 3
    assert len(sink.data) == 300


async def test_a_sink_that_never_takes_anything_costs_no_more_than_the_deadline(guests: Guests):
    sink = Sink(is_open=False)
    async with guests.host() as host:
        remote = await start(guests, host, wasi=WasiSetup(stdout=sink))
        output = await remote("stdout-get-stdout")
        with pytest.raises(DeadlineExceeded):
            await remote("output-stream-write", output, b"x", timeout=0.2)
        assert not sink.waiting
