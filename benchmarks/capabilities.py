"""What it costs to decide whether a component may do something."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fnmatch import translate
from time import perf_counter
from typing import Final

from airssys.capabilities import Action, CapabilitySet, Kind, Request, remembering
from benchmarks.decisions import REQUESTS, percentiles, single_times, some_patterns, some_resources
from benchmarks.effort import Effort
from benchmarks.figure import Figure, Target, compared
from benchmarks.rounds import Side, take_turns

_PEER: Final = "compiled fnmatch, one by one"
#: Decisions whose times the percentiles are taken of, for each second that the effort has.
_SAMPLES_A_SECOND: Final = 20_000
_HOW: Final = (
    "`CapabilitySet.allows(Request(...))`: the request is made and normalised, and decided. 500 requests to read files "
    "take turns, two of three of which are admitted. Half of the patterns are exact, the others have wildcards in one "
    "segment or across segments. The peer tries a regular expression made by `fnmatch.translate` for each pattern "
    "until one matches, which is what the obvious implementation does (and wrong: its `*` crosses slashes). "
    "Percentiles are of single decisions, with some 50 ns for the clock in each."
)
_REPEATED: Final = (
    "`remembering(rights.allows)`, asked for the same resource again and again, by its three parts. The peer is the "
    "same decision without remembering."
)
_NEW: Final = (
    "The first 500 requests to a set that was just made, each for another resource: the steps of its automata are "
    "taken for the first time."
)


async def capabilities(effort: Effort) -> Sequence[Figure]:
    """With fifty capabilities, with a thousand, again, and for the first time."""
    samples = round(_SAMPLES_A_SECOND * effort.seconds)
    fifty, thousand = some_patterns(50), some_patterns(1000)
    five, twenty, one = (Target(text=f"at most {bound} us", bound=bound, of="ours") for bound in (5, 20, 1))
    return [
        *await _decisions("decide, 50 capabilities", fifty, five, effort, samples),
        *await _decisions("decide, 1,000 capabilities", thousand, twenty, effort, samples),
        await _repeated("decide again, 50 capabilities", fifty, one, effort),
        *percentiles("decide anew, 50 capabilities", _NEW, _first_times(fifty), five),
        *percentiles("decide anew, 1,000 capabilities", _NEW, _first_times(thousand), twenty),
    ]


async def _decisions(
    name: str, patterns: Sequence[str], target: Target, effort: Effort, samples: int
) -> Sequence[Figure]:
    rights, resources = _rights(patterns), some_resources(patterns)
    expressions = [re.compile(translate(pattern)).match for pattern in patterns]

    def ours(resource: str) -> object:
        return rights.allows(Request(Kind.FILESYSTEM, Action.READ, resource))

    def theirs(resource: str) -> object:
        return any(expression(resource) for expression in expressions)

    rounds = await take_turns({"ours": _in_turn(ours, resources), _PEER: _in_turn(theirs, resources)}, effort)
    times = single_times(ours, resources, samples)
    return [compared(name, _HOW, rounds, "ours", _PEER, target=target), *percentiles(name, _HOW, times, target)]


async def _repeated(name: str, patterns: Sequence[str], target: Target, effort: Effort) -> Figure:
    rights = _rights(patterns)
    remembered, resource = remembering(rights.allows), some_resources(patterns)[0]

    def again(_: str) -> object:
        return remembered(Kind.FILESYSTEM, Action.READ, resource)

    def anew(_: str) -> object:
        return rights.allows(Request(Kind.FILESYSTEM, Action.READ, resource))

    sides = {"ours": _in_turn(again, [resource]), "without remembering": _in_turn(anew, [resource])}
    rounds = await take_turns(sides, effort)
    return compared(name, _REPEATED, rounds, "ours", "without remembering", target=target)


def _first_times(patterns: Sequence[str]) -> Sequence[int]:
    rights = _rights(patterns)
    return single_times(
        lambda resource: rights.allows(Request(Kind.FILESYSTEM, Action.READ, resource)),
        some_resources(patterns),
        REQUESTS,
    )


def _in_turn(decide: Callable[[str], object], resources: Sequence[str]) -> Side:
    async def side(times: int) -> float:
        asked = [resources[number % len(resources)] for number in range(times)]
        started = perf_counter()
        for resource in asked:
            decide(resource)
        return perf_counter() - started

    return side


def _rights(patterns: Sequence[str]) -> CapabilitySet:
    return CapabilitySet.of({"filesystem.read": patterns})
