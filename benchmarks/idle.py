"""What an instance that does nothing takes from the host, besides its linear memory."""

from __future__ import annotations

import gc
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final

from airssys.engine import Instance, instantiate
from benchmarks import ours, peers
from benchmarks.effort import Effort
from benchmarks.figure import Figure, Target
from benchmarks.peers import BINDING, EXTISM

_KIB: Final = 1024
#: Instances made before counting: pages that all instances share are there then.
_WARM_UP: Final = 50
#: What one call with a short text touches of a guest's linear memory: one page of the machine.
_TOUCHED_KIB: Final = 4
_HOW: Final = (
    "How much the process grows while many instances come to life and stay: resident memory plus page tables "
    "(`Rss` of /proc/self/smaps_rollup, `VmPTE` of /proc/self/status), in a process of its own, divided by their "
    "number. The guest has one page of memory and touches none of it when it starts, so nothing is subtracted. 'After "
    "a call': each has echoed a short text, which touches 4 KiB of its linear memory; those are subtracted. The peers "
    "follow while ours still live, so nobody finds memory that another one has freed. Extism's plugin has a kernel "
    "with a memory of its own, which counts, as it is not the guest's."
)


async def idle(effort: Effort) -> Sequence[Figure]:
    """The size of an idle instance."""
    count = effort.instances
    linked = await ours.linked("add")
    alive: list[Instance] = []

    async def start() -> None:
        alive.append(await instantiate(linked, max_memory_bytes=ours.MEMORY_BYTES))

    fresh = await _growth(start, count)
    waiting = iter(alive)

    async def call() -> None:
        await ours.call(next(waiting), "echo-string", "hello")

    called = fresh + await _growth(call, count) - _TOUCHED_KIB
    bare, plugin = await _binding(count), await _plugin(count // 4)
    hosted = await _hosted(count // 2)
    for instance in alive:
        instance.close()
    target = Target(text="at most 64 KiB", bound=64, of="ours")
    return [
        _figure("idle instance, new", fresh, BINDING, bare, target),
        _figure("idle instance, new", fresh, EXTISM, plugin, None),
        Figure(name="idle instance, after a call", how=_HOW, unit="KiB", ours=called, target=target),
        Figure(name="idle component of a host", how=_HOW, unit="KiB", ours=hosted, target=target),
    ]


def _figure(name: str, kib: float, peer: str, theirs: float, target: Target | None) -> Figure:
    return Figure(
        name=name, how=_HOW, unit="KiB", ours=kib, peer=peer, theirs=theirs, ratio=kib / theirs, target=target
    )


async def _binding(count: int) -> float:
    binding = peers.Binding("add")
    alive: list[object] = []

    async def start() -> None:
        store = binding.store()
        alive.append((store, binding.linker.instantiate(store, binding.component)))

    return await _growth(start, count)


async def _plugin(count: int) -> float:
    compiled = peers.compiled_plugin()
    alive: list[object] = []

    async def start() -> None:
        alive.append(peers.plugin(compiled))

    return await _growth(start, count)


async def _hosted(count: int) -> float:
    async with ours.host() as host:
        manifest = ours.manifest("add")
        numbers = iter(range(count))

        async def start() -> None:
            await host.start(manifest, name=f"add-{next(numbers)}")

        return await _growth(start, count)


async def _growth(act: Callable[[], Awaitable[None]], count: int) -> float:
    """KiB that the process grows by, each time."""
    for _ in range(_WARM_UP):
        await act()
    gc.collect()
    before = _process_kib()
    for _ in range(count - _WARM_UP):
        await act()
    gc.collect()
    return (_process_kib() - before) / (count - _WARM_UP)


def _process_kib() -> int:
    """Resident memory and page tables of this process. Linux."""
    return _field("/proc/self/smaps_rollup", "Rss:") + _field("/proc/self/status", "VmPTE:")


def _field(file: str, name: str) -> int:
    line = next(line for line in Path(file).read_text("utf-8").splitlines() if line.startswith(name))
    return int(line.split()[1])
