"""Promise: a path leads where POSIX says, is opened as the flags say, and fails with the error that POSIX has."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.guests.hosting import Guests
from tests.guests.wasi.files import NOW, Files, all_refused, everything, reaching, refused

pytestmark = pytest.mark.usefixtures("resolver")


# ---------------------------------------------------------------- opening


async def test_open_flags_make_cut_off_and_refuse_as_posix_has_it(guests: Guests, here: Path):
    async with reaching(guests, **everything(here)) as files:
        assert await refused(files.open("f", "read")) == "no-entry"
        assert await refused(files.open("f", "write", "truncate")) == "no-entry"
        assert await files.write(await files.open("f", "create", "exclusive", "write"), b"hello") == 5
        assert await refused(files.open("f", "create", "exclusive", "write")) == "exist"
        assert await files.read(await files.open("f", "create", "read")) == b"hello"
        assert await files.read(await files.open("f", "create", "read", "write", "truncate")) == b""
        await files.write(await files.open("f", "write"), b"again")
        assert await files.read(await files.open("f", "truncate", "write", "read")) == b""


async def test_the_flag_directory_goes_with_no_other(guests: Guests, here: Path):
    (here / "d").mkdir()
    (here / "f").touch()
    async with reaching(guests, **everything(here)) as files:
        assert await files.open("d", "directory", "read")
        assert await refused(files.open("f", "directory", "read")) == "not-directory"
        assert await refused(files.open("nothing", "directory")) == "no-entry"
        for other in ("create", "exclusive", "truncate"):
            assert await refused(files.open("d", "directory", other)) == "invalid"


async def test_folders_can_only_be_opened_to_look_into_them(guests: Guests, here: Path):
    (here / "d").mkdir()
    async with reaching(guests, **everything(here)) as files:
        for flags in (("write",), ("truncate",), ("create",), ("create", "write"), ("read", "write")):
            assert await refused(files.open("d", *flags)) == "is-directory"
        assert await refused(files.open("d", "create", "exclusive")) == "exist"
        assert await refused(files.open("d/", "create", "write")) == "is-directory"
        assert await refused(files.open("new/", "create", "write")) == "is-directory"
        assert await refused(files.open(".", "create")) == "is-directory"
        assert sorted(os.listdir(here)) == ["d"]


async def test_synchronised_reads_are_not_offered(guests: Guests, here: Path):
    (here / "f").touch()
    async with reaching(guests, **everything(here)) as files:
        assert await refused(files.open("f", "read", "requested-write-sync")) == "unsupported"


async def test_a_descriptor_knows_its_flags_and_its_type(guests: Guests, here: Path):
    (here / "d").mkdir()
    async with reaching(guests, **everything(here)) as files:
        file = await files.open("f", "create", "read", "write", "mutate-directory")
        folder = await files.open("d", "read", "mutate-directory")
        looked = await files.open("d")
        assert await files.on(file, "get-flags") == {"read", "write"}
        assert await files.on(folder, "get-flags") == {"read", "mutate-directory"}
        assert await files.on(looked, "get-flags") == {"read"}
        assert [await files.on(each, "get-type") for each in (file, folder)] == ["regular-file", "directory"]


async def test_links_are_followed_only_when_asked(guests: Guests, here: Path):
    (here / "f").write_bytes(b"hello")
    (here / "to-f").symlink_to("f")
    (here / "d").mkdir()
    (here / "to-d").symlink_to("d")
    (here / "d" / "back").symlink_to("../f")
    async with reaching(guests, **everything(here)) as files:
        assert await files.contents("to-f") == b"hello"
        assert await files.contents("to-d/back") == b"hello"
        assert await refused(files.open("to-f", "read", follow=False)) == "loop"
        assert await refused(files.open("to-d", "directory", follow=False)) == "loop"
        assert await files.open("to-d/", "directory", follow=False)


async def test_what_is_made_through_a_link_is_where_the_link_leads(guests: Guests, here: Path):
    (here / "d").mkdir()
    (here / "link").symlink_to("d/other")
    (here / "d" / "other").symlink_to("new")
    (here / "lost").symlink_to("nowhere/new")
    (here / "slash").symlink_to("new/")
    async with reaching(guests, **everything(here)) as files:
        file = await files.open("link", "create", "write")
        await files.write(file, b"hello")
        assert await refused(files.open("lost", "create", "write")) == "no-entry"
        assert await refused(files.open("slash", "create", "write")) == "is-directory"
    assert (here / "d" / "new").read_bytes() == b"hello"
    assert (here / "link").is_symlink()


async def test_an_exclusive_creation_takes_no_link_for_a_free_name(guests: Guests, here: Path):
    (here / "link").symlink_to("new")
    async with reaching(guests, **everything(here)) as files:
        assert await refused(files.open("link", "create", "exclusive", "write")) == "exist"
        assert await refused(files.open("link", "create", "write", follow=False)) == "loop"
    assert not (here / "new").exists()


async def test_a_link_that_is_no_text_makes_nothing(guests: Guests, here: Path):
    os.symlink(b"\xff", os.fsencode(here / "link"))
    async with reaching(guests, **everything(here)) as files:
        assert await refused(files.open("link", "create", "write")) == "illegal-byte-sequence"
        assert await refused(files.readlink("link")) == "illegal-byte-sequence"
        assert await refused(files.open("link", "read")) == "access"  # no pattern matches where it leads
    assert os.listdir(here) == ["link"]


async def test_more_links_than_the_kernel_follows_are_a_loop(guests: Guests, here: Path):
    (here / "f").touch()
    (here / "link-0").symlink_to("f")
    for number in range(1, 41):
        (here / f"link-{number}").symlink_to(f"link-{number - 1}")
    async with reaching(guests, **everything(here)) as files:
        assert await files.open("link-39", "read")
        assert await refused(files.open("link-40", "read")) == "loop"


# ---------------------------------------------------------------- paths


@pytest.mark.parametrize("path", ["d/f", "./d/f", "d//f", "d/./f", "d/../d/f", "d/e/../f", ".//d/f"])
async def test_a_path_may_be_written_in_many_ways(guests: Guests, here: Path, path: str):
    (here / "d" / "e").mkdir(parents=True)
    (here / "d" / "f").write_bytes(b"hello")
    async with reaching(guests, **everything(here)) as files:
        assert await files.contents(path) == b"hello"


#: Paths that no call takes, whatever it does there.
NO_PATHS = [("", "no-entry"), ("a\0b", "invalid"), ("a/" * 2047 + "ab", "name-too-long"), ("é" * 2048, "name-too-long")]


def with_path(files: Files, path: str) -> Iterator[Any]:
    """Every call that takes a path, with this one."""
    base = next(iter(files.folders.values()))
    yield files.open(path, "read")
    yield files.open(path, "create", "write")
    yield files.stat(path)
    yield files.on(base, "metadata-hash-at", [], path)
    yield files.set_times(path, NOW, NOW)
    yield files.set_times(path, NOW, NOW, follow=False)
    yield files.mkdir(path)
    yield files.rmdir(path)
    yield files.unlink(path)
    yield files.readlink(path)
    yield files.symlink("f", path)
    yield files.link(path, "new")
    yield files.link("f", path)
    yield files.rename(path, "new")
    yield files.rename("f", path)


@pytest.mark.parametrize(("path", "code"), NO_PATHS, ids=["empty", "nul", "long", "long-bytes"])
async def test_what_is_no_path_anywhere_is_refused_by_every_call(guests: Guests, here: Path, path: str, code: str):
    (here / "f").touch()
    async with reaching(guests, **everything(here)) as files:
        await all_refused(code, *with_path(files, path))
    assert os.listdir(here) == ["f"]


async def test_a_name_may_have_255_bytes(guests: Guests, here: Path):
    async with reaching(guests, **everything(here)) as files:
        assert await files.open("é" * 127 + "e", "create", "write")
        assert await refused(files.open("é" * 128, "create", "write")) == "name-too-long"
        assert await refused(files.mkdir("x" * 256)) == "name-too-long"
        assert await refused(files.stat("x" * 256)) == "name-too-long"


async def test_a_slash_at_the_end_asks_for_a_folder(guests: Guests, here: Path):
    (here / "f").touch()
    (here / "d").mkdir()
    async with reaching(guests, **everything(here)) as files:
        assert await files.open("d/", "read")
        assert (await files.stat("d//")).type == "directory"
        await all_refused(
            "not-directory",
            files.open("f/", "read"),
            files.stat("f/"),
            files.stat("f/", follow=False),
            files.stat("f/."),
            files.unlink("f/"),
            files.rename("f/", "g"),
            files.rename("f", "g/"),
            files.link("f/", "g"),
            files.set_times("f/", NOW, NOW),
            files.set_times("f/", NOW, NOW, follow=False),
        )
        await files.mkdir("e/")
        await files.rename("e/", "g/")
        await files.rmdir("g/")
    assert sorted(os.listdir(here)) == ["d", "f"]


async def test_a_file_is_no_folder_on_the_way(guests: Guests, here: Path):
    (here / "f").touch()
    async with reaching(guests, **everything(here)) as files:
        await all_refused("not-directory", *with_path(files, "f/x"))
        assert await refused(files.stat("f/..")) == "not-directory"


async def test_an_open_file_is_no_folder_to_start_from(guests: Guests, here: Path):
    (here / "f").touch()
    async with reaching(guests, **everything(here)) as files:
        file = await files.open("f", "read")
        await all_refused(
            "not-directory",
            files.open("x", "read", at=file),
            files.stat("x", at=file),
            files.mkdir("x", at=file),
            files.rename("x", "y", at=file),
            files.rename("f", "y", to=file),
            files.link("f", "y", to=file),
            files.on(file, "read-directory"),
        )
