"""Promise: a guest starts from the folders that its rights lead into, and from those that its host names."""

from __future__ import annotations

from pathlib import Path

from tests.guests.hosting import Guests
from tests.guests.wasi.files import everything, reaching


async def test_a_guest_starts_from_the_folders_that_its_rights_lead_into(guests: Guests, here: Path):
    for name in ("in", "out", "one", "deep/er"):
        (here / name).mkdir(parents=True)
    (here / "one" / "file").touch()
    read = [f"{here}/in/**/*.xml", f"{here}/in/a/*", f"{here}/one/file", f"{here}/missing/too/*", f"{here}/deep/*/f"]
    async with reaching(guests, read=read, write=[f"{here}/out/new-[ab]"]) as files:
        assert sorted(files.folders) == [f"{here}/{name}" for name in ("deep", "in", "one", "out")]


async def test_a_folder_that_is_not_there_yet_is_made_in_the_one_above(guests: Guests, here: Path):
    async with reaching(guests, write=[f"{here}/out/**"]) as files:
        assert list(files.folders) == [str(here)]
        await files.mkdir("out")
        await files.open("out/f", "create", "write")
    assert (here / "out" / "f").exists()


async def test_a_host_names_folders_as_it_likes(guests: Guests, here: Path):
    (here / "in").mkdir()
    (here / "in" / "f").write_bytes(b"hello")
    (here / "other").mkdir()
    read = [f"{here}/in/**", f"{here}/other/*"]
    async with reaching(guests, directories={"/data": here / "in", "data": here / "in"}, read=read) as files:
        assert list(files.folders) == ["/data", "data", f"{here}/other"]
        assert await files.contents("f", at=files.folders["data"]) == b"hello"


async def test_a_named_folder_covers_what_lies_in_it(guests: Guests, here: Path):
    (here / "a" / "b").mkdir(parents=True)
    async with reaching(guests, directories={"/": here}, read=[f"{here}/a/b/**"]) as files:
        assert list(files.folders) == ["/"]
        assert await files.entries(await files.open("a/b")) == {}


async def test_without_rights_and_names_there_are_no_folders(guests: Guests):
    async with reaching(guests) as files:
        assert files.folders == {}


async def test_a_named_folder_that_is_not_there_is_not_given(guests: Guests, here: Path):
    async with reaching(guests, directories={"/data": here / "missing"}, read=[f"{here}/**"]) as files:
        assert list(files.folders) == [str(here)]


async def test_every_answer_has_folders_of_its_own(guests: Guests, here: Path):
    async with reaching(guests, **everything(here)) as files:
        [(again, _)] = await files.call("preopens-get-directories")
        [first] = files.folders.values()
        assert again != first
        await files.drop(first)
        assert await files.entries(again) == {}
