"""Promise: what files grow by is charged before it is written, and given back when it is gone from the disk."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from tests.guests.hosting import Guests, until
from tests.guests.wasi.files import CLOSED, everything, reaching, refused
from tests.policies import members


@pytest.fixture
def here(tmp_path: Path) -> Path:
    folder = tmp_path.resolve() / "here"
    folder.mkdir()
    return folder


async def test_growth_is_charged_and_what_goes_is_given_back(guests: Guests, here: Path):
    async with reaching(guests, storage=1000, **everything(here)) as files:
        file = await files.open("new", "create", "read", "write")
        await files.write(file, b"x" * 100)
        await files.write(file, b"y" * 50, 75)
        assert files.stored == 125
        await files.write(file, b"z" * 10, 300)  # what lies between counts, too
        assert files.stored == 310
        await files.on(file, "set-size", 400)
        assert files.stored == 400
        await files.on(file, "set-size", 40)
        assert files.stored == 40
        stream = await files.on(file, "append-via-stream")
        await files.call("output-stream-write", stream, b"x" * 60)
        assert files.stored == 100
        await files.open("new", "truncate", "write")
        assert files.stored == 0


async def test_what_does_not_fit_is_refused_whole(guests: Guests, here: Path):
    async with reaching(guests, storage=100, **everything(here)) as files:
        file = await files.open("new", "create", "write")
        await files.write(file, b"x" * 90)
        assert await refused(files.write(file, b"x" * 20, 85)) == "quota"
        assert await refused(files.on(file, "set-size", 101)) == "quota"
        stream = await files.on(file, "append-via-stream")
        failure = await refused(files.call("output-stream-write", stream, b"x" * 11))
        assert await files.call("types-filesystem-error-code", failure.value) == "quota"
        assert await refused(files.call("output-stream-write", stream, b"x")) == CLOSED
        assert files.stored == (here / "new").stat().st_size == 90
        await files.write(file, b"x" * 10, 90)
        assert files.stored == 100
    limits = [record for record in members(files.sink) if record["event"] == "limit"]
    assert (limits[0]["limit"], limits[0]["used"], limits[0]["requested"], limits[0]["most"]) == (
        "storage",
        90,
        15,
        100,
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
        assert files.stored == (here / "new").stat().st_size == 100


async def test_the_last_name_of_a_file_gives_back_what_it_holds(guests: Guests, here: Path):
    async with reaching(guests, storage=1000, **everything(here)) as files:
        for name in ("a", "b"):
            file = await files.open(name, "create", "write")
            await files.write(file, b"x" * 100)
            await files.drop(file)
        await files.link("a", "a-too")
        await files.unlink("a")
        assert files.stored == 200
        await files.unlink("a-too")
        assert files.stored == 100
        await files.open("c", "create", "write")
        await files.rename("c", "b")
        assert files.stored == 0


async def test_a_file_that_is_open_counts_until_it_is_closed(guests: Guests, here: Path):
    """What has no name any more still fills the disk."""
    async with reaching(guests, storage=1000, **everything(here)) as files:
        await files.drop(await files.open("blank", "create", "write"))
        for name in ("a", "b"):
            file = await files.open(name, "create", "write")
            again = await files.open(name, "write")
            await files.write(file, b"x" * 100)
            await (files.unlink("a") if name == "a" else files.rename("blank", "b"))
            await files.drop(file)
            assert files.stored == 100
            await files.write(again, b"x" * 100, 100)
            assert files.stored == 200
            await files.on(again, "set-size", 50)
            assert files.stored == 50
            await files.drop(again)
            await until(lambda: files.stored == 0)


async def test_a_rename_onto_itself_gives_nothing_back(guests: Guests, here: Path):
    async with reaching(guests, storage=1000, **everything(here)) as files:
        file = await files.open("a", "create", "write")
        await files.write(file, b"x" * 100)
        await files.drop(file)
        await until(lambda: files.component.open_files == 1)  # the folder
        await files.rename("a", "a")
        await files.rename("a", "././a")
        assert files.stored == 100


async def test_files_that_were_there_before_do_not_make_room_for_others(guests: Guests, here: Path):
    (here / "old").write_bytes(b"x" * 500)
    async with reaching(guests, storage=1000, **everything(here)) as files:
        await files.unlink("old")
        assert files.stored == 0
        await files.write(await files.open("new", "create", "write"), b"x" * 1000)
        assert await refused(files.write(await files.open("newer", "create", "write"), b"x")) == "quota"
