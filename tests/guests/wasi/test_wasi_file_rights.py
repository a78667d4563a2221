"""Promise: what a guest does with a file is decided on that file, each time, and recorded; no move widens that."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from airssys.errors import ComponentStopped, GuestTrapped
from tests.guests.hosting import Guests, until
from tests.guests.wasi.files import NOW, Files, all_refused, at, everything, reaching, refused
from tests.policies import members


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """Folders `in`, to read, and `out`, to write, each with a file."""
    folder = tmp_path.resolve() / "here"
    for name in ("in", "out"):
        (folder / name).mkdir(parents=True)
        (folder / name / "f").write_bytes(name.encode())
    return folder


def in_and_out(here: Path) -> dict[str, Any]:
    """Rights, and the one folder that everything is reached through."""
    return {"read": [f"{here}/in/**"], "write": [f"{here}/out/**"], "directories": {"/": here}}


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


# ---------------------------------------------------------------- each right for itself


async def test_who_may_read_may_do_nothing_else(guests: Guests, here: Path):
    before = contents(here), (here / "in" / "f").stat().st_mtime_ns
    async with reaching(guests, **in_and_out(here)) as files:
        assert await files.contents("in/f") == b"in"
        assert await files.entries(await files.open("in")) == {"f": "regular-file"}
        file = await files.open("in/f", "read")
        await all_refused(
            "access",
            files.open("in/f", "write"),
            files.open("in/f", "read", "write"),
            files.open("in/f", "truncate"),
            files.open("in/f", "read", "truncate"),
            files.open("in/f", "create", "exclusive"),
            files.open("in/new", "create"),
            files.open("in/new", "create", "read"),
            files.open("in/new/", "create"),
            files.on(file, "set-size", 0),
            files.on(file, "set-times", NOW, NOW),
            files.set_times("in/f", NOW, NOW),
            files.set_times("in/f", NOW, NOW, follow=False),
            files.set_times("in", NOW, NOW),
            files.unlink("in/f"),
            files.unlink("in/nothing"),
            files.mkdir("in/d"),
            files.mkdir("in"),
            files.rmdir("in"),
            files.rmdir("in/nothing"),
            files.symlink("f", "in/link"),
            files.link("in/f", "out/g"),
            files.link("out/f", "in/g"),
            files.rename("in/f", "out/g"),
            files.rename("out/f", "in/f"),
            files.rename("in", "out/in"),
        )
    assert (contents(here), (here / "in" / "f").stat().st_mtime_ns) == before


async def test_who_may_write_may_not_look(guests: Guests, here: Path):
    (here / "out" / "link").symlink_to("f")
    async with reaching(guests, **in_and_out(here)) as files:
        base = next(iter(files.folders.values()))
        folder = await files.open("out")
        await all_refused(
            "access",
            files.open("out/f", "read"),
            files.open("out/f"),
            files.open("out/f", "read", "write"),
            files.open("out/new", "create", "read"),
            files.open("out/f", "create", "read"),
            files.stat("out/f"),
            files.stat("out/nothing"),
            files.stat("out"),
            files.on(base, "metadata-hash-at", [], "out/f"),
            files.readlink("out/link"),
            files.readlink("out/nothing"),
            files.entries(folder),
            files.on(folder, "stat"),
            files.on(folder, "metadata-hash"),
        )
        file = await files.open("out/f", "write", "truncate")
        await files.write(file, b"new")
        assert (await files.on(file, "stat")).size == 3
    assert contents(here / "out") == {"f": b"new", "link": b"new"}


async def test_who_may_write_may_make_move_and_remove(guests: Guests, here: Path):
    async with reaching(guests, **in_and_out(here)) as files:
        folder = await files.open("out", "directory", "mutate-directory")
        await files.mkdir("d", at=folder)
        await files.write(await files.open("d/new", "create", "exclusive", "write", at=folder), b"new")
        await files.rename("d/new", "moved", at=folder)
        await files.link("moved", "linked", at=folder)
        await files.symlink("moved", "link", at=folder)
        await files.set_times("out/moved", at(1), at(1))
        await files.unlink("f", at=folder)
        await files.rmdir("d", at=folder)
    assert contents(here / "out") == {"moved": b"new", "linked": b"new", "link": b"new"}
    assert (here / "out" / "moved").stat().st_mtime == 1


async def test_the_right_to_one_file_is_no_right_to_its_neighbours(guests: Guests, here: Path):
    for name in ("a.xml", "b.txt"):
        (here / "in" / name).write_bytes(name.encode())
    async with reaching(guests, read=[f"{here}/in/*.xml"], write=[f"{here}/in/b.txt"]) as files:
        assert await files.contents("a.xml") == b"a.xml"
        assert await refused(files.open("a.xml", "write")) == "access"
        assert await refused(files.open("b.txt", "read")) == "access"
        assert await files.open("b.txt", "write")
        assert await refused(files.stat("f")) == "access"
        assert await refused(files.stat("nothing")) == "access"
        assert await refused(files.stat("nothing.xml")) == "no-entry"


@pytest.mark.parametrize("name", ["/here", "/", "data"])
async def test_another_name_for_a_folder_is_no_other_right_to_it(guests: Guests, here: Path, name: str):
    async with reaching(guests, read=[f"{here}/in/*"], directories={name: here}) as files:
        assert list(files.folders) == [name]
        assert await files.contents("in/f") == b"in"
        await all_refused(
            "access",
            files.open("out/f", "read"),
            files.stat("out"),
            files.open("in/f", "write"),
            files.unlink("in/f"),
            files.entries(),
        )


async def test_a_named_folder_without_any_right_opens_nothing(guests: Guests, here: Path):
    async with reaching(guests, directories={"/data": here}) as files:
        await all_refused(
            "access",
            files.open("in/f", "read"),
            files.stat("."),
            files.entries(),
            files.mkdir("x"),
            files.open("in"),
        )


# ---------------------------------------------------------------- folders on the way


async def test_a_folder_on_the_way_can_be_passed_and_nothing_more(guests: Guests, here: Path):
    (here / "in" / "deep").mkdir()
    (here / "in" / "deep" / "f").write_bytes(b"deep")
    async with reaching(guests, read=[f"{here}/in/deep/*"], directories={"/": here}) as files:
        folder = await files.open("in")
        assert await files.on(folder, "get-type") == "directory"
        assert await files.on(folder, "get-flags") == set()
        assert await files.contents("deep/f", at=folder) == b"deep"
        await all_refused(
            "access",
            files.entries(folder),
            files.on(folder, "stat"),
            files.on(folder, "set-times", NOW, NOW),
            files.stat("."),
            files.stat("in"),
            files.stat(".", at=folder),
            files.stat("deep/..", at=folder),
            files.open("f", "read", at=folder),
        )


async def test_a_folder_that_leads_nowhere_cannot_be_opened(guests: Guests, here: Path):
    async with reaching(guests, read=[f"{here}/in/*.xml"], directories={"/": here}) as files:
        assert await files.open("in")
        assert await refused(files.open("out")) == "access"
        assert await refused(files.open("in/../out")) == "access"


async def test_a_link_is_passed_by_where_it_leads_not_by_where_it_is(guests: Guests, here: Path):
    (here / "in" / "to-out").symlink_to("../out")
    (here / "in" / "to-f").symlink_to("../out/f")
    (here / "out" / "to-in").symlink_to("../in")
    async with reaching(guests, **in_and_out(here)) as files:
        assert await files.contents("out/to-in/f") == b"in"
        await all_refused(
            "access",
            files.open("in/to-f", "read"),
            files.open("in/to-out/f", "read"),
            files.stat("in/to-f"),
            files.unlink("out/to-in/f"),
            files.open("out/to-in/f", "write"),
        )
        assert (await files.stat("in/to-f", follow=False)).type == "symbolic-link"
        assert await files.open("in/to-f", "write")
    assert contents(here / "in")["f"] == b"in"


async def test_a_link_does_not_tell_what_is_in_a_closed_folder(guests: Guests, here: Path):
    """The answer is the same whether there is something or not."""
    (here / "closed" / "d").mkdir(parents=True)
    (here / "closed" / "f").touch()
    async with reaching(guests, deny_rules=[f"* {here}/closed/**"], **everything(here)) as files:
        await files.symlink("closed", "door")
        for name in ("f", "d", "nothing"):
            await files.symlink(f"closed/{name}", f"to-{name}")
        ways = ("door/f", "door/nothing", "door/d/nothing", "door/f/x", "door/nothing/x", "to-f", "to-nothing")
        back = [f"{way}/../../in/f" for way in ("closed/d", "closed/nothing", "door/d", "door/nothing", "to-d")]
        for path in (*ways, *back):
            assert (path, await refused(files.stat(path))) == (path, "access")
            assert (path, await refused(files.open(path, "read"))) == (path, "access")


async def test_a_way_that_leads_through_a_closed_folder_is_closed_for_writing_all_the_same(guests: Guests, here: Path):
    """Whether there is a file tells nothing to whoever may only write there."""
    async with reaching(guests, write=[f"{here}/out/**"], deny_rules=[f"write {here}/out/closed/**"]) as files:
        (here / "out" / "closed").mkdir()
        (here / "out" / "closed" / "f").touch()
        for path in ("closed/f", "closed/nothing"):
            assert await refused(files.open(path, "write")) == "access"
            assert await refused(files.open(path, "create", "write")) == "access"
            assert await refused(files.unlink(path)) == "access"


# ---------------------------------------------------------------- moving


async def test_what_may_only_be_written_cannot_be_moved_to_where_it_may_be_read(guests: Guests, here: Path):
    rights: dict[str, Any] = {"read": [f"{here}/in/**"], "write": [f"{here}/**"], "directories": {"/": here}}
    async with reaching(guests, **rights) as files:
        assert await refused(files.rename("out/f", "in/moved")) == "access"
        assert await refused(files.link("out/f", "in/linked")) == "access"
        out, within = await files.open("out"), await files.open("in")
        assert await refused(files.rename("f", "moved", at=out, to=within)) == "access"
        assert await refused(files.link("f", "linked", at=out, to=within)) == "access"
        await files.rename("in/f", "out/g")  # the other way it opens nothing
    assert contents(here) == {"out/f": b"out", "out/g": b"in"}


async def test_a_closed_name_cannot_be_moved_to_an_open_one(guests: Guests, here: Path):
    (here / "in" / "secret.key").write_bytes(b"key")
    async with reaching(guests, deny_rules=["read /**/*.key"], **everything(here)) as files:
        assert await refused(files.open("in/secret.key", "read")) == "access"
        assert await refused(files.rename("in/secret.key", "in/plain")) == "access"
        assert await refused(files.link("in/secret.key", "in/plain")) == "access"
        assert await refused(files.open("in/plain", "read")) == "no-entry"
        await files.rename("in", "moved")  # what is closed in it is closed there, too
        assert await refused(files.open("moved/secret.key", "read")) == "access"


async def test_a_folder_is_not_moved_when_something_in_it_would_be_open_then(guests: Guests, here: Path):
    (here / "in" / "closed").mkdir()
    (here / "in" / "closed" / "f").write_bytes(b"secret")
    rules = [f"read {here}/in/closed/f"]
    async with reaching(guests, deny_rules=rules, **everything(here)) as files:
        assert await refused(files.rename("in", "moved")) == "access"
        assert await refused(files.rename("in/closed", "in/opened")) == "access"
        assert await refused(files.open("in/closed/f", "read")) == "access"
    assert contents(here / "in")["closed/f"] == b"secret"


async def test_a_folder_whose_inside_is_only_written_is_not_moved_to_where_it_is_read(guests: Guests, here: Path):
    (here / "out" / "d").mkdir()
    (here / "out" / "d" / "f").write_bytes(b"secret")
    rights: dict[str, Any] = {"read": [f"{here}/in/**", f"{here}/out/d"], "write": [f"{here}/**"]}
    async with reaching(guests, **rights) as files:
        assert await refused(files.rename("out/d", "in/d")) == "access"
        await files.rename("out/d", "out/e")
    assert contents(here / "out")["e/f"] == b"secret"


async def test_a_file_is_not_put_in_the_place_of_one_that_may_not_be_written(guests: Guests, here: Path):
    (here / "in" / "kept").write_bytes(b"kept")
    async with reaching(guests, deny_rules=[f"write {here}/in/kept"], **everything(here)) as files:
        await all_refused(
            "access", files.rename("out/f", "in/kept"), files.rename("in/kept", "x"), files.link("in/kept", "x")
        )
    assert contents(here / "in") == {"f": b"in", "kept": b"kept"}


# ---------------------------------------------------------------- what is closed to everybody


async def test_keys_of_people_stay_closed_inside_of_an_open_folder(guests: Guests, here: Path):
    (here / ".ssh").mkdir()
    (here / ".ssh" / "id").write_bytes(b"key")
    (here / "link").symlink_to(".ssh")
    async with reaching(guests, **everything(here)) as files:
        await all_refused(
            "access",
            files.open(".ssh/id", "read"),
            files.open(".ssh/id", "write"),
            files.open("link/id", "read"),
            files.open(".ssh", "directory"),
            files.stat(".ssh"),
            files.open(".ssh/new", "create", "write"),
            files.unlink(".ssh/id"),
            files.rename(".ssh", "ssh"),
            files.rename(".ssh/id", "id"),
            files.link(".ssh/id", "id"),
            files.mkdir("in/.ssh"),
            files.set_times(".ssh/", NOW, NOW, follow=False),
        )
    assert contents(here / ".ssh") == {"id": b"key"}


async def test_the_hosts_own_folder_stays_closed_inside_of_an_open_folder(guests: Guests, here: Path):
    state = here / "state"
    async with reaching(guests, state=state, **everything(here)) as files:
        [database] = [name for name in os.listdir(state) if name.endswith(".db")]
        await all_refused(
            "access",
            files.open(f"state/{database}", "read"),
            files.open("state", "directory"),
            files.rename("state", "mine"),
            files.unlink(f"state/{database}"),
            files.open("state/new", "create", "write"),
        )
        assert await files.contents("in/f") == b"in"


# ---------------------------------------------------------------- rights that are taken back


async def test_a_right_that_is_taken_back_stops_a_stream_of_writes(guests: Guests, here: Path):
    """The guest writes on and on within one call."""
    size, times = 4096, 5_000
    async with reaching(guests, **in_and_out(here)) as files:
        file = await files.open("out/f", "write")
        stream = await files.on(file, "append-via-stream")
        writing = asyncio.create_task(files.call("write-many", stream, size, times))
        await until(lambda: (here / "out" / "f").stat().st_size > 20 * size)
        await files.withdraw()
        by_then = (here / "out" / "f").stat().st_size
        written = await writing
        assert written < times
        at_last = (here / "out" / "f").stat().st_size
        assert at_last == len(b"out") + written * size
        assert at_last - by_then <= size  # what was under way
        assert ("write", f"{here}/out/f") in files.decisions("denied")


async def test_a_right_that_is_taken_back_stops_a_stream_of_reads(guests: Guests, here: Path):
    os.truncate(here / "in" / "f", 1 << 40)  # longer than anybody reads in a test
    async with reaching(guests, **in_and_out(here)) as files:
        stream = await files.on(await files.open("in/f", "read"), "read-via-stream", 0)
        reading = asyncio.create_task(files.call("read-whole", stream, 4096))
        await asyncio.sleep(0)
        await files.withdraw()
        with pytest.raises(GuestTrapped):  # so it does when a read fails
            await reading
        assert ("read", f"{here}/in/f") in files.decisions("denied")


async def test_a_right_that_is_taken_back_stops_listings(guests: Guests, here: Path):
    names = here / "in" / "many"
    names.mkdir()
    for number in range(10_000):
        (names / str(number)).touch()
    async with reaching(guests, **in_and_out(here)) as files:
        folder = await files.open("in/many")
        listing = asyncio.create_task(files.call("list-whole", folder))
        await asyncio.sleep(0)
        await files.withdraw()
        with pytest.raises(GuestTrapped):
            await listing
        assert ("read", str(names)) in files.decisions("denied")


async def test_a_right_that_is_taken_back_stops_openings(guests: Guests, here: Path):
    async with reaching(guests, **in_and_out(here)) as files:
        base = next(iter(files.folders.values()))
        opening = asyncio.create_task(files.call("open-many", base, "in/f", 1_000_000, False))
        await until(lambda: ("read", f"{here}/in/f") in files.decisions("allowed"))
        await files.withdraw()
        opened = files.decisions("allowed").count(("read", f"{here}/in/f"))
        await until(lambda: ("read", f"{here}/in/f") in files.decisions("denied"))
        await files.component.stop(grace_seconds=0)
        with pytest.raises(ComponentStopped):
            await opening
        assert files.decisions("allowed").count(("read", f"{here}/in/f")) == opened


# ---------------------------------------------------------------- what is on record


async def test_an_opening_is_on_record_with_the_path_that_it_led_to(guests: Guests, here: Path):
    (here / "in" / "link").symlink_to("../in/./f")
    async with reaching(guests, read=[f"{here}/in/*"], write=[f"{here}/in/f"], directories={"/x": here}) as files:
        await files.open("in/link", "read", "write")
        assert files.decisions("allowed")[-2:] == [("read", f"{here}/in/f"), ("write", f"{here}/in/f")]
        assert files.decisions("denied") == []


async def test_what_was_denied_is_on_record_once_and_counted(guests: Guests, here: Path):
    async with reaching(guests, **in_and_out(here)) as files:
        for _ in range(5):
            assert await refused(files.open("in/f", "write")) == "access"
        assert await refused(files.open("out/f", "read")) == "access"
        assert files.decisions("denied") == [("write", f"{here}/in/f"), ("read", f"{here}/out/f")]
    [summary] = [record for record in members(files.sink) if record["event"] == "summary"]
    assert summary["count"] == 4


async def test_a_way_out_of_a_folder_is_on_record_as_it_was_written(guests: Guests, here: Path):
    async with reaching(guests, **in_and_out(here)) as files:
        assert await refused(files.open("../secret", "read")) == "not-permitted"
        assert await refused(files.open("/etc/hostname", "read")) == "not-permitted"
        assert ("read", f"{here.parent}/secret") in files.decisions("denied")
        assert ("read", "/etc/hostname") in files.decisions("denied")


async def test_everything_that_changes_something_is_on_record(guests: Guests, here: Path):
    async with reaching(guests, **everything(here)) as files:
        for what, path in (
            (files.mkdir("d"), "d"),
            (files.symlink("f", "link"), "link"),
            (files.link("in/f", "linked"), "linked"),
            (files.rename("linked", "moved"), "moved"),
            (files.set_times("moved", NOW, NOW), "moved"),
            (files.unlink("moved"), "moved"),
            (files.rmdir("d"), "d"),
            (files.open("new", "create", "write"), "new"),
        ):
            before = len(files.decisions("allowed"))
            await what
            assert ("write", f"{here}/{path}") in files.decisions("allowed")[before:]


# ---------------------------------------------------------------- folders that move meanwhile


async def test_an_open_folder_that_somebody_moved_to_a_closed_place_is_closed(guests: Guests, here: Path):
    (here / "in" / "d").mkdir()
    (here / "in" / "d" / "f").write_bytes(b"in")
    async with reaching(guests, read=[f"{here}/in/**"], write=[f"{here}/in/**"], directories={"/": here}) as files:
        folder = await files.open("in/d", "directory")
        (here / "in" / "d").rename(here / "out" / "d")
        await check_closed(files, folder)
        (here / "out" / "d").rename(here / "in" / "e")
        assert await files.contents("f", at=folder) == b"in"
        assert await files.entries(folder) == {"f": "regular-file"}
    assert contents(here / "in") == {"f": b"in", "e/f": b"in"}


async def check_closed(files: Files, folder: int) -> None:
    await all_refused(
        "access",
        files.open("f", "read", at=folder),
        files.open("f", "write", at=folder),
        files.open("new", "create", "write", at=folder),
        files.stat("f", at=folder),
        files.stat("nothing", at=folder),
        files.entries(folder),
        files.on(folder, "stat"),
        files.on(folder, "metadata-hash"),
        files.on(folder, "set-times", NOW, NOW),
        files.mkdir("new", at=folder),
        files.unlink("f", at=folder),
        files.rename("f", "g", at=folder),
        files.symlink("f", "link", at=folder),
    )


async def test_an_open_folder_that_was_removed_holds_nothing(guests: Guests, here: Path):
    (here / "in" / "d").mkdir()
    async with reaching(guests, **everything(here)) as files:
        folder = await files.open("in/d", "directory")
        await files.rmdir("in/d")
        await all_refused(
            "no-entry",
            files.open("f", "read", at=folder),
            files.open("f", "create", "write", at=folder),
            files.open(".", at=folder),
            files.stat("f", at=folder),
            files.entries(folder),
            files.mkdir("new", at=folder),
            files.on(folder, "set-times", NOW, NOW),
        )
        (here / "in" / "d").mkdir()  # another one
        assert await refused(files.mkdir("new", at=folder)) == "no-entry"
    assert os.listdir(here / "in" / "d") == []
