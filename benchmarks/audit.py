"""What a record of the audit log costs, buffered and on disk."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter
from typing import Final

from airssys.audit import AuditLog, Decided, FileSink, Outcome, Subject
from airssys.capabilities import Action, Kind, Request
from airssys.clock import SystemClock
from benchmarks.decisions import percentiles, single_times
from benchmarks.effort import Effort
from benchmarks.figure import Figure, Target, compared
from benchmarks.rounds import Side, take_turns

_PEER: Final = "logging.FileHandler"
#: Records whose times the percentiles are taken of, for each second that the effort has.
_SAMPLES_A_SECOND: Final = 10_000
#: Records that are waited for one by one.
_DURABLE: Final = 100
_HOW: Final = (
    "`AuditLog.append` of a decision to a `FileSink` as a host has it: numbered, chained with SHA-256, in the file "
    "when the call returns (killing the process loses nothing), and flushed to the disk once a second by a thread (a "
    "power cut loses a second). 10,000 decisions, made before, take turns: more than any text of theirs is remembered. "
    "The peer is Python's `logging` with a `FileHandler` and a message of the same facts: in the file when the call "
    "returns, without a chain, never flushed to the disk. Percentiles are of single records, with some 50 ns for the "
    "clock in each."
)
_SUSTAINED: Final = (
    "Records in a second, made one after another without a pause for as long as the run watches things, with all that "
    "goes on meanwhile: the thread that flushes to the disk once a second, and new files. The last record is on disk "
    "when the clock stops."
)
_ON_DISK: Final = (
    "`append(event, durable=True)`: the record and the head that names it are on disk when the call returns. That is "
    "the disk's time."
)
_SUBJECT: Final = Subject(component="invoice", instance="invoice-1", digest="ab" * 32)


async def audit(effort: Effort) -> Sequence[Figure]:
    """One record, many of them, and one that is on disk."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return [
            *await _appending(folder, effort),
            _sustained(folder / "sustained", effort.seconds),
            _durable(folder / "durable"),
        ]


async def _appending(folder: Path, effort: Effort) -> Sequence[Figure]:
    handler = logging.FileHandler(folder / "peer.log")
    logger = logging.Logger("peer")
    logger.addHandler(handler)

    def theirs(event: Decided) -> None:
        subject, path = event.subject, event.request.resource
        logger.info(
            "%s %s %s %s %s %s", subject.component, subject.digest, event.outcome, path, event.rule, event.grant
        )

    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    target = Target(text="at most 20 us", bound=20, of="ours")
    with AuditLog(FileSink(folder / "audit"), clock=SystemClock()) as log:
        rounds = await take_turns({"ours": _side(log.append), _PEER: _side(theirs)}, effort)
        times = single_times(log.append, _EVENTS, round(_SAMPLES_A_SECOND * effort.seconds))
    handler.close()
    figure = compared("audit append", _HOW, rounds, "ours", _PEER, target=target)
    return [figure, *percentiles("audit append", _HOW, times, None)]


def _sustained(folder: Path, seconds: float) -> Figure:
    with AuditLog(FileSink(folder), clock=SystemClock()) as log:
        started = perf_counter()
        while perf_counter() - started < seconds:
            for event in _EVENTS:
                log.append(event)
        log.sync()
        rate = log.head.sequence / (perf_counter() - started)
    target = Target(text="at least 50,000", bound=50_000, of="ours", at_least=True)
    return Figure(name="audit append, sustained", how=_SUSTAINED, unit="records/s", ours=rate, target=target)


def _durable(folder: Path) -> Figure:
    with AuditLog(FileSink(folder, sync_seconds=None), clock=SystemClock()) as log:
        started = perf_counter()
        for event in _EVENTS[:_DURABLE]:
            log.append(event, durable=True)
        taken = (perf_counter() - started) / _DURABLE
    return Figure(name="audit append, on disk", how=_ON_DISK, unit="us", ours=taken * 1e6)


def _event(number: int) -> Decided:
    request = Request(Kind.FILESYSTEM, Action.READ, f"/srv/in/{number}.xml")
    rule, grant = "policy.toml:12", f"g-{number}"
    return Decided(subject=_SUBJECT, request=request, outcome=Outcome.ALLOWED, rule=rule, grant=grant)


def _side(act: Callable[[Decided], object]) -> Side:
    async def side(times: int) -> float:
        turns = list(islice(cycle(_EVENTS), times))
        started = perf_counter()
        for event in turns:
            act(event)
        return perf_counter() - started

    return side


_EVENTS: Final = [_event(number) for number in range(10_000)]
