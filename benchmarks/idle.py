"""What an instance that does nothing takes from the host, besides its linear memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from airssys.engine import Instance, instantiate
from benchmarks import ours, peers
from benchmarks.effort import Effort
from benchmarks.figure import Figure, Target
from benchmarks.footprint import growth_kib
from benchmarks.peers import BINDING, EXTISM

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

    fresh = await growth_kib(start, count)
    waiting = iter(alive)

    async def call() -> None:
        await ours.call(next(waiting), "echo-string", "hello")

    called = fresh + await growth_kib(call, count) - _TOUCHED_KIB
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

    return await growth_kib(start, count)


async def _plugin(count: int) -> float:
    compiled = peers.compiled_plugin()
    alive: list[object] = []

    async def start() -> None:
        alive.append(peers.plugin(compiled))

    return await growth_kib(start, count)


async def _hosted(count: int) -> float:
    async with ours.host() as host:
        manifest = ours.manifest("add")
        numbers = iter(range(count))

        async def start() -> None:
            await host.start(manifest, name=f"add-{next(numbers)}")

        return await growth_kib(start, count)
