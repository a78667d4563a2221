"""`docs/guides/wasi.md` says what is true: operations need what its table says, no less and no more."""

from __future__ import annotations

import re
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest

from airssys.errors import GuestReturnedError
from airssys.interfaces.wasi import shared_interfaces
from tests.guests.hosting import Guests
from tests.guests.wasi.files import NO_CHANGE, NOW, Files, reaching

Act: TypeAlias = Callable[[Files], Awaitable[Any]]

TEXT = (Path(__file__).parents[3] / "docs" / "guides" / "wasi.md").read_text("utf-8")
TABLE = dict(
    re.findall(r"^\| (.*?) \| (.*) \|$", TEXT.partition("| operation | needs |\n|---|---|\n")[2].split("\n\n")[0], re.M)
)
READ, WRITE, BOTH = {"read"}, {"write"}, {"read", "write"}


def opened(method: str, *args: Any, flag: str | None = None) -> Act:
    """Call a method of a file that was opened for `flag`, or for whatever the component may do."""

    async def act(files: Files) -> Any:
        if flag is not None:
            return await files.on(await files.open("f", flag), method, *args)
        try:
            file = await files.open("f", "read")
        except GuestReturnedError:
            file = await files.open("f", "write")
        return await files.on(file, method, *args)

    return act


def on_folder(method: str, *args: Any) -> Act:
    """Call a method of the preopened folder."""
    return lambda files: files.on(next(iter(files.folders.values())), method, *args)


async def same_object(files: Files) -> None:
    folder = next(iter(files.folders.values()))
    await files.on(folder, "is-same-object", folder)


async def list_folder(files: Files) -> None:
    await files.entries(await files.open("d", "directory"))


#: What to do for each row, with the rights that all of it takes. An empty set: any right to the file will do.
ACTS: Final[dict[str, list[tuple[set[str], Act]]]] = {
    "`open-at` to read, or with no flags at all": [
        (READ, lambda files: files.open("f", "read")),
        (READ, lambda files: files.open("f")),
    ],
    "`open-at` to write, or with `truncate`": [
        (WRITE, lambda files: files.open("f", "write")),
        (WRITE, lambda files: files.open("f", "truncate")),
        (BOTH, lambda files: files.open("f", "read", "write")),
        (BOTH, lambda files: files.open("f", "read", "truncate")),
    ],
    "`open-at` with `create` of a file that is not there": [
        (WRITE, lambda files: files.open("new", "create")),
        (WRITE, lambda files: files.open("new", "create", "write")),
        (BOTH, lambda files: files.open("new", "create", "read")),
    ],
    "`open-at` of a folder": [(set(), lambda files: files.open("d", "directory")), (READ, list_folder)],
    "`read`, `read-via-stream`": [
        (READ, opened("read", 1, 0, flag="read")),
        (READ, opened("read-via-stream", 0, flag="read")),
    ],
    "`write`, `write-via-stream`, `append-via-stream`, `set-size`": [
        (WRITE, opened("write", b"x", 0, flag="write")),
        (WRITE, opened("write-via-stream", 0, flag="write")),
        (WRITE, opened("append-via-stream", flag="write")),
        (WRITE, opened("set-size", 1, flag="write")),
    ],
    "`stat`, `metadata-hash`": [
        *((set(), opened(method)) for method in ("stat", "metadata-hash")),
        *((READ, on_folder(method)) for method in ("stat", "metadata-hash")),
    ],
    "`sync`, `sync-data`": [
        *((set(), opened(method)) for method in ("sync", "sync-data")),
        *((set(), on_folder(method)) for method in ("sync", "sync-data")),
    ],
    "`stat-at`, `metadata-hash-at`": [
        (READ, on_folder("stat-at", ["symlink-follow"], "f")),
        (READ, on_folder("metadata-hash-at", [], "f")),
    ],
    "`readlink-at`": [(READ, lambda files: files.readlink("l"))],
    "`read-directory`": [(READ, on_folder("read-directory"))],
    "`create-directory-at`, `remove-directory-at`, `unlink-file-at`": [
        (WRITE, lambda files: files.mkdir("new")),
        (WRITE, lambda files: files.rmdir("d")),
        (WRITE, lambda files: files.unlink("f")),
    ],
    "`set-times`, `set-times-at`": [
        (WRITE, opened("set-times", NOW, NO_CHANGE)),
        (WRITE, lambda files: files.set_times("f", NOW, NO_CHANGE)),
    ],
    "`symlink-at`": [(WRITE, lambda files: files.symlink("f", "new"))],
    "`rename-at`, `link-at`": [
        (WRITE, lambda files: files.rename("f", "new")),
        (WRITE, lambda files: files.link("f", "new")),
    ],
    "`get-type`, `get-flags`, `advise`, `is-same-object`": [
        *((set(), opened(method)) for method in ("get-type", "get-flags")),
        (set(), opened("advise", 0, 0, "normal")),
        (set(), same_object),
    ],
}


def test_every_row_is_tried():
    assert [*ACTS] == [*TABLE]


@pytest.mark.parametrize("row", ACTS)
def test_a_row_says_what_is_tried_here(row: str):
    for needed, _ in ACTS[row]:
        assert needed <= {*re.findall(r"\w+", TABLE[row])}


def test_every_method_of_a_descriptor_is_in_the_table():
    methods = {
        name.partition(".")[2]
        for name in shared_interfaces()["wasi:filesystem/types"].interface.functions
        if name.startswith("[method]descriptor.")
    }

    assert {name for row in TABLE for name in re.findall(r"`([a-z-]+)`", row)} - {"truncate", "create"} == methods


@pytest.fixture
def here(tmp_path: Path) -> Path:
    folder = tmp_path.resolve() / "here"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("given", [READ, WRITE, BOTH], ids=["read", "write", "both"])
async def test_an_operation_needs_what_the_table_says(guests: Guests, here: Path, given: set[str]):
    rights: dict[str, Any] = {action: [f"{here}/**"] for action in given}
    wrong: dict[str, str] = {}
    async with reaching(guests, **rights) as files:
        for row, acts in ACTS.items():
            for number, (needed, act) in enumerate(acts, 1):
                fill(here)
                became = await outcome(act(files))
                if became != ("done" if needed <= given else "access"):
                    wrong[f"{row} ({number})"] = became
    assert wrong == {}


def fill(here: Path) -> None:
    """As if nothing had been tried yet."""
    for entry in here.iterdir():
        shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
    (here / "f").write_bytes(b"text")
    (here / "d").mkdir()
    (here / "l").symlink_to("f")


async def outcome(call: Awaitable[Any]) -> str:
    try:
        await call
    except GuestReturnedError as error:
        return str(error.value)
    return "done"
