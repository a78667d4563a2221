"""What it costs to decide by a policy, and to record the decision."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Final, TypeVar

from airssys.audit import AuditLog, FileSink
from airssys.capabilities import Action, CapabilitySet, Kind, Request
from airssys.clock import SystemClock
from airssys.policy import SHIPPED_RULES, Effect, Gate, Policy, Rule, SecurityContext, decide, rights_of
from airssys.trust import TrustLevel
from benchmarks.decisions import percentiles, single_times, some_patterns, some_resources
from benchmarks.effort import Effort
from benchmarks.figure import Figure, Target, compared
from benchmarks.rounds import Side, take_turns

T = TypeVar("T")

#: Decisions whose times the percentiles are taken of, for each second that the effort has.
_SAMPLES_A_SECOND: Final = 10_000
_SEARCH: Final = "the search alone"
_CAPABILITIES: Final = 50
_DECIDE: Final = (
    "`decide(request, context)`: the forbidden list with a state folder, two deny rules, and 50 rights in force. 500 "
    "requests to read files take turns, two of three of which are allowed. The peer is `CapabilitySet.allows` with the "
    "same 50 capabilities: what cannot be saved. Percentiles are of single decisions, with some 50 ns for the clock in "
    "each."
)
_AGAIN: Final = (
    "`Gate.decide` of the same request again and again, which is answered from memory. The peer decides it anew."
)
_REQUIRE: Final = (
    "`Gate.require(request)`: decided, recorded and granted. Some 300 allowed requests take turns, so decisions are "
    "remembered and records are not. Records go to a `FileSink` as a host has it: numbered, chained with SHA-256, in "
    "the file when the call returns, and flushed to the disk once a second by a thread. The peer is the same without "
    "a log."
)


async def policy(effort: Effort) -> Sequence[Figure]:
    """Deciding, deciding again, and deciding with a record."""
    context = _context()
    requests = [Request(Kind.FILESYSTEM, Action.READ, path) for path in some_resources(some_patterns(_CAPABILITIES))]
    samples = round(_SAMPLES_A_SECOND * effort.seconds)
    return [
        *await _deciding(context, requests, effort, samples),
        await _again(context, requests[1], effort),
        *await _requiring(context, [each for each in requests if decide(each, context).allowed], effort, samples),
    ]


async def _deciding(
    context: SecurityContext, requests: Sequence[Request], effort: Effort, samples: int
) -> Sequence[Figure]:
    name, target = f"decide by a policy, {_CAPABILITIES} capabilities", _at_most(5)

    def ours(request: Request) -> object:
        return decide(request, context)

    sides = {"ours": _in_turn(ours, requests), _SEARCH: _in_turn(context.declared.allows, requests)}
    rounds = await take_turns(sides, effort)
    figure = compared(name, _DECIDE, rounds, "ours", _SEARCH, target=target)
    return [figure, *percentiles(name, _DECIDE, single_times(ours, requests, samples), target)]


async def _again(context: SecurityContext, request: Request, effort: Effort) -> Figure:
    def anew(asked: Request) -> object:
        return decide(asked, context)

    sides = {"ours": _in_turn(Gate(context, None).decide, [request]), "decided anew": _in_turn(anew, [request])}
    rounds = await take_turns(sides, effort)
    return compared("the same request again", _AGAIN, rounds, "ours", "decided anew", target=_at_most(1))


async def _requiring(
    context: SecurityContext, requests: Sequence[Request], effort: Effort, samples: int
) -> Sequence[Figure]:
    name, target, unrecorded = "require, with its audit record", _at_most(15), Gate(context, None)
    with (
        tempfile.TemporaryDirectory() as folder,
        AuditLog(FileSink(Path(folder) / "audit"), clock=SystemClock()) as log,
    ):
        recorded = Gate(context, log)
        sides = {
            "ours": _in_turn(recorded.require, requests),
            "without a log": _in_turn(unrecorded.require, requests),
        }
        rounds = await take_turns(sides, effort)
        times = single_times(recorded.require, requests, samples)
    figure = compared(name, _REQUIRE, rounds, "ours", "without a log", target=target)
    return [figure, *percentiles(name, _REQUIRE, times, target)]


def _context() -> SecurityContext:
    """A component with fifty capabilities, all approved, under a policy that denies two things."""
    declared = CapabilitySet.of({"filesystem.read": some_patterns(_CAPABILITIES)})
    denied = (("filesystem", "*", "/srv/keys/**"), ("network", "connect", "10.0.0.0/8:*"))
    rules = (Rule(effect=Effect.DENY, components=("*",), rights=rights_of(*words)) for words in denied)
    return SecurityContext(
        component="invoice",
        version="1.0.0",
        digest="ab" * 32,
        trust=TrustLevel.TRUSTED,
        declared=declared,
        approved=declared,
        policy=Policy(rules=(*SHIPPED_RULES, *rules), protected=("/var/lib/airssys",)),
    )


def _at_most(microseconds: int) -> Target:
    return Target(text=f"at most {microseconds} us", bound=microseconds, of="ours")


def _in_turn(act: Callable[[T], object], asked: Sequence[T]) -> Side:
    async def side(times: int) -> float:
        turns = [asked[number % len(asked)] for number in range(times)]
        started = perf_counter()
        for one in turns:
            act(one)
        return perf_counter() - started

    return side
