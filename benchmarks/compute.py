"""What being watched costs a guest that only computes."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from math import prod
from time import process_time
from typing import Final

from airssys.engine import Instance, instantiate
from benchmarks import ours, peers
from benchmarks.effort import Effort
from benchmarks.figure import Figure, Target, compared
from benchmarks.rounds import Rounds, Side, take_turns

#: Exports of kernels.wasm, and how often they work in one call: about 30 ms each, some fifteen slices of ours.
KERNELS: Final = {"primes": 15, "matrix": 20, "hash": 30, "cipher": 500, "sort": 8, "recursion": 500}

_PLAIN: Final = "binding, nothing watched"
_EPOCHS: Final = "binding, epochs"
_HOW: Final = (
    "Six small C programs compiled by clang with -O2 (primes, matrix product, FNV hash, ChaCha20, quicksort, recursive "
    "Fibonacci), about 30 ms a call, some fifteen slices of ours; CPU time of the whole process, so our ticker and our "
    "workers count. With everything: airssys as it is, against an engine with neither epochs nor our memory. "
    "Accounting alone: against the same engine with epochs compiled in, which never interrupt. What lies between the "
    "two is the engine's check in every loop and function, the price of being interruptible at all. "
    "The mean is the geometric one, of the six ratios."
)
_LOOP: Final = (
    "A hand-written loop that counts to a hundred million and does nothing else; no compiler would leave it standing: "
    "the check in every turn weighs as much as the turn."
)


async def compute(effort: Effort) -> Sequence[Figure]:
    """The kernels, watched and not."""
    watched = await _instance("kernels")
    plain, epochs = peers.Binding("kernels"), peers.Binding("kernels", interruptible=True)
    rounds = {
        export: await take_turns(
            {
                "ours": _ours(watched, export, times),
                _PLAIN: _binding(plain, export, times),
                _EPOCHS: _binding(epochs, export, times),
            },
            effort,
            times={"ours": 1, _PLAIN: 1, _EPOCHS: 1},
        )
        for export, times in KERNELS.items()
    }
    target = Target(text="at most 1.05", bound=1.05)
    each = [compared(f"compute: {export}", _HOW, of, "ours", _PLAIN, unit="ms") for export, of in rounds.items()]
    return [
        _mean("compute, with everything, mean", list(rounds.values()), _PLAIN, target),
        _mean("compute, accounting alone, mean", list(rounds.values()), _EPOCHS, target),
        *each,
        await _worst(effort),
    ]


def _mean(name: str, rounds: Sequence[Rounds], peer: str, target: Target) -> Figure:
    results = [each.compare("ours", peer) for each in rounds]
    return Figure(
        name=name,
        how=_HOW,
        unit="ms",
        ours=statistics.mean(result.ours for result in results) * 1e3,
        peer=peer,
        theirs=statistics.mean(result.theirs for result in results) * 1e3,
        ratio=prod(result.ratio for result in results) ** (1 / len(results)),
        spread=sum(result.spread**2 for result in results) ** 0.5 / len(results),
        target=target,
    )


async def _worst(effort: Effort) -> Figure:
    times = 100_000_000
    rounds = await take_turns(
        {
            "ours": _ours(await _instance("counter"), "count", times),
            _PLAIN: _binding(peers.Binding("counter"), "count", times),
        },
        effort,
        times={"ours": 1, _PLAIN: 1},
    )
    return compared("compute: an empty loop", _LOOP, rounds, "ours", _PLAIN, unit="ms")


async def _instance(guest: str) -> Instance:
    return await instantiate(await ours.linked(guest), max_memory_bytes=ours.MEMORY_BYTES)


def _ours(instance: Instance, export: str, work: int) -> Side:
    async def side(times: int) -> float:
        started = process_time()
        for _ in range(times):
            await ours.call(instance, export, work)
        return process_time() - started

    return side


def _binding(binding: peers.Binding, export: str, work: int) -> Side:
    function, store = binding.function(export)

    async def side(times: int) -> float:
        started = process_time()
        for _ in range(times):
            function(store, work)
        return process_time() - started

    return side
