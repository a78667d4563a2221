"""What files cost a guest: reading and writing large ones, and opening small ones."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from airssys import CapabilitySet, Component, Host, HostInterface, WasiSetup
from benchmarks import ours, peers
from benchmarks.effort import Effort
from benchmarks.figure import Figure, Target, compared
from benchmarks.peers import WASI
from benchmarks.rounds import Rounds, Side, take_turns

_FILES: Final = "wasi-files"
_LISTS: Final = "lists"
#: Bytes of one call, and calls for one file of 16 MiB; as the guest has them.
_PIECE: Final = 64 * 1024
_PIECES: Final = 256
#: Small files, each with a name of four digits.
_SMALL: Final = 10_000
_OPENS_A_TURN: Final = {"ours": 500, WASI: 2000}
#: A round is some seconds long.
_MOST_ROUNDS: Final = 11
_STREAM: Final = "a stream"
_WASI_STREAM: Final = f"{WASI}, a stream"
_LIST: Final = "the list alone"
_WIT: Final = """
interface airssys:bench/lists@1.0.0 {
  give: func() -> list<u8>;
  take: func(bytes: list<u8>);
}
"""
_TRANSFER: Final = (
    "A guest opens a file of 16 MiB and reads it, or makes one anew and writes it, in pieces of 64 KiB, in one call; "
    "ours in a host that keeps its audit log in a file. The file stays in the machine's memory; nobody waits for the "
    "disk. `descriptor.read` and `.write` pass an offset. Streams: `blocking-read`; and `check-write`, `write` and "
    "`blocking-flush`. 'The list alone' is a host function that does nothing with a list of 64 KiB, in the same "
    "rounds: each byte of it becomes a value of 32 bytes in the engine's interface. What a read or a write takes more "
    "than that is the file's."
)
_OPEN: Final = (
    "A guest opens 10,000 small files in turn, to read them, and drops each at once. Ours decides about each, records "
    "that in an audit log in a file, and counts descriptors. The ratio's peer does none of that."
)


async def wasi_files(effort: Effort) -> Sequence[Figure]:
    """Reading, writing, opening."""
    with tempfile.TemporaryDirectory() as state, tempfile.TemporaryDirectory() as name:
        folder = await asyncio.to_thread(_filled, Path(name))
        async with ours.host(Path(state)) as host:
            component, native = await _start(host, folder), peers.Wasi(_FILES, folder)
            lists = await host.start(ours.manifest(_LISTS), interfaces=[_host_lists()])
            return [
                *await _transfer("read", component, native, ours.repeated(lists, "give"), effort),
                *await _transfer("write", component, native, ours.repeated(lists, "take"), effort),
                await _opening(component, native, effort),
            ]


def _filled(folder: Path) -> Path:
    """The folder with its files; rights name it by its real path."""
    (folder / "big").write_bytes(os.urandom(_PIECE * _PIECES))
    for number in range(_SMALL):
        (folder / f"{number:04}").write_bytes(b"small\n")
    return folder.resolve()


async def _start(host: Host, folder: Path) -> Component:
    rights = CapabilitySet.of({"filesystem.read": [f"{folder}/**"], "filesystem.write": [f"{folder}/out"]})
    return await host.start(ours.manifest(_FILES, rights), wasi=WasiSetup(directories={"/data": folder}))


def _host_lists() -> HostInterface:
    given = bytes(_PIECE)
    return HostInterface(_WIT, {"give": lambda: given, "take": lambda bytes: None})


async def _transfer(
    verb: str, component: Component, native: peers.Wasi, bare: Side, effort: Effort
) -> Sequence[Figure]:
    sides = {
        "ours": ours.repeated(component, verb),
        _STREAM: ours.repeated(component, f"{verb}-stream"),
        WASI: peers.repeated(native, verb),
        _WASI_STREAM: peers.repeated(native, f"{verb}-stream"),
        _LIST: bare,
    }
    few = replace(effort, most_rounds=min(effort.most_rounds, _MOST_ROUNDS))
    rounds = await take_turns(sides, few, times={**dict.fromkeys(sides, _PIECES), _LIST: _PIECES // 2})
    target = Target(text="at least 40 MB/s", bound=40, of="ours", at_least=True)
    return [
        _rates(f"{verb} a file of 16 MiB", rounds, "ours", WASI, target),
        _rates(f"{verb} a file of 16 MiB, by a stream", rounds, _STREAM, _WASI_STREAM, target),
        compared(f"{verb} 64 KiB", _TRANSFER, rounds, "ours", _LIST),
    ]


def _rates(name: str, rounds: Rounds, own: str, theirs: str, target: Target) -> Figure:
    """MB/s; the ratio of rates is that of the times, the other way round."""
    times = rounds.compare(theirs, own)
    return Figure(
        name=name,
        how=_TRANSFER,
        unit="MB/s",
        ours=_PIECE / times.theirs / 1e6,
        peer=WASI,
        theirs=_PIECE / times.ours / 1e6,
        ratio=times.ratio,
        spread=times.spread,
        target=target,
    )


async def _opening(component: Component, native: peers.Wasi, effort: Effort) -> Figure:
    sides = {"ours": ours.repeated(component, "open"), WASI: peers.repeated(native, "open")}
    rounds = await take_turns(sides, effort, times=_OPENS_A_TURN)
    target = Target(text="at most 60 us", bound=60, of="ours")
    return compared("open a small file and drop it", _OPEN, rounds, "ours", WASI, target=target)
