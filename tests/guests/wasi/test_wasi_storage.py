"""Promise: what files grow by is charged before it is written, and given back when it is gone from the disk."""

from __future__ import annotations

import os
import resource
from pathlib import Path

from airssys.interfaces.wasi._rights import ENTRY_BYTES as ENTRY
from tests.guests.hosting import Guests, until
from tests.guests.wasi.files import CLOSED, everything, reaching, refused
from tests.policies import members


async def test_growth_is_charged_and_what_goes_is_given_back(guests: Guests, here: Path):
    async with reaching(guests, storage=1000, **everything(here)) as files:
        file = await files.open("new", "create", "read", "write")
        await files.write(file, b"x" * 100)
        await files.write(file, b"y" * 50, 75)
        assert files.stored == 125 + ENTRY
        await files.write(file, b"z" * 10, 300)  # what lies between counts, too
        assert files.stored == 310 + ENTRY
        await files.on(file, "set-size", 400)
        assert files.stored == 400 + ENTRY
        await files.on(file, "set-size", 40)
        assert files.stored == 40 + ENTRY
        stream = await files.on(file, "append-via-stream")
        await files.call("output-stream-write", stream, b"x" * 60)
        assert files.stored == 100 + ENTRY
        await files.open("new", "truncate", "write")
        assert files.stored == ENTRY


async def test_what_does_not_fit_is_refused_whole(guests: Guests, here: Path):
    async with reaching(guests, storage=ENTRY + 100, **everything(here)) as files:
        file = await files.open("new", "create", "write")
        await files.write(file, b"x" * 90)
        assert await refused(files.write(file, b"x" * 20, 85)) == "quota"
        assert await refused(files.on(file, "set-size", 101)) == "quota"
        stream = await files.on(file, "append-via-stream")
        failure = await refused(files.call("output-stream-write", stream, b"x" * 11))
        assert await files.call("types-filesystem-error-code", failure.value) == "quota"
        assert await refused(files.call("output-stream-write", stream, b"x")) == CLOSED
        assert files.stored - ENTRY == (here / "new").stat().st_size == 90
        await files.write(file, b"x" * 10, 90)
        assert files.stored == ENTRY + 100
    limits = [record for record in members(files.sink) if record["event"] == "limit"]
    assert (limits[0]["limit"], limits[0]["used"], limits[0]["requested"], limits[0]["most"]) == (
        "storage",
        ENTRY + 90,
        15,
        ENTRY + 100,
    )


async def test_of_a_write_that_fails_only_what_arrived_is_charged(guests: Guests, here: Path):
    most, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
    async with reaching(guests, storage=1000, **everything(here)) as files:
        file = await files.open("new", "create", "write")
        await files.write(file, b"x" * 10)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, most))  # a disk that is nearly full; Python ignores the signal
        try:
            assert await refused(files.write(file, b"x" * 50, 200)) == "file-too-large"
            assert await refused(files.on(file, "set-size", 200)) == "file-too-large"
            assert await refused(files.write(file, b"x" * 50, 80)) == "file-too-large"  # after 20 bytes of it
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        assert files.stored - ENTRY == (here / "new").stat().st_size == 100


async def test_the_last_name_of_a_file_gives_back_what_it_holds(guests: Guests, here: Path):
    async with reaching(guests, storage=2000, **everything(here)) as files:
        for name in ("a", "b"):
            file = await files.open(name, "create", "write")
            await files.write(file, b"x" * 100)
            await files.drop(file)
        await files.link("a", "a-too")
        assert files.stored == 200 + 3 * ENTRY
        await files.unlink("a")
        assert files.stored == 200 + 2 * ENTRY
        await files.unlink("a-too")
        assert files.stored == 100 + ENTRY
        await files.open("c", "create", "write")
        await files.rename("c", "b")
        assert files.stored == ENTRY


async def test_a_file_that_is_open_counts_until_it_is_closed(guests: Guests, here: Path):
    """What has no name any more still fills the disk."""
    async with reaching(guests, storage=3000, **everything(here)) as files:
        await files.drop(await files.open("blank", "create", "write"))
        for name in ("a", "b"):  # `blank`, or what it has become, is there all the time
            file = await files.open(name, "create", "write")
            again = await files.open(name, "write")
            await files.write(file, b"x" * 100)
            await (files.unlink("a") if name == "a" else files.rename("blank", "b"))
            await files.drop(file)
            assert files.stored == 100 + ENTRY
            await files.write(again, b"x" * 100, 100)
            assert files.stored == 200 + ENTRY
            await files.on(again, "set-size", 50)
            assert files.stored == 50 + ENTRY
            await files.drop(again)
            await until(lambda: files.stored == ENTRY)


async def test_a_rename_onto_itself_gives_nothing_back(guests: Guests, here: Path):
    async with reaching(guests, storage=1000, **everything(here)) as files:
        file = await files.open("a", "create", "write")
        await files.write(file, b"x" * 100)
        await files.drop(file)
        await until(lambda: files.component.open_files == 1)  # the folder
        await files.rename("a", "a")
        await files.rename("a", "././a")
        assert files.stored == 100 + ENTRY


async def test_files_that_were_there_before_do_not_make_room_for_others(guests: Guests, here: Path):
    (here / "old").write_bytes(b"x" * 500)
    async with reaching(guests, storage=1000 + 2 * ENTRY, **everything(here)) as files:
        await files.unlink("old")
        assert files.stored == 0
        await files.write(await files.open("new", "create", "write"), b"x" * 1000)
        assert await refused(files.write(await files.open("newer", "create", "write"), b"x")) == "quota"


async def test_every_entry_counts_and_so_does_the_text_of_a_link(guests: Guests, here: Path):
    """A disk is full as well when it is full of empty files."""
    async with reaching(guests, storage=4 * ENTRY + 3, **everything(here)) as files:
        await files.drop(await files.open("f", "create", "write"))
        await files.mkdir("d")
        await files.link("f", "f-too")
        await files.symlink("abc", "s")
        assert files.stored == 4 * ENTRY + 3
        for making in (
            files.open("g", "create", "write"),
            files.mkdir("e"),
            files.link("f", "f-three"),
            files.symlink("x", "t"),
        ):
            assert await refused(making) == "quota"
        assert sorted(os.listdir(here)) == ["d", "f", "f-too", "s"]
        assert files.component.open_files == 1  # the folder
        await files.unlink("s")
        await files.rmdir("d")
        await files.unlink("f")
        await files.rename("f-too", "f")
        assert files.stored == ENTRY
        await files.unlink("f")
        assert files.stored == 0


async def test_what_cannot_be_made_is_not_charged(guests: Guests, here: Path):
    async with reaching(guests, storage=10 * ENTRY, **everything(here)) as files:
        await files.drop(await files.open("f", "create", "write"))
        for making in (
            files.open("f", "create", "exclusive", "write"),
            files.mkdir("f"),
            files.link("f", "f"),
            files.symlink("x", "f"),
        ):
            assert await refused(making) == "exist"
        assert files.stored == ENTRY
