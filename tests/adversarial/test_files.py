"""Threats to files: a guest that may read and write one folder wants what is outside of it, or to keep the host busy.

`here/open` is the guest's. `here/secret/f` is what it wants: nothing that it does may read, change or even find it.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import resource
import signal
import socket
import time
import tracemalloc
from collections.abc import Awaitable, Iterator
from pathlib import Path
from typing import Any

import pytest

from airssys.errors import DeadlineExceeded, GuestReturnedError
from airssys.interfaces.wasi._rights import DENIALS_PER_SECOND
from airssys.testing import FakeClock
from tests.clock import WallClock
from tests.contract.swapping import swapping
from tests.guests.hosting import Guests, until
from tests.guests.wasi.files import NOW, RESOLVERS, Files, all_refused, at, reaching, refused, start, without_openat2

SECRET = b"the secret"
#: How often a guest tries what an attacker outside helps it with.
TIMES = 10_000


@pytest.fixture(params=RESOLVERS)
def resolver(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "walking":
        without_openat2(monkeypatch)
    return str(request.param)


#: Attacks on the way in which paths are found.
ON_PATHS = pytest.mark.usefixtures("resolver")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Path]:
    """The two folders; afterwards the secret is what it was."""
    folder = tmp_path.resolve() / "here"
    (folder / "open" / "d" / "e").mkdir(parents=True)
    (folder / "open" / "f").write_bytes(b"open")
    (folder / "secret").mkdir()
    secret = folder / "secret" / "f"
    secret.write_bytes(SECRET)
    os.utime(secret, ns=(1, 1))
    os.utime(folder / "secret", ns=(1, 1))
    yield folder
    assert os.listdir(folder / "secret") == ["f"]
    assert secret.read_bytes() == SECRET
    assert (secret.stat().st_nlink, secret.stat().st_mtime_ns, secret.parent.stat().st_mtime_ns) == (1, 1, 1)


def opened(here: Path) -> dict[str, Any]:
    return {"read": [f"{here}/open/**"], "write": [f"{here}/open/**"]}


def tries(files: Files, path: str) -> Iterator[Awaitable[Any]]:
    """Everything that follows a path to its end."""
    base = next(iter(files.folders.values()))
    yield files.open(path, "read")
    yield files.open(path, "write")
    yield files.open(path, "write", "truncate")
    yield files.open(path, "create", "write")
    yield files.open(path, "directory")
    yield files.stat(path)
    yield files.on(base, "metadata-hash-at", ["symlink-follow"], path)
    yield files.set_times(path, NOW, NOW)


def touches(files: Files, path: str) -> Iterator[Awaitable[Any]]:
    """Everything that acts on the name at the end of a path."""
    yield files.open(path, "create", "exclusive", "write")
    yield files.set_times(path, NOW, NOW, follow=False)
    yield files.stat(path, follow=False)
    yield files.readlink(path)
    yield files.mkdir(path)
    yield files.rmdir(path)
    yield files.unlink(path)
    yield files.symlink("f", path)
    yield files.link(path, "stolen")
    yield files.link("f", path)
    yield files.rename(path, "stolen")
    yield files.rename("f", path)


# ---------------------------------------------------------------- ways out


@ON_PATHS
@pytest.mark.parametrize("path", ["../secret/f", "d/../../secret/f", "./.././secret/f", "d/e/../../../secret/f"])
async def test_dots_that_climb_out(guests: Guests, here: Path, path: str):
    async with reaching(guests, **opened(here)) as files:
        await all_refused("not-permitted", *tries(files, path), *touches(files, path))


@ON_PATHS
@pytest.mark.parametrize("path", ["..", "../", "d/../..", "../open", "../open/f"])
async def test_dots_that_climb_out_and_back(guests: Guests, here: Path, path: str):
    async with reaching(guests, **opened(here)) as files:
        await all_refused("not-permitted", *tries(files, path), *touches(files, path))


@ON_PATHS
async def test_absolute_paths(guests: Guests, here: Path):
    async with reaching(guests, **opened(here)) as files:
        for path in (f"{here}/secret/f", f"/{here}/secret/f", f"{here}/open/f", "/etc/hostname", "/"):
            await all_refused("not-permitted", *tries(files, path), *touches(files, path))


@ON_PATHS
@pytest.mark.parametrize("way", ["{here}/secret", "../secret", "d/../../secret", "../open/../secret"])
async def test_links_out_at_the_end_and_in_the_middle(guests: Guests, here: Path, way: str):
    (here / "open" / "to-folder").symlink_to(way.format(here=here))
    (here / "open" / "to-file").symlink_to(way.format(here=here) + "/f")
    (here / "open" / "to-new").symlink_to(way.format(here=here) + "/new")
    (here / "open" / "to-link").symlink_to("to-file")
    async with reaching(guests, **opened(here)) as files:
        for path in ("to-folder", "to-file", "to-link", "to-new"):
            await all_refused("not-permitted", *tries(files, path))
        for path in ("to-folder/f", "to-folder/new", "d/../to-folder/f"):
            await all_refused("not-permitted", *tries(files, path), *touches(files, path))


@ON_PATHS
async def test_a_slash_that_makes_the_system_follow_a_link_out(guests: Guests, here: Path):
    """With a slash behind it a link is followed, whatever the caller says."""
    (here / "open" / "link").symlink_to("../secret")
    async with reaching(guests, **opened(here)) as files:
        for path in ("link/", "link/.", "link//"):
            for call in (*tries(files, path), *touches(files, path)):
                answer = await answer_of(call)
                assert answer in ("not-permitted", "not-directory", "is-directory", "exist", "invalid", "no-entry")


@ON_PATHS
async def test_a_slash_that_makes_the_system_follow_a_link_into_a_closed_folder(guests: Guests, here: Path):
    (here / "open" / "link").symlink_to("../secret")
    rights: dict[str, Any] = {"read": [f"{here}/**"], "write": [f"{here}/**"]}
    async with reaching(guests, deny_rules=[f"* {here}/secret/**"], **rights) as files:
        assert await refused(files.set_times("open/link/", at(9), at(9), follow=False)) == "access"
        assert await refused(files.stat("open/link/", follow=False)) == "access"


async def test_a_link_of_the_guests_own_that_leads_out(guests: Guests, here: Path):
    """Other programs would follow it."""
    async with reaching(guests, **opened(here)) as files:
        for target in (f"{here}/secret/f", f"{here}/open/f", "../secret", "..", "d/../../secret", "/"):
            assert await refused(files.symlink(target, "link")) == "not-permitted"
        for target in ("../../secret", "../..", "../d/../../secret", "./.././../x"):
            assert await refused(files.symlink(target, "d/link")) == "not-permitted"


async def test_a_link_that_is_moved_to_where_it_leads_out(guests: Guests, here: Path):
    async with reaching(guests, **opened(here)) as files:
        await files.symlink("../f", "d/link")
        await all_refused("not-permitted", files.rename("d/link", "link"), files.link("d/link", "link"))
        await files.rename("d/link", "d/moved")
        await files.rename("d/moved", "d/e/moved")
    assert os.readlink(here / "open" / "d" / "e" / "moved") == "../f"


async def test_a_link_that_tells_where_things_are_on_the_machine(guests: Guests, here: Path):
    (here / "open" / "link").symlink_to(here / "secret")
    async with reaching(guests, **opened(here)) as files:
        assert await refused(files.readlink("link")) == "not-permitted"


@ON_PATHS
async def test_links_in_circles(guests: Guests, here: Path):
    (here / "open" / "self").symlink_to("self")
    (here / "open" / "deeper").symlink_to("deeper/deeper")
    async with reaching(guests, **opened(here)) as files:
        await files.symlink("two", "one")
        await files.symlink("one", "two")
        for path in ("self", "one", "two", "deeper", "self/f", "deeper/x"):
            await all_refused("loop", *tries(files, path))


@ON_PATHS
async def test_a_hard_link_to_what_is_outside(guests: Guests, here: Path):
    (here / "open" / "link").symlink_to("../secret/f")
    async with reaching(guests, **opened(here)) as files:
        assert await refused(files.link("../secret/f", "mine")) == "not-permitted"
        assert await refused(files.link(f"{here}/secret/f", "mine")) == "not-permitted"
        assert await refused(files.link("link", "mine")) == "not-permitted"  # nor a second name of the link
        assert await refused(files.open("mine", "read")) == "no-entry"


async def test_two_folders_that_have_different_rights(guests: Guests, here: Path):
    """What may be written here is moved or linked to where it may be read, from descriptor to descriptor."""
    rights: dict[str, Any] = {"read": [f"{here}/open/**"], "write": [f"{here}/open/**", f"{here}/secret/**"]}
    async with reaching(guests, **rights) as files:
        folder, secret = files.folders[f"{here}/open"], files.folders[f"{here}/secret"]
        await all_refused(
            "access",
            files.open("f", "read", at=secret),
            files.link("f", "mine", at=secret, to=folder),
            files.rename("f", "mine", at=secret, to=folder),
        )


# ---------------------------------------------------------------- folders that move


@ON_PATHS
async def test_a_folder_that_is_moved_while_it_is_open(guests: Guests, here: Path):
    async with reaching(guests, **opened(here)) as files:
        inner = await files.open("d/e", "directory")
        (here / "open" / "d" / "e").rename(here / "taken")
        (here / "taken" / "f").write_bytes(SECRET)
        for path in ("f", ".", "new"):
            await all_refused("access", files.open(path, "read", at=inner), files.stat(path, at=inner))
        await all_refused(
            "access", files.entries(inner), files.mkdir("x", at=inner), files.rename("f", "mine", at=inner, to=inner)
        )
        await all_refused("access", files.rename("f", "mine", at=inner, to=next(iter(files.folders.values()))))
        assert await refused(files.open("../secret/f", "read", at=inner)) == "not-permitted"
        assert os.listdir(here / "taken") == ["f"]


@ON_PATHS
async def test_a_first_folder_that_is_exchanged_for_a_link(guests: Guests, here: Path):
    async with reaching(guests, **opened(here)) as files:
        (here / "open").rename(here / "moved")
        (here / "open").symlink_to("secret")
        await all_refused("access", files.open("f", "read"), files.stat("f"), files.entries(), files.mkdir("x"))
        [(again, _)] = await files.call("preopens-get-directories")
        await all_refused(
            "access",
            files.open("f", "read", at=again),
            files.stat("f", at=again),
            files.entries(again),
            files.unlink("f", at=again),
        )


@ON_PATHS
async def test_a_folder_that_is_removed_and_made_again_as_a_link(guests: Guests, here: Path):
    async with reaching(guests, **opened(here)) as files:
        folder = await files.open("d/e", "directory")
        (here / "open" / "d" / "e").rmdir()
        (here / "open" / "d" / "e").symlink_to("../../secret")
        await all_refused(
            "no-entry",
            files.open("f", "read", at=folder),
            files.open("new", "create", "write", at=folder),
            files.entries(folder),
        )
        assert await refused(files.open("d/e/f", "read")) == "not-permitted"


async def test_a_name_that_looks_like_one_that_is_gone(guests: Guests, here: Path):
    """The kernel calls a file whose name is gone `name (deleted)`, and so does the guest."""
    async with reaching(guests, deny_rules=[f"read {here}/open/closed"], **opened(here)) as files:
        await files.write(await files.open("closed", "create", "write"), b"closed")
        await files.link("f", "f (deleted)")
        assert await files.contents("f (deleted)") == b"open"
        writer = await files.open("closed", "write")
        os.link(here / "open" / "closed", here / "elsewhere")
        await files.unlink("closed")
        await files.rename("f (deleted)", "closed (deleted)")
        assert await refused(files.on(writer, "set-times", at(9), at(9))) == "no-entry"


@ON_PATHS
@pytest.mark.parametrize("allowed", ["open", "all"])
async def test_a_folder_that_becomes_a_link_between_two_looks(guests: Guests, here: Path, allowed: str, resolver: str):
    """Another process exchanges a folder for a link to the secret, again and again, while the guest goes through it.

    The secret lies outside of what the guest starts from, or inside and is denied by a rule.
    """
    (here / "open" / "door").symlink_to("../secret")
    (here / "open" / "d" / "f").write_bytes(b"open")
    times = TIMES if resolver == "kernel" else TIMES // 5  # the other one finds as many in tests/contract
    where, path = (f"{here}/open/**", "d/f") if allowed == "open" else (f"{here}/**", "open/d/f")
    rights: dict[str, Any] = {"read": [where], "write": [where]}
    async with reaching(guests, deny_rules=[f"* {here}/secret/**"], clock=Impatient(), **rights) as files:
        base = next(iter(files.folders.values()))
        with swapping(here / "open" / "d", here / "open" / "door"):
            through = await files.call("open-many", base, path, times, False)
            read = [await answer_of(files.contents(path)) for _ in range(300)]
        assert 0 < through < times  # so it met both
        assert set(read) <= {b"open", "access", "not-permitted", "no-entry"}
        places = {place for _, place in files.decisions("allowed")}
        assert f"{here}/open/d/f" in places
        assert not [place for place in places if place.startswith(f"{here}/secret")]
        assert (("read", f"{here}/secret/f") in files.decisions("denied")) == (allowed == "all")


class Impatient(WallClock):
    """A clock that runs ahead with every look, so that nobody who is denied often has to wait."""

    def monotonic(self) -> float:
        self.now += 1.0
        return self.now


async def answer_of(call: Awaitable[Any]) -> Any:
    """The error that a call answers with, or its result."""
    try:
        return await call
    except GuestReturnedError as error:
        return error.value


@ON_PATHS
async def test_a_folder_that_becomes_a_link_while_something_is_made_in_it(guests: Guests, here: Path):
    (here / "open" / "door").symlink_to("../secret")
    async with reaching(guests, **opened(here)) as files:
        with swapping(here / "open" / "d", here / "open" / "door"):
            made = 0
            for number in range(300):
                for call in (files.open(f"d/{number}", "create", "write"), files.mkdir(f"d/{number}-d")):
                    try:
                        handle = await call
                    except GuestReturnedError:
                        continue
                    made += 1
                    if handle is not None:
                        await files.drop(handle)
        assert 0 < made < 600
    [folder] = [each for each in (here / "open" / "d", here / "open" / "door") if not each.is_symlink()]
    assert len([name for name in os.listdir(folder) if name != "e"]) == made


# ---------------------------------------------------------------- magic links and special files


@ON_PATHS
async def test_the_processes_of_the_machine(guests: Guests, here: Path):
    async with reaching(guests, read=["/proc/**"]) as files:
        assert await files.contents("version")
        mine = os.getpid()
        for path in (
            f"self/root{here}/secret/f",
            "self/root",
            "self/cwd",
            "self/exe",
            "self/fd/0",
            "self/environ",
            "self/mem",
            "thread-self/root/etc/hostname",
            f"{mine}/environ",
            f"{mine}/root",
            f"{mine}/task/{mine}/environ",
            "1/environ",
            "mounts",
            "net/unix",
            "kcore",
        ):
            assert await refused(files.open(path, "read")) in ("access", "not-permitted"), path
            assert await refused(files.stat(path)) in ("access", "not-permitted"), path


@ON_PATHS
async def test_files_that_wait_for_somebody(guests: Guests, here: Path):
    """Opening a FIFO waits for the other side, and that of the host's would wait for ever."""
    os.mkfifo(here / "open" / "fifo")
    (here / "open" / "link").symlink_to("fifo")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(here / "open" / "socket"))
        async with reaching(guests, **opened(here)) as files:
            for path in ("fifo", "link", "socket"):
                for flags in (("read",), ("write",), ("read", "write"), ("truncate", "write"), ("create", "write")):
                    assert await refused(files.open(path, *flags)) == "not-permitted"
                assert await refused(files.open(path, "directory")) == "not-directory"
            found = await files.entries()
            assert (found["fifo"], found["socket"]) == ("fifo", "socket")


async def test_devices(guests: Guests):
    async with reaching(guests, read=["/dev/**"], write=["/dev/**"]) as files:
        for name in ("null", "zero", "full", "random", "urandom", "tty", "ptmx"):
            assert await refused(files.open(name, "read")) in ("not-permitted", "no-entry")
            assert await refused(files.open(name, "write")) == "access"
        assert (await files.stat("zero")).type == "character-device"
        assert await refused(files.open("new", "create", "write")) == "access"


# ---------------------------------------------------------------- names


async def test_names_that_are_no_text(guests: Guests, here: Path):
    for raw in (b"\xff", b"a\xc0\xafb", b"\xed\xa0\x80"):
        (here / "open" / "d" / os.fsdecode(raw)).touch()
    (here / "open" / "d" / "plain").touch()
    async with reaching(guests, **opened(here)) as files:
        stream = await files.on(await files.open("d"), "read-directory")
        names: list[str] = []
        for _ in range(5):
            try:
                names.append((await files.next_entry(stream)).name)
            except GuestReturnedError as error:
                names.append(str(error.value))
        assert sorted(names) == ["e", *["illegal-byte-sequence"] * 3, "plain"]
        assert await files.next_entry(stream) is None
        for name in ("\\xff", "?", "a/b"):
            assert await refused(files.open(f"d/{name}", "read")) in ("access", "no-entry")


async def test_names_that_say_something_else_elsewhere(guests: Guests, here: Path):
    """Other programs read percent signs, backslashes and control characters differently, so no right covers them."""
    names = ["%2e%2e", "..%2fsecret", "..\\secret\\f", "a%00b", "a\nb", "a\x1b[2Jb", "\x7f", "C:\\f"]
    for name in names:
        (here / "open" / name).write_bytes(b"strange")
    async with reaching(guests, **opened(here)) as files:
        for name in names:
            await all_refused(
                "access",
                *tries(files, name),
                files.unlink(name),
                files.rename(name, "g"),
                files.rename("f", name),
                files.mkdir(f"d/{name}"),
                files.symlink("f", f"d/{name}"),
            )
        assert await refused(files.open("%2e%2e/secret/f", "read")) == "access"
    assert os.listdir(here / "open" / "d") == ["e"]


async def test_names_that_look_alike(guests: Guests, here: Path):
    """Composed and decomposed letters, capital letters and dots at the end are other names."""
    (here / "open" / "\u00e9").write_bytes(b"composed")
    async with reaching(guests, read=[f"{here}/open/\u00e9", f"{here}/open/f"]) as files:
        assert await files.contents("\u00e9") == b"composed"
        for name in ("e\u0301", "F", "f.", "f ", "f::$DATA"):
            assert await refused(files.open(name, "read")) == "access"


# ---------------------------------------------------------------- exhaustion


def descriptors() -> int:
    """How many this process has."""
    return len(os.listdir("/proc/self/fd"))


async def test_a_thousand_open_files(guests: Guests, here: Path):
    async with reaching(guests, **opened(here)) as files:
        before = descriptors()
        base = next(iter(files.folders.values()))
        assert await files.call("open-many", base, "f", 1000, True) == 255  # and the folder that it starts from
        assert (files.component.open_files, descriptors()) == (256, before + 255)
        for call in (
            files.open("f", "read"),
            files.open("d"),
            files.open("new", "create", "write"),
            files.on(base, "read-directory"),
        ):
            assert await refused(call) == "quota"
        assert (await files.stat("f")).size == 4
        await files.component.stop()
        assert (files.component.open_files, descriptors()) == (0, before - 1)
    assert not (here / "open" / "new").exists()


async def test_a_thousand_listings_of_one_folder(guests: Guests, here: Path):
    async with reaching(guests, **opened(here)) as files:
        before = descriptors()
        base = next(iter(files.folders.values()))
        listings = [await files.on(base, "read-directory") for _ in range(255)]
        for listing in listings:
            assert await files.next_entry(listing) is not None
        assert await refused(files.on(base, "read-directory")) == "quota"
        assert descriptors() <= before + 255
        for listing in listings:
            await files.call("drop-directory-entry-stream", listing)
        assert descriptors() == before
        assert sorted(await files.entries()) == ["d", "f"]


async def test_a_thousand_failing_openings(guests: Guests, here: Path):
    (here / "open" / "link").symlink_to("../secret")
    os.mkfifo(here / "open" / "fifo")
    async with reaching(guests, clock=Impatient(), **opened(here)) as files:
        before = descriptors()
        base = next(iter(files.folders.values()))
        for path in ("nothing", "f/x", "../secret/f", "link/f", "fifo", "d/nothing", "f/../nothing", "a\\b", ""):
            assert await files.call("open-many", base, path, 1000, True) == 0
        assert (files.component.open_files, descriptors()) == (1, before)


async def test_one_component_that_takes_all_descriptors_of_the_process(guests: Guests, here: Path):
    """Half of them are the host's, and a component that is stopped leaves its own to the others."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (600, hard))
    try:
        async with reaching(guests, **opened(here)) as files:
            greedy = files.component
            assert await files.call("open-many", files.folders[f"{here}/open"], "f", 1000, True) == 255
            other = await start(guests, files.host, name="other", **opened(here))
            [(base, _)] = await other.call("preopens-get-directories")
            assert await other.call("open-many", base, "f", 1000, True) == 300 - 256 - 1
            free = [os.open("/dev/null", os.O_RDONLY) for _ in range(200)]
            for each in free:
                os.close(each)
            await greedy.stop()
            assert await other.call("open-many", base, "f", 1000, True) == 256 - (300 - 256)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_a_host_that_allows_few_open_files(guests: Guests, here: Path):
    async with reaching(guests, max_descriptors=3, **opened(here)) as files:
        kept = [await files.open("f", "read"), await files.open("f", "read")]
        assert await refused(files.open("f", "read")) == "quota"
        await files.drop(kept.pop())
        assert await files.open("f", "read")


async def test_a_folder_with_more_names_than_anybody_wants_in_memory(guests: Guests, here: Path):
    many = here / "open" / "many"
    many.mkdir()
    for number in range(20_000):
        os.close(os.open(many / f"{number:0100}", os.O_CREAT))
    async with reaching(guests, **opened(here)) as files:
        folder = await files.open("many")
        tracemalloc.start()
        try:
            stream = await files.on(folder, "read-directory")
            for _ in range(600):
                await files.next_entry(stream)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < 500_000  # the names alone have two million bytes
        assert await files.call("list-whole", folder) == 20_000


async def test_a_file_that_is_larger_than_memory(guests: Guests, here: Path):
    os.truncate(here / "open" / "f", 1 << 40)
    async with reaching(guests, **opened(here)) as files:
        file = await files.open("f", "read")
        stream = await files.on(file, "read-via-stream", 0)
        tracemalloc.start()
        try:
            data, _ = await files.on(file, "read", 1 << 40, 0)
            more = await files.call("input-stream-read", stream, 1 << 40)
            skipped = await files.call("input-stream-skip", stream, 1 << 40)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert (len(data), len(more), skipped) == (65_536, 65_536, 65_536)
        assert peak < 8 << 20


@ON_PATHS
async def test_a_path_of_many_thousand_steps(guests: Guests, here: Path):
    async with reaching(guests, **opened(here)) as files:
        assert (await files.stat("./" * 2000 + "f")).size == 4
        assert (await files.stat("d/../" * 16 + "f")).size == 4
        assert await refused(files.stat("d/../" * 17 + "f")) == "name-too-long"
        assert await refused(files.stat("./" * 2000 + "../secret/f")) == "not-permitted"
        assert await refused(files.open("d/" * 2000, "read")) == "no-entry"
        assert await refused(files.open("a" * 1_000_000, "read")) == "name-too-long"


# ---------------------------------------------------------------- too much of it


async def test_a_flood_of_denials(guests: Guests, here: Path):
    """Each different one is a record: who is denied too often waits for each, whatever way it is denied."""
    clock = FakeClock()  # stands still, so that no room comes back
    waits = 20
    async with reaching(guests, clock=clock, **opened(here)) as files:
        for number in range(DENIALS_PER_SECOND):
            await refused(files.stat(f"../secret/{number}"))
        for denied, code in (("../x", "not-permitted"), ("../secret/x", "not-permitted"), ("/x", "not-permitted")):
            started = time.perf_counter()
            for number in range(waits):
                assert await refused(files.stat(f"{denied}{number}")) == code
            assert time.perf_counter() - started >= waits / DENIALS_PER_SECOND
        clock.jump(1.0)
        assert len(files.decisions("denied")) == DENIALS_PER_SECOND + 3 * waits


async def test_listings_of_guests_that_go_away(guests: Guests, here: Path):
    """A listing that a thread is inside of is not closed under its feet when its guest ends."""
    many = here / "open" / "many"
    many.mkdir()
    for number in range(3000):
        (many / f"a-name-of-some-length-{number}").touch()
    async with reaching(guests, **opened(here)) as files:
        before = descriptors()
        for attempt in range(60):
            folders = await files.call("preopens-get-directories")
            folder = await files.open("many", "read", at=folders[0][0])
            with pytest.raises(DeadlineExceeded):
                await files.component.call("list-whole", folder, timeout=0.001 + attempt % 7 / 2000)
        await until(lambda: descriptors() <= before)


async def test_what_is_in_a_closed_folder_cannot_be_found_out_by_going_through_it(guests: Guests, here: Path):
    """Whether a path arrives that goes into a folder and back would say whether there is such a folder."""
    (here / "secret-folder" / "inside").mkdir(parents=True)
    rights: dict[str, Any] = {"read": [f"{here}/open/**"], "directories": {"/": here}}
    async with reaching(guests, **rights) as files:
        assert (await files.stat("open/d/../f")).size == 4
        await all_refused(
            "access",
            files.stat("secret/../open/f"),
            files.stat("secret/f/../../open/f"),
            files.stat("secret/nothing/../../open/f"),
            files.stat("secret-folder/inside/../../open/f"),
            files.stat("secret-folder/nothing/../../open/f"),
            files.stat("secret/f/x"),
            files.stat("secret/nothing/x"),
        )


async def test_a_file_that_somebody_leased(guests: Guests, here: Path):
    """The system lets an opener wait until the lease is given back (fcntl(2), F_SETLEASE): the guest waits, and nobody
    else."""
    leased = os.open(here / "open" / "f", os.O_WRONLY)
    before = signal.signal(signal.SIGIO, signal.SIG_IGN)
    try:
        fcntl.fcntl(leased, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        async with reaching(guests, read=[f"{here}/open/**"]) as files:
            opening = asyncio.create_task(files.open("f", "read"))
            for _ in range(20):
                await asyncio.sleep(0.005)
            assert not opening.done()  # and the loop has turned all the time
            fcntl.fcntl(leased, fcntl.F_SETLEASE, fcntl.F_UNLCK)
            await opening
    finally:
        os.close(leased)
        signal.signal(signal.SIGIO, before)
