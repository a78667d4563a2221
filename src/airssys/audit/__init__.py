"""The audit log: what was decided and what happened, in records that cannot be changed without anybody noticing.

Promise: an event is recorded before its effect, or the effect is refused. Records are numbered and chained in the order
in which they were made, whoever made them at the same time. `verify` finds a record that was edited, removed, moved,
added or cut off. No value that a guest chose freely can enter a record.

    with AuditLog(FileSink(folder), clock=SystemClock()) as log:
        log.append(Decided(subject=subject, request=request, outcome=Outcome.ALLOWED, rule="policy.toml:12"))
    verify(folder)                                     # or AuditDamaged, with everything that was found
"""

from __future__ import annotations

from ._events import (
    EVENTS,
    ApprovalChanged,
    Decided,
    Event,
    LevelCrossed,
    LifeCycle,
    LimitViolated,
    Outcome,
    Repeated,
    Step,
    Subject,
    TornLine,
    Unwritten,
)
from ._file_sink import DEFAULT_MAX_FILE_BYTES, DEFAULT_SYNC_SECONDS, FileSink
from ._log import AuditLog
from ._memory import MemorySink
from ._read import read_log, search, tail
from ._record import SCHEMA, Entry, Head
from ._repeats import Refusal, Repeats
from ._sink import Opened, Sink
from ._stream import StreamSink
from ._verify import Verified, verify

__all__ = [
    "DEFAULT_MAX_FILE_BYTES",
    "DEFAULT_SYNC_SECONDS",
    "EVENTS",
    "SCHEMA",
    "ApprovalChanged",
    "AuditLog",
    "Decided",
    "Entry",
    "Event",
    "FileSink",
    "Head",
    "LevelCrossed",
    "LifeCycle",
    "LimitViolated",
    "MemorySink",
    "Opened",
    "Outcome",
    "Refusal",
    "Repeated",
    "Repeats",
    "Sink",
    "Step",
    "StreamSink",
    "Subject",
    "TornLine",
    "Unwritten",
    "Verified",
    "read_log",
    "search",
    "tail",
    "verify",
]
