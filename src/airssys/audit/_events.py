"""What is recorded: typed events, whose fields leave no room for anything else."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final, Protocol

from airssys.capabilities import Request
from airssys.quotas import LevelChange

from . import _fields as fields

#: The kinds of records, as `event` names them.
EVENTS: Final = ("decision", "life-cycle", "approval", "limit", "level", "summary", "torn-line", "unwritten")


class Event(Protocol):
    """Anything that can be recorded."""

    def body(self) -> str:
        """The event's own members of the JSON record, without braces; `event` comes first."""


class Outcome(StrEnum):
    """What was decided about a request."""

    ALLOWED = "allowed"
    DENIED = "denied"


class Step(StrEnum):
    """A step in the life of a component."""

    HELD = "held"
    STARTED = "started"
    FAILED = "failed"
    EXITED = "exited"
    RESTARTED = "restarted"
    RELOADED = "reloaded"
    LIMITS_CHANGED = "limits-changed"
    REVOKED = "revoked"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whom a record is about.

    Attributes:
        component: its name in the host.
        instance: which instance of it; None when there is none, or all are meant.
        digest: SHA-256 of its bytes, hexadecimal; None when it is not known yet.
    """

    component: str
    instance: str | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A request was allowed or denied.

    Attributes:
        rule: which rule decided, with its place: `policy.toml:12`.
        grant: the id of the grant; None when there is none.
    """

    subject: Subject
    request: Request
    outcome: Outcome
    rule: str
    grant: str | None = None

    def body(self) -> str:
        """See `Event`."""
        return (
            f'"event":"decision",{_subject(self.subject)},"request":{fields.request(self.request)},'
            f'"decision":"{self.outcome}","rule":{fields.sentence(self.rule)},"grant":{fields.name(self.grant)}'
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeCycle:
    """A component made a step in its life.

    Attributes:
        reason: the code of the error that led to it; None when none did. Codes, not messages: a message quotes guests.
    """

    subject: Subject
    step: Step
    reason: str | None = None

    def body(self) -> str:
        """See `Event`."""
        return f'"event":"life-cycle",{_subject(self.subject)},"step":"{self.step}","reason":{fields.name(self.reason)}'


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalChanged:
    """An approval was asked for, given, refused, withdrawn, ...

    Attributes:
        approval: its id.
        state: the state that it came to.
        by: who changed it: a person, or the rule that did.
    """

    subject: Subject
    approval: int
    state: str
    by: str

    def body(self) -> str:
        """See `Event`."""
        return (
            f'"event":"approval",{_subject(self.subject)},"approval":{int(self.approval)},'
            f'"state":{fields.name(self.state)},"by":{fields.sentence(self.by)}'
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitViolated:
    """A component asked for more than a limit or a quota lets it have, and did not get it.

    Attributes:
        limit: which limit: a kind of quota, or the key of a limit of the manifest.
        used, requested, most: in the limit's unit.
    """

    subject: Subject
    limit: str
    used: int
    requested: int
    most: int

    def body(self) -> str:
        """See `Event`."""
        return (
            f'"event":"limit",{_subject(self.subject)},"limit":{fields.name(self.limit)},"used":{_integer(self.used)},'
            f'"requested":{_integer(self.requested)},"most":{_integer(self.most)}'
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelCrossed:
    """A quota came closer to its limit, or went away from it."""

    subject: Subject
    change: LevelChange

    def body(self) -> str:
        """See `Event`."""
        change = self.change
        most = "null" if change.limit is None else _integer(change.limit)
        return (
            f'"event":"level",{_subject(self.subject)},"limit":"{change.kind}","from":"{change.previous}",'
            f'"to":"{change.level}","used":{_integer(change.used)},"most":{most}'
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """What record `first` says happened so many times more, and was counted instead of recorded each time."""

    subject: Subject
    first: int
    count: int

    def body(self) -> str:
        """See `Event`."""
        return f'"event":"summary",{_subject(self.subject)},"first":{int(self.first)},"count":{int(self.count)}'


@dataclass(frozen=True, slots=True, kw_only=True)
class TornLine:
    """Before this record stand bytes that are no record: the process or the machine died while it wrote them.

    Attributes:
        size_bytes: how many, without the line break after them.
        sha256: of those bytes, hexadecimal.
    """

    size_bytes: int
    sha256: str

    def body(self) -> str:
        """See `Event`."""
        return f'"event":"torn-line","size_bytes":{int(self.size_bytes)},"sha256":{fields.name(self.sha256)}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwritten:
    """Before this record so many events could not be written; what they would have recorded was refused."""

    count: int

    def body(self) -> str:
        """See `Event`."""
        return f'"event":"unwritten","count":{int(self.count)}'


@lru_cache(4096)
def _subject(subject: Subject) -> str:
    return (
        f'"component":{fields.name(subject.component)},"instance":{fields.name(subject.instance)},'
        f'"digest":{fields.name(subject.digest)}'
    )


def _integer(value: int) -> str:
    """An integer that every reader of JSON reads; how large it is, when none would (RFC 8259, section 6)."""
    return str(int(value)) if value.bit_length() <= 64 else f'"(an integer of {value.bit_length()} bits)"'
