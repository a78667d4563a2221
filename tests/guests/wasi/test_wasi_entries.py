"""Promise: metadata, folders, names and links are what wasi:filesystem says, with the errors that POSIX has."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

import pytest

from tests.guests.hosting import Guests
from tests.guests.wasi.files import NO_CHANGE, NOW, at, everything, reaching, refused

SECOND: Final = 10**9


pytestmark = pytest.mark.usefixtures("resolver")


# ---------------------------------------------------------------- metadata


async def test_metadata_are_those_of_the_file(guests: Guests, here: Path):
    (here / "f").write_bytes(b"hello")
    os.link(here / "f", here / "g")
    os.utime(here / "f", ns=(1 * SECOND + 2, 3 * SECOND + 4))
    os.symlink("f", here / "link")
    os.mkfifo(here / "fifo")
    async with reaching(guests, **everything(here)) as files:
        file = await files.open("f", "write")
        for found in (await files.on(file, "stat"), await files.stat("f"), await files.stat("link")):
            assert (found.type, found.link_count, found.size) == ("regular-file", 2, 5)
            accessed, modified, changed = (
                found.data_access_timestamp,
                found.data_modification_timestamp,
                found.status_change_timestamp,
            )
            assert (accessed.seconds, accessed.nanoseconds) == (1, 2)
            assert (modified.seconds, modified.nanoseconds) == (3, 4)
            assert changed.seconds * SECOND + changed.nanoseconds == (here / "f").stat().st_ctime_ns
        assert (await files.stat("link", follow=False)).type == "symbolic-link"
        assert (await files.stat(".")).type == "directory"
        assert (await files.stat("fifo")).type == "fifo"
        assert await refused(files.stat("nothing")) == "no-entry"


async def test_times_before_1970_are_not_told(guests: Guests, here: Path):
    (here / "f").touch()
    os.utime(here / "f", ns=(-SECOND, 0))
    async with reaching(guests, **everything(here)) as files:
        found = await files.stat("f")
        assert found.data_access_timestamp is None
        assert found.data_modification_timestamp is not None


async def test_times_are_set_as_they_are_given(guests: Guests, here: Path):
    (here / "f").touch()
    os.utime(here / "f", ns=(1, 2))
    async with reaching(guests, **everything(here)) as files:
        file = await files.open("f", "read")
        await files.on(file, "set-times", at(5, 6), NO_CHANGE)
        assert ((here / "f").stat().st_atime_ns, (here / "f").stat().st_mtime_ns) == (5 * SECOND + 6, 2)
        await files.set_times("f", NO_CHANGE, at(7))
        assert ((here / "f").stat().st_atime_ns, (here / "f").stat().st_mtime_ns) == (5 * SECOND + 6, 7 * SECOND)
        await files.set_times(".", at(8), at(9))
        assert os.stat(here).st_mtime_ns == 9 * SECOND


async def test_now_is_the_time_of_the_hosts_clock(guests: Guests, here: Path):
    class Tomorrow:
        def monotonic(self) -> float:
            return 100.0

        def wall(self) -> float:
            return 2_000_000_000.25

    (here / "f").touch()
    async with reaching(guests, clock=Tomorrow(), **everything(here)) as files:
        await files.set_times("f", NO_CHANGE, NOW)
    assert (here / "f").stat().st_mtime_ns == 2_000_000_000 * SECOND + SECOND // 4


async def test_timestamps_that_there_are_not_are_refused(guests: Guests, here: Path):
    (here / "f").touch()
    os.utime(here / "f", ns=(1, 2))
    async with reaching(guests, **everything(here)) as files:
        file = await files.open("f", "read")
        assert await refused(files.on(file, "set-times", at(5, SECOND), NOW)) == "invalid"
        assert await refused(files.set_times("f", NOW, at(2**64 - 1))) == "overflow"
    assert ((here / "f").stat().st_atime_ns, (here / "f").stat().st_mtime_ns) == (1, 2)


async def test_times_of_a_link_are_its_own_unless_it_is_followed(guests: Guests, here: Path):
    (here / "f").touch()
    (here / "link").symlink_to("f")
    (here / "d").mkdir()
    (here / "to-d").symlink_to("d")
    async with reaching(guests, **everything(here)) as files:
        await files.set_times("link", at(1), at(1), follow=False)
        await files.set_times("link", at(2), at(2))
        await files.set_times("to-d", at(3), at(3), follow=False)
        await files.set_times("to-d/", at(4), at(4), follow=False)
    seconds = [int(os.stat(here / name, follow_symlinks=False).st_mtime) for name in ("link", "f", "to-d", "d")]
    assert seconds == [1, 2, 3, 4]


async def test_hashes_tell_files_apart_and_nothing_else(guests: Guests, here: Path):
    (here / "f").touch()
    (here / "other").touch()
    os.link(here / "f", here / "g")
    (here / "link").symlink_to("f")
    async with reaching(guests, **everything(here)) as files:
        base = next(iter(files.folders.values()))

        async def hash_of(path: str, *flags: str) -> tuple[int, int]:
            found = await files.on(base, "metadata-hash-at", list(flags), path)
            return found.lower, found.upper

        same = await hash_of("f")
        opened = await files.on(await files.open("g", "read"), "metadata-hash")
        assert (opened.lower, opened.upper) == same == await hash_of("link", "symlink-follow")
        assert len({same, await hash_of("other"), await hash_of("link"), await hash_of(".")}) == 4
        assert str((here / "f").stat().st_ino) not in str(same)


async def test_the_same_object_is_the_same_file_under_any_name(guests: Guests, here: Path):
    (here / "f").touch()
    (here / "other").touch()
    os.link(here / "f", here / "g")
    async with reaching(guests, **everything(here)) as files:
        one, two, other = [await files.open(name, "read") for name in ("f", "g", "other")]
        base, again = next(iter(files.folders.values())), await files.open(".")
        assert await files.on(one, "is-same-object", two) is True
        assert await files.on(one, "is-same-object", one) is True
        assert await files.on(one, "is-same-object", other) is False
        assert await files.on(base, "is-same-object", again) is True


# ---------------------------------------------------------------- entries


async def test_a_folder_is_listed_without_its_dots(guests: Guests, here: Path):
    (here / "d").mkdir()
    (here / "f").touch()
    (here / "link").symlink_to("f")
    (here / "lost").symlink_to("nowhere")
    (here / "näme with space").touch()
    os.mkfifo(here / "fifo")
    async with reaching(guests, **everything(here)) as files:
        assert await files.entries() == {
            "d": "directory",
            "f": "regular-file",
            "link": "symbolic-link",
            "lost": "symbolic-link",
            "näme with space": "regular-file",
            "fifo": "fifo",
        }
        assert await files.entries(await files.open("d")) == {}


async def test_an_ended_listing_stays_at_its_end(guests: Guests, here: Path):
    async with reaching(guests, **everything(here)) as files:
        stream = await files.on(await files.open("."), "read-directory")
        assert [await files.next_entry(stream) for _ in range(3)] == [None] * 3
        (here / "late").touch()
        assert await files.next_entry(stream) is None
        assert await files.entries() == {"late": "regular-file"}


async def test_two_listings_of_one_descriptor_do_not_disturb_each_other(guests: Guests, here: Path):
    for name in "abc":
        (here / name).touch()
    async with reaching(guests, **everything(here)) as files:
        folder = await files.open(".")
        one, two = [await files.on(folder, "read-directory") for _ in range(2)]
        await files.drop(folder)
        names = [[(await files.next_entry(each)).name for each in (one, two)] for _ in "abc"]
        assert sorted(first for first, _ in names) == sorted(second for _, second in names) == ["a", "b", "c"]


async def test_folders_are_made_and_removed(guests: Guests, here: Path):
    (here / "f").touch()
    async with reaching(guests, **everything(here)) as files:
        await files.mkdir("d")
        await files.mkdir("d/e")
        assert stat.S_IMODE((here / "d").stat().st_mode) & 0o700 == 0o700
        assert await refused(files.mkdir("d")) == "exist"
        assert await refused(files.mkdir("f")) == "exist"
        assert await refused(files.mkdir(".")) == "exist"
        assert await refused(files.mkdir("d/..")) == "exist"
        assert await refused(files.mkdir("nothing/d")) == "no-entry"
        assert await refused(files.rmdir("d")) == "not-empty"
        assert await refused(files.rmdir("f")) == "not-directory"
        assert await refused(files.rmdir("nothing")) == "no-entry"
        assert await refused(files.rmdir("d/.")) == "invalid"
        assert await refused(files.rmdir("d/e/..")) == "not-empty"
        await files.rmdir("d/e")
        await files.rmdir("d")
    assert os.listdir(here) == ["f"]


async def test_names_are_unlinked_and_folders_are_not(guests: Guests, here: Path):
    (here / "f").touch()
    (here / "d").mkdir()
    (here / "link").symlink_to("d")
    os.mkfifo(here / "fifo")
    async with reaching(guests, **everything(here)) as files:
        for name in ("f", "link", "fifo"):
            await files.unlink(name)
        assert await refused(files.unlink("f")) == "no-entry"
        assert await refused(files.unlink("d")) == "is-directory"
        assert await refused(files.unlink("d/")) == "is-directory"
        assert await refused(files.unlink(".")) == "is-directory"
    assert os.listdir(here) == ["d"]


async def test_an_unlinked_file_lives_as_long_as_it_is_open(guests: Guests, here: Path):
    async with reaching(guests, **everything(here)) as files:
        file = await files.open("f", "create", "read", "write")
        await files.unlink("f")
        await files.write(file, b"hello")
        assert await files.read(file) == b"hello"
        assert (await files.on(file, "stat")).link_count == 0


async def test_a_rename_moves_and_replaces_as_posix_has_it(guests: Guests, here: Path):
    for name in ("d", "e", "full"):
        (here / name).mkdir()
    (here / "full" / "x").touch()
    (here / "f").write_bytes(b"f")
    (here / "g").write_bytes(b"g")
    async with reaching(guests, **everything(here)) as files:
        folder = await files.open("d")
        await files.rename("f", "f")
        await files.rename("f", "g")
        await files.rename("g", "h", to=folder)
        await files.rename("d", "e")
        assert await refused(files.rename("nothing", "x")) == "no-entry"
        assert await refused(files.rename("e", "full")) == "not-empty"
        assert await refused(files.rename("e", "e/below")) == "invalid"
        assert await refused(files.rename("e/h", "full")) == "is-directory"
        assert await refused(files.rename("full", "e/h")) == "not-directory"
        assert await refused(files.rename(".", "x")) == "busy"
        assert await refused(files.rename("e", "full/..")) == "busy"
    assert (here / "e" / "h").read_bytes() == b"f"
    assert sorted(os.listdir(here)) == ["e", "full"]


async def test_a_rename_of_a_link_moves_the_link(guests: Guests, here: Path):
    (here / "f").touch()
    (here / "link").symlink_to("f")
    async with reaching(guests, **everything(here)) as files:
        await files.rename("link", "moved")
    assert os.readlink(here / "moved") == "f"
    assert (here / "f").exists()


async def test_a_hard_link_is_another_name_for_the_file(guests: Guests, here: Path):
    (here / "d").mkdir()
    (here / "f").write_bytes(b"hello")
    (here / "link").symlink_to("f")
    async with reaching(guests, **everything(here)) as files:
        await files.link("f", "g", to=await files.open("d"))
        await files.link("link", "also-a-link")
        assert await refused(files.link("f", "d/g")) == "exist"
        assert await refused(files.link("nothing", "x")) == "no-entry"
        assert await refused(files.link("d", "x")) == "not-permitted"
        assert await refused(files.link(".", "x")) == "not-permitted"
        assert await refused(files.link("f", ".")) == "exist"
        base = next(iter(files.folders.values()))
        assert await refused(files.on(base, "link-at", ["symlink-follow"], "f", base, "x")) == "invalid"
    assert (here / "f").samefile(here / "d" / "g")
    assert os.readlink(here / "also-a-link") == "f"


async def test_a_symbolic_link_is_what_it_was_made(guests: Guests, here: Path):
    (here / "f").touch()
    (here / "d").mkdir()
    async with reaching(guests, **everything(here)) as files:
        for target, path in (("f", "one"), ("nowhere", "two"), ("../f", "d/three"), ("d/./../f", "four")):
            await files.symlink(target, path)
            assert await files.readlink(path) == os.readlink(here / path) == target
        assert await refused(files.symlink("f", "one")) == "exist"
        assert await refused(files.symlink("f", ".")) == "exist"
        assert await refused(files.symlink("f", "f/")) == "not-directory"
        assert await refused(files.symlink("", "new")) == "no-entry"
        assert await refused(files.symlink("a\0b", "new")) == "invalid"
        assert await refused(files.symlink("x" * 5000, "new")) == "name-too-long"
        assert await refused(files.symlink("f", "nothing/new")) == "no-entry"
        assert await refused(files.readlink("f")) == "invalid"
        assert await refused(files.readlink("nothing")) == "no-entry"
        assert await refused(files.readlink("d")) == "invalid"
