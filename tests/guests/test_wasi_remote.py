"""Promise: a remote control passes calls of WASI on unchanged, with numbers for handles, and gives its memory back.

Two hosts prove it: the engine's own WASI, which is not ours, and interfaces of our WIT that are answered here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import wasmtime
from wasmtime import component as native

from airssys import HostInterface
from airssys.engine import Instance
from airssys.errors import GuestTrapped
from tests.guests import wasi_remote
from tests.guests.hosting import PAGE, Guests, call

# ---------------------------------------------------------------- the guest


@pytest.mark.parametrize("version", ["0.2.0", "0.2.6", "0.2.12"])
async def test_all_of_wasi_compiles_for_every_version(guests: Guests, version: str):
    compiled = await guests.compiled("remote", text=wasi_remote.component(version=version))
    names = {each.name.partition("@")[0] for each in wasi_remote.wasi()} - {"wasi:cli/run"}
    assert set(compiled.shape.imports) == {f"{name}@{version}" for name in names}
    assert {"descriptor-open-at", "monotonic-clock-now", "poll-poll", "drop-tcp-socket"} <= set(compiled.exports)


async def test_only_what_is_asked_for_can_be_called_and_only_types_come_with_it(guests: Guests):
    text = wasi_remote.component(["wasi:clocks/monotonic-clock"])
    compiled = await guests.compiled("remote", text=text)
    assert set(compiled.shape.imports) == {"wasi:io/poll@0.2.0", "wasi:clocks/monotonic-clock@0.2.0"}
    functions = ("now", "resolution", "subscribe-instant", "subscribe-duration")
    loops = ("now-many", "spin-calls")
    assert set(compiled.exports) == {f"monotonic-clock-{name}" for name in functions} | {"drop-pollable", *loops}


def test_an_interface_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="wasi:io/pol;"):
        wasi_remote.component(["wasi:io/pol"])


# ---------------------------------------------------------------- in the engine's own WASI

#: What it does not offer: three are not stable yet, the other is ours to refuse.
_NOT_NATIVE: Final = {"wasi:clocks/timezone", "wasi:sockets/network", "wasi:cli/exit", "wasi:cli/run"}

Calls = Callable[..., Any]


@pytest.fixture(scope="module")
def compiled() -> tuple[wasmtime.Engine, native.Component]:
    engine = wasmtime.Engine()
    names = [each.name.partition("@")[0] for each in wasi_remote.wasi()]
    text = wasi_remote.component([name for name in names if name not in _NOT_NATIVE], max_pages=1)
    return engine, native.Component(engine, text)


@pytest.fixture
def remote(compiled: tuple[wasmtime.Engine, native.Component], tmp_path: Path) -> Iterator[Calls]:
    """Calls an export of a guest that sees the test's folder as `/here`."""
    engine, component = compiled
    linker, store, config = native.Linker(engine), wasmtime.Store(engine), wasmtime.WasiConfig()
    linker.add_wasip2()
    config.preopen_dir(str(tmp_path), "/here")
    config.env = [["NAME", "value"]]
    store.set_wasi(config)
    instance = linker.instantiate(store, component)

    def call_export(name: str, *args: Any) -> Any:
        function = instance.get_func(store, name)
        assert function is not None, name
        result = function(store, *args)
        function.post_return(store)
        return result

    yield call_export
    store.close()


def test_a_file_is_reached_by_the_numbers_of_its_handles(remote: Calls, tmp_path: Path):
    [(folder, path)] = remote("preopens-get-directories")
    assert path == "/here"
    file = remote("descriptor-open-at", folder, set(), "näme", {"create"}, {"read", "write"})
    assert remote("descriptor-write", file, b"hello", 0) == 5
    assert remote("descriptor-read", file, 100, 1) == (b"ello", False)
    assert (tmp_path / "näme").read_bytes() == b"hello"
    assert remote("descriptor-stat", file).size == 5
    remote("descriptor-rename-at", folder, "näme", folder, "other")
    assert remote("descriptor-open-at", folder, set(), "näme", set(), {"read"}) == "no-entry"
    remote("drop-descriptor", file)
    with pytest.raises(wasmtime.WasmtimeError, match="unknown handle"):
        remote("descriptor-stat", file)


def test_records_and_variants_go_in_as_they_come_out(remote: Calls, tmp_path: Path):
    (tmp_path / "file").touch()
    [(folder, _)] = remote("preopens-get-directories")
    resolution = remote("wall-clock-resolution")
    times = native.Variant("timestamp", resolution), native.Variant("no-change")
    remote("descriptor-set-times-at", folder, set(), "file", *times)
    assert (tmp_path / "file").stat().st_atime_ns == resolution.seconds * 10**9 + resolution.nanoseconds
    assert remote("environment-get-environment") == [("NAME", "value")]


def test_loops_over_files_count_what_they_did(remote: Calls, tmp_path: Path):
    """What is read and listed is several times as large as the guest's memory."""
    [(folder, _)] = remote("preopens-get-directories")
    file = remote("descriptor-open-at", folder, set(), "file", {"create"}, {"read", "write"})
    for number in range(1000):
        (tmp_path / f"{number:0200}").touch()
    assert remote("write-many", remote("descriptor-write-via-stream", file, 0), 4096, 100) == 100
    assert (tmp_path / "file").read_bytes() == b"x" * 409_600
    assert remote("read-whole", remote("descriptor-read-via-stream", file, 1), 1000) == 409_599
    assert remote("list-whole", folder) == 1001
    assert [remote("open-many", folder, name, 20, True) for name in ("file", "nothing")] == [20, 0]
    next_handle = remote("descriptor-open-at", folder, set(), "file", set(), {"read"})
    assert remote("open-many", folder, "file", 20, False) == 20
    assert remote("descriptor-open-at", folder, set(), "file", set(), {"read"}) == next_handle + 1


def test_loops_over_clocks_and_polls_count_what_they_did(remote: Calls):
    pollable = remote("monotonic-clock-subscribe-duration", 0)
    remote("pollable-block", pollable)
    assert remote("poll-poll", [pollable, pollable]) == [0, 1]
    assert remote("poll-many", pollable, 1000) == list(range(1000))
    before = remote("monotonic-clock-now")
    assert before <= remote("now-many", 10) <= remote("monotonic-clock-now")
    assert remote("random-many", 0) == 0
    assert remote("random-many", 2) != remote("random-many", 2)


# ---------------------------------------------------------------- in the engine room

KIB: Final = 1024


def answered(name: str, *known: HostInterface, **answers: Callable[..., Any]) -> HostInterface:
    """An interface of our WIT in which everything without an answer here fails."""
    package, interface = re.fullmatch(r"wasi:(.*)/(.*)", name).groups()  # type: ignore[union-attr]
    text = wasi_remote.wit_text(package)
    [block] = re.findall(rf"^interface {interface} {{.*?^}}", text, re.MULTILINE | re.DOTALL)
    made = HostInterface(text.partition("\n")[0] + block, known=known)
    for function in made.interface.functions:
        python_name = re.split(r"[.\]]", function)[-1].replace("-", "_")
        made.add(function, answers.get(python_name, unanswered))
    return made


def unanswered(*_: Any) -> Any:
    raise NotImplementedError


class Closing:
    """A resource that knows whether it is closed."""

    closed = False

    def close(self) -> None:
        self.closed = True


async def test_a_handle_stands_for_the_same_object_until_it_is_dropped(guests: Guests):
    made: list[Closing] = []

    def subscribe(_when: int) -> Closing:
        made.append(Closing())
        return made[-1]

    poll = answered(
        "wasi:io/poll",
        poll=lambda pollables: [made.index(pollable) for pollable in pollables],
        ready=lambda pollable: pollable is made[1],
    )
    clock = answered("wasi:clocks/monotonic-clock", poll, subscribe_duration=subscribe)
    text = wasi_remote.component(["wasi:io/poll", "wasi:clocks/monotonic-clock"])
    guest = await guests.instance("remote", text=text, interfaces=[poll, clock])
    one, two = [await call(guest, "monotonic-clock-subscribe-duration", 5) for _ in range(2)]
    assert await call(guest, "poll-poll", [two, one, two]) == [1, 0, 1]
    assert await call(guest, "poll-many", two, 3) == [1, 1, 1]
    assert [await call(guest, "pollable-ready", handle) for handle in (one, two)] == [False, True]
    await call(guest, "drop-pollable", one)
    assert [each.closed for each in made] == [True, False]
    with pytest.raises(GuestTrapped):
        await call(guest, "pollable-ready", one)


async def random_remote(guests: Guests, max_pages: int) -> Instance:
    """A guest whose random bytes are zeros."""
    text = wasi_remote.component(["wasi:random/random"], max_pages=max_pages)
    random = answered("wasi:random/random", get_random_bytes=bytes)
    return await guests.instance("remote", text=text, interfaces=[random])


async def test_results_leave_nothing_in_the_guests_memory(guests: Guests):
    guest = await random_remote(guests, max_pages=1)
    for _ in range(2000):
        assert len(await call(guest, "random-get-random-bytes", KIB)) == KIB


async def test_arguments_leave_nothing_in_the_guests_memory(guests: Guests):
    error, poll = answered("wasi:io/error"), answered("wasi:io/poll")
    sizes: list[int] = []
    streams = answered("wasi:io/streams", error, poll, write=lambda _self, contents: sizes.append(len(contents)))
    stdout = answered("wasi:cli/stdout", streams, get_stdout=Closing)
    text = wasi_remote.component(["wasi:io/streams", "wasi:cli/stdout"], max_pages=1)
    guest = await guests.instance("remote", text=text, interfaces=[error, poll, streams, stdout])
    stream = await call(guest, "stdout-get-stdout")
    for _ in range(2000):
        await call(guest, "output-stream-write", stream, b"x" * KIB)
    assert sizes == [KIB] * 2000


async def test_memory_grows_up_to_its_maximum(guests: Guests):
    guest = await random_remote(guests, max_pages=3)
    assert len(await call(guest, "random-get-random-bytes", 2 * PAGE)) == 2 * PAGE
    with pytest.raises(GuestTrapped):
        await call(guest, "random-get-random-bytes", 3 * PAGE)
