"""Remote controls that reach files: a guest with given rights to folders, and short verbs for what it does there.

    async with reaching(guests, read=[f"{here}/**"]) as files:
        file = await files.open("name", "read")
        assert await files.read(file) == b"text"
        assert await refused(files.write(file, b"more")) == "bad-descriptor"

Everything goes through the public surface: a host whose approver approves what the guest declares, and calls of the
guest's exports. A verb without `at` acts on the folder that the guest was given first.
"""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from airssys import Case, Choice, Component, Host, MemorySink, Policy, QuotaKind, Verdict, WasiSetup
from airssys.clock import Clock
from airssys.errors import GuestReturnedError
from airssys.interfaces.wasi import WalkingResolver
from tests.guests import wasi_remote
from tests.guests.hosting import MIB, Guests
from tests.policies import deny, members

#: The ways in which paths are found: the kernel's, and the one for kernels without `openat2`.
RESOLVERS: Final = ("kernel", "walking")
NO_CHANGE: Final = Case("no-change")
NOW: Final = Case("now")
CLOSED: Final = Case("closed")
_INTERFACES: Final = ("wasi:filesystem/preopens", "wasi:filesystem/types", "wasi:io/streams", "wasi:io/error")
_OPEN_FLAGS: Final = frozenset({"create", "directory", "exclusive", "truncate"})


def without_openat2(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every host find files as it does on an old kernel."""
    monkeypatch.setattr("airssys.interfaces.wasi._wasi.best_resolver", WalkingResolver)


def at(seconds: int, nanoseconds: int = 0) -> Case:
    """A `new-timestamp`."""
    return Case("timestamp", {"seconds": seconds, "nanoseconds": nanoseconds})


def everything(folder: Path) -> dict[str, Any]:
    """The rights to read and write all of a folder, for `reaching`."""
    return {"read": [f"{folder}/**"], "write": [f"{folder}/**"]}


async def refused(call: Awaitable[Any]) -> Any:
    """The error that a call of the guest answers with."""
    with pytest.raises(GuestReturnedError) as failed:
        await call
    return failed.value.value


async def all_refused(code: str, *calls: Awaitable[Any]) -> None:
    """Check that every one of some calls answers with this error."""
    answers: list[Any] = []
    for call in calls:
        try:
            answers.append(("result", await call))
        except GuestReturnedError as error:
            answers.append(error.value)
    others = {number: answer for number, answer in enumerate(answers, 1) if answer != code}
    assert not others, others


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """A started guest.

    Attributes:
        folders: its preopened folders, by name.
    """

    component: Component
    host: Host
    sink: MemorySink
    folders: Mapping[str, int]

    async def call(self, export: str, *args: Any) -> Any:
        """Call an export."""
        return await self.component.call(export, *args)

    async def on(self, descriptor: int, method: str, *args: Any) -> Any:
        """Call a method of a descriptor."""
        return await self.call(f"descriptor-{method}", descriptor, *args)

    # -- what is in files

    async def open(self, path: str, *flags: str, at: int | None = None, follow: bool = True) -> int:
        """Open a path; `flags` are those of the file and those of opening, as WASI calls them."""
        how = [flag for flag in flags if flag in _OPEN_FLAGS]
        what = [flag for flag in flags if flag not in _OPEN_FLAGS]
        return int(await self.on(self._base(at), "open-at", _path_flags(follow), path, how, what))

    async def read(self, file: int, length: int = 1000, offset: int = 0) -> bytes:
        """Bytes of an open file."""
        data, _ = await self.on(file, "read", length, offset)
        return bytes(data)

    async def write(self, file: int, data: bytes, offset: int = 0) -> int:
        """Write to an open file."""
        return int(await self.on(file, "write", data, offset))

    async def contents(self, path: str, at: int | None = None) -> bytes:
        """What is in a file that is opened for this."""
        file = await self.open(path, "read", at=at)
        data = await self.read(file)
        await self.drop(file)
        return data

    async def drop(self, descriptor: int) -> None:
        """Drop a descriptor."""
        await self.call("drop-descriptor", descriptor)

    # -- folders and their entries

    async def stat(self, path: str, *, at: int | None = None, follow: bool = True) -> Any:
        """`stat-at`."""
        return await self.on(self._base(at), "stat-at", _path_flags(follow), path)

    async def entries(self, folder: int | None = None) -> dict[str, str]:
        """The names in an open folder, with their types."""
        stream = await self.on(self._base(folder), "read-directory")
        found: dict[str, str] = {}
        while (entry := await self.next_entry(stream)) is not None:
            found[entry.name] = entry.type
        await self.call("drop-directory-entry-stream", stream)
        return found

    async def next_entry(self, stream: int) -> Any:
        """The next entry of a listing; None at its end."""
        return await self.call("directory-entry-stream-read-directory-entry", stream)

    async def mkdir(self, path: str, at: int | None = None) -> None:
        """`create-directory-at`."""
        await self.on(self._base(at), "create-directory-at", path)

    async def rmdir(self, path: str, at: int | None = None) -> None:
        """`remove-directory-at`."""
        await self.on(self._base(at), "remove-directory-at", path)

    async def unlink(self, path: str, at: int | None = None) -> None:
        """`unlink-file-at`."""
        await self.on(self._base(at), "unlink-file-at", path)

    async def rename(self, old: str, new: str, *, at: int | None = None, to: int | None = None) -> None:
        """`rename-at`; `to` is another folder for the new path."""
        await self.on(self._base(at), "rename-at", old, self._base(at if to is None else to), new)

    async def link(self, old: str, new: str, *, at: int | None = None, to: int | None = None) -> None:
        """`link-at`, without following."""
        await self.on(self._base(at), "link-at", [], old, self._base(at if to is None else to), new)

    async def symlink(self, target: str, path: str, at: int | None = None) -> None:
        """`symlink-at`."""
        await self.on(self._base(at), "symlink-at", target, path)

    async def readlink(self, path: str, at: int | None = None) -> str:
        """`readlink-at`."""
        return str(await self.on(self._base(at), "readlink-at", path))

    async def set_times(self, path: str, accessed: Case, modified: Case, *, follow: bool = True) -> None:
        """`set-times-at`."""
        await self.on(self._base(None), "set-times-at", _path_flags(follow), path, accessed, modified)

    def _base(self, at: int | None) -> int:
        return next(iter(self.folders.values())) if at is None else at

    # -- what the host knows

    @property
    def stored(self) -> int:
        """The bytes that its storage quota has been charged."""
        return self.component.status.quotas[QuotaKind.STORAGE].used

    def decisions(self, outcome: str) -> list[tuple[str, str]]:
        """The actions and paths of decisions on record: `allowed` or `denied`."""
        return [
            (record["request"]["action"], record["request"]["resource"])
            for record in members(self.sink)
            if record["event"] == "decision" and record["decision"] == outcome
        ]

    async def withdraw(self) -> None:
        """Take every right away."""
        await self.host.approvals.withdraw(1, by="maria")


@asynccontextmanager
async def reaching(
    guests: Guests,
    *,
    read: Sequence[str] = (),
    write: Sequence[str] = (),
    deny_rules: Sequence[str] = (),
    directories: Mapping[str, Path] | None = None,
    storage: int | None = None,
    state: Path | None = None,
    clock: Clock | None = None,
    **settings: Any,
) -> AsyncIterator[Files]:
    """A host, and in it a guest with these rights.

    Args:
        read, write: patterns of its `[capabilities]`.
        deny_rules: of the policy, as in `write /srv/secret`.
        directories: of its `WasiSetup`.
        storage: bytes of its quota.
        state: the host's folder.
        clock: the host's.
        settings: of the host.
    """
    policy = Policy(rules=(*Policy().rules, *(deny(f"filesystem {rule}") for rule in deny_rules)))
    sink = MemorySink(kept=100_000)
    authority = {"approver": _approve, "audit": sink, "policy": policy, "state": state, "clock": clock}
    async with guests.host(authority=authority, **settings) as host:
        component = await start(guests, host, read=read, write=write, directories=directories, storage=storage)
        folders = {name: folder for folder, name in await component.call("preopens-get-directories")}
        yield Files(component=component, host=host, sink=sink, folders=folders)


async def start(
    guests: Guests,
    host: Host,
    *,
    read: Sequence[str] = (),
    write: Sequence[str] = (),
    directories: Mapping[str, Path] | None = None,
    storage: int | None = None,
    name: str | None = None,
) -> Component:
    """A guest with these rights in an entered host."""
    asked = {"filesystem.read": list(read), "filesystem.write": list(write)}
    more = "\n".join(["[capabilities]", *(f"{key} = {patterns!r}" for key, patterns in asked.items() if patterns), ""])
    if storage is not None:
        more += f"[quotas]\nstorage = {storage}\n"
    project = guests.project("remote", text=_text(), max_bytes=16 * MIB, more=more, timeout_seconds=60)
    return await host.start(project, name=name, wasi=WasiSetup(directories=directories or {}))


@functools.cache
def _text() -> str:
    return wasi_remote.component(_INTERFACES)


def _path_flags(follow: bool) -> list[str]:
    return ["symlink-follow"] if follow else []


async def _approve(_request: Any) -> Verdict:
    return Verdict(choice=Choice.ALWAYS, by="maria")
