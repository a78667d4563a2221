"""Threat: poisoned cache. Machine code on disk that somebody else touched is never loaded, only compiled again.

Every test starts with two real guests in a cache and does what an attacker does. Then a worker has to be asked, and the
guest still adds; where an attack has many forms, the others only have to load nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from airssys.engine import CodeCache, Compiler, instantiate, link
from tests.guests import wat
from tests.guests.hosting import call, run

ADD = wat.text("add").encode()
#: A guest with the same export that does something else.
SUBTRACT = ADD.replace(b"(i32.add (local.get 0) (local.get 1))", b"(i32.sub (local.get 0) (local.get 1))")
KEY = "key"


class Victim:
    """A user with a cache; `compiled` lists the guests that a worker had to compile."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.compiled: list[str] = []

    def start(self, *sources: bytes) -> list[int]:
        """What a new process of this user gets for 5 and 3 from each guest."""
        self.compiled.clear()
        return [run(self._start(source)) for source in sources]

    async def _start(self, source: bytes) -> int:
        name = "add" if source is ADD else "subtract"
        compiler = Compiler(cache=CodeCache(self.folder))
        component = await compiler.compile(source, on_compile=lambda: self.compiled.append(name))
        instance = await instantiate(link(component), max_memory_bytes=65_536)
        try:
            answer: int = await call(instance, "add", 5, 3)
            return answer
        finally:
            instance.close()

    def files(self) -> list[Path]:
        """The machine code, the latest last."""
        code = [path for path in self.folder.iterdir() if path.name != KEY]
        return sorted(code, key=lambda path: path.stat().st_mtime_ns)

    def loads(self) -> list[bool]:
        """Of which files a new process of this user would load anything."""
        return [CodeCache(self.folder).load(path.name) is not None for path in self.files()]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with both guests in it."""
    victim = Victim(tmp_path_factory.mktemp("prepared") / "cache")
    assert victim.start(ADD, SUBTRACT) == [8, 2]
    assert victim.compiled == ["add", "subtract"]
    return victim.folder


@pytest.fixture
def victim(prepared: Path, tmp_path: Path) -> Victim:
    """A victim with a copy of the prepared cache, which works as it is."""
    folder = tmp_path / "cache"
    folder.mkdir(mode=0o700)
    for path in prepared.iterdir():
        copy = folder / path.name
        copy.write_bytes(path.read_bytes())
        copy.chmod(0o600)
        os.utime(copy, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    return Victim(folder)


def test_what_nobody_touched_is_loaded(victim: Victim):
    assert victim.start(ADD, SUBTRACT, ADD) == [8, 2, 8]
    assert victim.compiled == []


def test_files_and_folder_are_for_their_owner_only(victim: Victim):
    victim.start(ADD)
    assert victim.folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in victim.folder.iterdir()} == {0o600}


def flip(data: bytes, position: int) -> bytes:
    changed = bytearray(data)
    changed[position] ^= 1
    return bytes(changed)


CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "a bit of the tag": lambda data: flip(data, 0),
    "the last bit of the tag": lambda data: flip(data, 31),
    "a bit of the facts": lambda data: flip(data, 60),
    "a bit of the machine code": lambda data: flip(data, len(data) // 2),
    "the last bit": lambda data: flip(data, -1),
    "truncated by a byte": lambda data: data[:-1],
    "truncated to the tag": lambda data: data[:32],
    "truncated within the tag": lambda data: data[:7],
    "emptied": lambda _data: b"",
    "a byte more": lambda data: data + b"\0",
    "a tag of zeros": lambda data: bytes(32) + data[32:],
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_file_that_was_changed(victim: Victim, change: Callable[[bytes], bytes]):
    assert victim.loads() == [True, True]
    for path in victim.files():
        path.write_bytes(change(path.read_bytes()))
    assert victim.loads() == [False, False]
    assert victim.files() == []


def test_a_guest_whose_file_was_changed(victim: Victim):
    for path in victim.files():
        path.write_bytes(flip(path.read_bytes(), 5000))
    assert victim.start(ADD, SUBTRACT) == [8, 2]
    assert victim.compiled == ["add", "subtract"]
    assert victim.start(ADD, SUBTRACT) == [8, 2]  # what was compiled again is good
    assert victim.compiled == []


def test_files_that_were_swapped(victim: Victim):
    one, other = victim.files()
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)
    assert victim.start(ADD, SUBTRACT) == [8, 2]
    assert victim.compiled == ["add", "subtract"]


def test_a_file_under_the_name_of_another(victim: Victim):
    one, other = victim.files()
    one.unlink()
    one.symlink_to(other)
    assert victim.start(ADD, SUBTRACT) == [8, 2]
    assert victim.compiled == ["add"]
    assert not one.is_symlink()


def test_a_file_that_points_elsewhere_is_replaced_and_what_it_pointed_to_is_not_written(victim: Victim, tmp_path: Path):
    precious = tmp_path / "precious"
    precious.write_bytes(b"do not touch")
    one, _ = victim.files()
    one.unlink()
    one.symlink_to(precious)
    assert victim.start(ADD) == [8]
    assert (victim.compiled, precious.read_bytes()) == (["add"], b"do not touch")


def test_files_made_with_a_foreign_key(victim: Victim, tmp_path: Path):
    """The attacker's own cache holds working code of the other guest, under this guest's name."""
    attacker = CodeCache(tmp_path / "attacker")
    one, other = victim.files()
    attacker.store(one.name, other.read_bytes()[32:])
    one.write_bytes((attacker.folder / one.name).read_bytes())
    assert victim.start(ADD) == [8]
    assert victim.compiled == ["add"]


def test_a_key_that_was_replaced(victim: Victim):
    (victim.folder / KEY).write_bytes(bytes(32))
    assert victim.start(ADD) == [8]
    assert victim.compiled == ["add"]


@pytest.mark.parametrize("content", [b"", bytes(31), bytes(33)])
def test_a_key_that_is_damaged(victim: Victim, content: bytes):
    (victim.folder / KEY).write_bytes(content)
    assert victim.loads() == [False, False]
    cache = CodeCache(victim.folder)
    cache.store("new", b"code")
    assert cache.load("new") == b"code"  # there is a new key


def test_a_key_that_is_gone(victim: Victim):
    (victim.folder / KEY).unlink()
    assert victim.start(ADD) == [8]
    assert victim.compiled == ["add"]
    assert (victim.folder / KEY).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o666])
def test_a_key_that_others_may_read_or_write(victim: Victim, mode: int):
    (victim.folder / KEY).chmod(mode)
    assert victim.loads() == [False, False]


def test_a_key_that_is_a_link(victim: Victim, tmp_path: Path):
    elsewhere = tmp_path / "elsewhere"
    (victim.folder / KEY).rename(elsewhere)
    (victim.folder / KEY).symlink_to(elsewhere)
    assert victim.start(ADD) == [8]
    assert victim.compiled == ["add"]


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o707, 0o755])
def test_a_folder_that_others_could_write_to(victim: Victim, mode: int):
    """Who could write there has planted a file; and the folder is private afterwards."""
    one, other = victim.files()
    one.write_bytes(other.read_bytes())
    victim.folder.chmod(mode)
    assert CodeCache(victim.folder).load(one.name) is None
    assert victim.folder.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_is_a_link(victim: Victim, tmp_path: Path):
    """Even with good files and a good key behind it."""
    real = tmp_path / "real"
    victim.folder.rename(real)
    victim.folder.symlink_to(real)
    before = {path: path.stat().st_mtime_ns for path in real.iterdir()}
    assert victim.start(ADD) == [8]
    assert victim.compiled == ["add"]
    assert {path: path.stat().st_mtime_ns for path in real.iterdir()} == before


def test_a_folder_that_is_a_file(tmp_path: Path):
    victim = Victim(tmp_path / "cache")
    victim.folder.write_bytes(b"")
    assert victim.start(ADD) == [8]
    assert victim.compiled == ["add"]


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("what", ["folder", "key"])
def test_what_belongs_to_somebody_else(victim: Victim, what: str):
    path = victim.folder if what == "folder" else victim.folder / KEY
    os.chown(path, 12_345, 12_345)
    assert victim.loads() == [False, False]


def test_code_that_the_engine_does_not_take_is_compiled_again(victim: Victim):
    """Not an attack: the same home on another machine, whose code verifies but cannot run here."""
    cache = CodeCache(victim.folder)
    for path in victim.files():
        content = cache.load(path.name)
        assert content is not None
        cache.store(path.name, content.partition(b"\n")[0] + b"\nnot the machine code of this machine")
    assert victim.start(ADD) == [8]
    assert victim.compiled == ["add"]
    assert victim.start(ADD) == [8]
    assert victim.compiled == []
