"""Promise: the bytes of files are read and written as wasi:filesystem and wasi:io say."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from airssys.errors import GuestTrapped
from tests.guests.hosting import Guests, until
from tests.guests.wasi.files import CLOSED, everything, reaching, refused

# ---------------------------------------------------------------- reading and writing


async def test_a_file_is_read_in_pieces_from_any_offset(guests: Guests, here: Path):
    (here / "f").write_bytes(b"hello")
    async with reaching(guests, **everything(here)) as files:
        file = await files.open("f", "read")
        assert await files.on(file, "read", 2, 0) == (b"he", False)
        assert await files.on(file, "read", 100, 3) == (b"lo", False)
        assert await files.on(file, "read", 100, 5) == (b"", True)
        assert await files.on(file, "read", 100, 500) == (b"", True)
        assert await files.on(file, "read", 0, 0) == (b"", False)


async def test_one_read_gives_at_most_64_kib(guests: Guests, here: Path):
    (here / "f").write_bytes(b"x" * 100_000)
    async with reaching(guests, **everything(here)) as files:
        file = await files.open("f", "read")
        data, ended = await files.on(file, "read", 2**63, 0)
        assert (len(data), ended) == (65_536, False)


async def test_offsets_beyond_what_files_have_are_invalid_to_read_and_too_large_to_write(guests: Guests, here: Path):
    async with reaching(guests, **everything(here)) as files:
        file = await files.open("f", "create", "read", "write")
        assert await refused(files.read(file, offset=2**63)) == "invalid"
        assert await refused(files.read(file, offset=2**64 - 1)) == "invalid"
        assert await refused(files.write(file, b"x", 2**63 - 1)) == "file-too-large"
        assert await refused(files.write(file, b"x", 2**64 - 1)) == "file-too-large"
        assert (here / "f").stat().st_size == 0


async def test_a_write_goes_where_it_should_and_leaves_a_hole_of_zeroes(guests: Guests, here: Path):
    async with reaching(guests, **everything(here)) as files:
        file = await files.open("f", "create", "write")
        assert await files.write(file, b"abc", 2) == 3
        assert await files.write(file, b"B", 3) == 1
        assert await files.write(file, b"", 100) == 0
    assert (here / "f").read_bytes() == b"\0\0aBc"


async def test_more_than_64_kib_are_written_at_once(guests: Guests, here: Path):
    async with reaching(guests, **everything(here)) as files:
        file = await files.open("f", "create", "write")
        assert await files.write(file, b"x" * 200_000) == 200_000
    assert (here / "f").stat().st_size == 200_000


async def test_a_file_is_read_only_or_written_only_as_it_was_opened(guests: Guests, here: Path):
    (here / "f").write_bytes(b"hello")
    async with reaching(guests, **everything(here)) as files:
        reader, writer = await files.open("f", "read"), await files.open("f", "write")
        assert await refused(files.write(reader, b"x")) == "bad-descriptor"
        assert await refused(files.on(reader, "write-via-stream", 0)) == "bad-descriptor"
        assert await refused(files.on(reader, "append-via-stream")) == "bad-descriptor"
        assert await refused(files.on(reader, "set-size", 0)) == "invalid"
        assert await refused(files.read(writer)) == "bad-descriptor"
        assert await refused(files.on(writer, "read-via-stream", 0)) == "bad-descriptor"
    assert (here / "f").read_bytes() == b"hello"


async def test_who_did_not_ask_to_write_cannot_write_what_opening_made_or_cut_off(guests: Guests, here: Path):
    (here / "old").write_bytes(b"hello")
    async with reaching(guests, **everything(here)) as files:
        for file in (
            await files.open("new", "create", "read"),
            await files.open("newer", "create"),
            await files.open("old", "truncate", "read"),
        ):
            assert await refused(files.write(file, b"x")) == "bad-descriptor"
            assert await refused(files.on(file, "append-via-stream")) == "bad-descriptor"
            assert await refused(files.on(file, "set-size", 1)) == "invalid"
    assert [os.stat(here / name).st_size for name in ("new", "newer", "old")] == [0, 0, 0]


async def test_folders_have_no_bytes(guests: Guests, here: Path):
    (here / "d").mkdir()
    async with reaching(guests, **everything(here)) as files:
        folder = await files.open("d", "directory")
        assert await refused(files.read(folder)) == "is-directory"
        assert await refused(files.on(folder, "read-via-stream", 0)) == "is-directory"
        assert await refused(files.write(folder, b"x")) == "bad-descriptor"
        assert await refused(files.on(folder, "append-via-stream")) == "bad-descriptor"
        assert await refused(files.on(folder, "set-size", 0)) == "bad-descriptor"
        assert await refused(files.on(folder, "advise", 0, 0, "normal")) == "bad-descriptor"


async def test_a_size_that_is_set_cuts_off_or_fills_up_with_zeroes(guests: Guests, here: Path):
    (here / "f").write_bytes(b"hello")
    async with reaching(guests, **everything(here)) as files:
        file = await files.open("f", "write")
        await files.on(file, "set-size", 2)
        await files.on(file, "set-size", 4)
        assert await refused(files.on(file, "set-size", 2**63)) == "invalid"
    assert (here / "f").read_bytes() == b"he\0\0"


async def test_advice_is_taken_and_changes_nothing(guests: Guests, here: Path):
    (here / "f").write_bytes(b"hello")
    async with reaching(guests, **everything(here)) as files:
        file = await files.open("f", "read")
        for advice in ("normal", "sequential", "random", "will-need", "dont-need", "no-reuse"):
            await files.on(file, "advise", 1, 2, advice)
        assert await refused(files.on(file, "advise", 2**63, 0, "normal")) == "invalid"
        assert await refused(files.on(file, "advise", 0, 2**63, "normal")) == "invalid"
        assert await files.read(file) == b"hello"


async def test_files_and_folders_can_be_synchronised(guests: Guests, here: Path):
    async with reaching(guests, **everything(here)) as files:
        for descriptor in (await files.open("f", "create", "write"), await files.open(".", "directory")):
            await files.on(descriptor, "sync")
            await files.on(descriptor, "sync-data")


async def test_writes_that_wait_for_the_disk_arrive_as_others_do(guests: Guests, here: Path):
    async with reaching(guests, **everything(here)) as files:
        file = await files.open("f", "create", "write", "file-integrity-sync", "data-integrity-sync")
        await files.write(file, b"new")
        again = await files.open("f", "write", "data-integrity-sync")
        await files.write(again, b"old", 3)
        assert await files.on(again, "get-flags") == {"write", "data-integrity-sync"}
    assert (here / "f").read_bytes() == b"newold"


# ---------------------------------------------------------------- streams


async def test_a_stream_reads_on_from_its_offset_and_closes_at_the_end(guests: Guests, here: Path):
    (here / "f").write_bytes(b"hello world")
    async with reaching(guests, **everything(here)) as files:
        file = await files.open("f", "read")
        stream = await files.on(file, "read-via-stream", 2)
        assert await files.call("input-stream-read", stream, 3) == b"llo"
        assert await files.call("input-stream-read", stream, 0) == b""
        assert await files.call("input-stream-skip", stream, 1) == 1
        assert await files.call("input-stream-blocking-read", stream, 3) == b"wor"
        assert await files.call("input-stream-blocking-skip", stream, 100) == 2
        for method in ("read", "blocking-read", "skip", "blocking-skip"):
            assert await refused(files.call(f"input-stream-{method}", stream, 1)) == CLOSED
        beyond = await files.on(file, "read-via-stream", 2**64 - 1)
        failure = await refused(files.call("input-stream-read", beyond, 1))
        assert await files.call("types-filesystem-error-code", failure.value) == "invalid"


async def test_a_stream_writes_on_from_its_offset(guests: Guests, here: Path):
    (here / "f").write_bytes(b"0123456789")
    async with reaching(guests, **everything(here)) as files:
        file = await files.open("f", "write")
        stream = await files.on(file, "write-via-stream", 8)
        assert await files.call("output-stream-check-write", stream) == 65_536
        await files.call("output-stream-write", stream, b"ab")
        await files.call("output-stream-blocking-write-and-flush", stream, b"cd")
        await files.call("output-stream-write-zeroes", stream, 1)
        await files.call("output-stream-blocking-write-zeroes-and-flush", stream, 1)
        await files.call("output-stream-flush", stream)
        await files.call("output-stream-blocking-flush", stream)
    assert (here / "f").read_bytes() == b"01234567abcd\0\0"


async def test_a_stream_appends_wherever_the_end_is_by_then(guests: Guests, here: Path):
    (here / "f").write_bytes(b"0")
    async with reaching(guests, **everything(here)) as files:
        file = await files.open("f", "write")
        stream = await files.on(file, "append-via-stream")
        await files.call("output-stream-write", stream, b"1")
        with (here / "f").open("ab") as other:
            other.write(b"2")
        await files.call("output-stream-write", stream, b"3")
        await files.on(file, "set-size", 1)
        await files.call("output-stream-write", stream, b"4")
    assert (here / "f").read_bytes() == b"04"


async def test_a_splice_copies_from_file_to_file_until_the_end(guests: Guests, here: Path):
    (here / "f").write_bytes(b"hello world")
    async with reaching(guests, **everything(here)) as files:
        source = await files.on(await files.open("f", "read"), "read-via-stream", 0)
        target = await files.on(await files.open("g", "create", "write"), "append-via-stream")
        assert await files.call("output-stream-splice", target, source, 6) == 6
        assert await files.call("output-stream-blocking-splice", target, source, 100) == 5
        assert await refused(files.call("output-stream-splice", target, source, 1)) == CLOSED
    assert (here / "g").read_bytes() == b"hello world"


async def test_a_failed_stream_tells_why_and_is_closed_then(guests: Guests, here: Path):
    async with reaching(guests, **everything(here)) as files:
        stream = await files.on(await files.open("f", "create", "write"), "write-via-stream", 2**63 - 1)
        failure = await refused(files.call("output-stream-write", stream, b"x"))
        assert failure.name == "last-operation-failed"
        assert await files.call("types-filesystem-error-code", failure.value) == "file-too-large"
        assert await files.call("error-to-debug-string", failure.value) == "file-too-large"
        for method, more in (("write", [b"x"]), ("check-write", []), ("flush", [])):
            assert await refused(files.call(f"output-stream-{method}", stream, *more)) == CLOSED


async def test_more_than_a_stream_permits_is_a_fault_of_the_guest(guests: Guests, here: Path):
    async with reaching(guests, **everything(here)) as files:
        stream = await files.on(await files.open("f", "create", "write"), "write-via-stream", 0)
        with pytest.raises(GuestTrapped):
            await files.call("output-stream-write-zeroes", stream, 65_537)
    assert (here / "f").stat().st_size == 0


async def test_a_stream_outlives_its_descriptor(guests: Guests, here: Path):
    (here / "f").write_bytes(b"hello")
    async with reaching(guests, **everything(here)) as files:
        before = files.component.open_files
        file = await files.open("f", "read", "write")
        reader = await files.on(file, "read-via-stream", 0)
        writer = await files.on(file, "append-via-stream")
        await files.drop(file)
        await files.call("output-stream-write", writer, b"!")
        assert await files.call("input-stream-read", reader, 100) == b"hello!"
        assert files.component.open_files == before + 1
        await files.call("drop-output-stream", writer)
        await files.call("drop-input-stream", reader)
        await until(lambda: files.component.open_files == before)  # closing may wait for a disk, and nobody does for it
