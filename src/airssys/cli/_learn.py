"""`airssys run --learn`: what a component would need, found out by denying it everything.

Nothing that it prints takes effect: a person reads it, judges it, and writes it into the manifest.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from airssys.audit import MemorySink
from airssys.capabilities import Action, Capability, CapabilityError, CapabilitySet, Kind
from airssys.capabilities import Request as Asked
from airssys.cli._console import printable, remarks, show_json, show_text
from airssys.cli._errors import ExitCode, tell
from airssys.cli._outcome import Outcome
from airssys.cli._progress import Waiting
from airssys.cli._running import Request, load, start_and_act
from airssys.host import Host
from airssys.policy import Policy

#: Remarks by what a path looks like; the first that fits is made. Ours: what people ask when they review such a list.
_READ_RISKS: Final = tuple(
    (re.compile(pattern), risk)
    for pattern, risk in (
        (r"(?i)(secret|passw|token|credential|\.env\b|\.pem\b|\.key\b|/id_[a-z0-9]+$)", "it may hold credentials"),
        (r"\A/(etc|usr|lib|opt|boot)(/|\Z)", "how this machine is set up"),
        (r"\A/(proc|sys|dev)(/|\Z)", "what this machine is and does"),
        (r"\A/(home|root)(/|\Z)", "a person's files"),
        (r"\A/(tmp|var/tmp)(/|\Z)", "files that other programs leave there"),
    )
)
_WRITE_RISKS: Final = tuple(
    (re.compile(pattern), risk)
    for pattern, risk in (
        (r"\A/(etc|usr|lib|opt|bin|sbin)(/|\Z)", "whoever writes there changes what this machine does"),
        (r"\A/(home|root)(/|\Z)", "it could change or delete a person's files"),
        (r"\.(sh|py|so|exe|service)\Z", "somebody may run it"),
    )
)
_PLAIN: Final = {Action.READ: "it learns what is in it", Action.WRITE: "it may change, or delete, what is there"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One line that a component would need.

    Attributes:
        right: the narrowest that would do.
        remark: what giving it means.
    """

    right: Capability
    remark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What one run showed.

    Attributes:
        outcome: of the run, with everything denied.
        wanted: what would have been needed.
        hopeless: what it tried, and no line can allow, each with the reason.
    """

    outcome: Outcome
    wanted: tuple[Wanted, ...]
    hopeless: tuple[tuple[str, str], ...]


async def learn_from(request: Request) -> Lesson:
    """Run a component with no right at all. It finds the whole file system, and may touch nothing of it. What it prints
    goes to standard error: standard output is for what was learned.
    """
    directories = {"/": "/", **request.setup.directories}
    setup = dataclasses.replace(request.setup, directories=directories)
    request = dataclasses.replace(request, setup=setup, as_json=True)
    sink = MemorySink()
    with Waiting() as waiting:
        manifest = dataclasses.replace(await load(request), capabilities=CapabilitySet(), rationale={})
        async with Host(request.config, policy=request.policy, audit=sink) as host:
            outcome = await start_and_act(host, manifest, request, waiting)
    return lesson_of(outcome, _denied(sink), request.policy)


def lesson_of(outcome: Outcome, asked: Iterable[Asked], policy: Policy) -> Lesson:
    """What these requests, all of them denied, show."""
    reasons = {each: _why_hopeless(each, policy) for each in asked}
    return Lesson(
        outcome=outcome,
        wanted=tuple(_wanted(each for each, why in reasons.items() if why is None)),
        hopeless=tuple(dict.fromkeys((_shown(each), why) for each, why in reasons.items() if why is not None)),
    )


def _shown(asked: Asked) -> str:
    """A request for people; what is no endpoint is not in the record, but for its length."""
    return "network connect" if asked.kind is Kind.NETWORK and asked.normal is None else str(asked)


def _denied(sink: MemorySink) -> list[Asked]:
    """Every different request that was denied, in the order in which they came first."""
    found: dict[Asked, None] = {}
    for entry in sink.entries():
        asked = entry.members.get("request")
        if isinstance(asked, dict) and entry.members.get("decision") == "denied":
            found[Asked(Kind(asked["kind"]), Action(asked["action"]), asked["resource"])] = None
    return list(found)


def _wanted(asked: Iterable[Asked]) -> Iterator[Wanted]:
    rights = (each.narrowest() for each in asked)
    for right in CapabilitySet(each for each in rights if each is not None):
        yield Wanted(right=right, remark=remark_on(right))


def _why_hopeless(asked: Asked, policy: Policy) -> str | None:
    """Why no line of a manifest can allow a request; None when one can."""
    try:
        right = asked.narrowest()
    except CapabilityError:
        right = None
    line = policy.of("*").forbidden.find(asked)
    if asked.kind is Kind.NETWORK and asked.normal is None:
        return "sockets are refused to every component"
    if line is not None:
        return f"forbidden to everybody: {line.reason}"
    if right is None:
        return "no pattern can name it"
    return "it would cancel the sandbox" if right.cancels_the_sandbox else None


def remark_on(right: Capability) -> str:
    """What giving a right means, in a few words.

    >>> remark_on(Capability.parse("filesystem", "read", "/etc/hosts"))
    'how this machine is set up'
    """
    if right.kind is not Kind.FILESYSTEM:
        return "it learns the value" if right.kind is Kind.ENVIRONMENT else "it reaches beyond this machine"
    risks = _READ_RISKS if right.action is Action.READ else _WRITE_RISKS
    return next((risk for pattern, risk in risks if pattern.search(right.pattern.text)), _PLAIN[right.action])


def report_lesson(lesson: Lesson, *, as_json: bool) -> int:
    """Print the section, and how the run ended; returns the command's exit code."""
    if as_json:
        show_json(_as_json(lesson))
    else:
        if lesson.outcome.error is not None:
            tell(lesson.outcome.error, as_json=False)
        remarks().print(_heading(lesson))
        show_text("\n".join(_section(lesson)))
    return ExitCode.OK


def _heading(lesson: Lesson) -> str:
    outcome = lesson.outcome
    ended = "failed" if outcome.error is not None else f"ended with {outcome.status or 0}"
    return (
        f"{printable(outcome.component)} {ended}, with everything denied. A program that stops at its first denial "
        "shows what it needs first: add what you grant, and look again with `airssys run`."
    )


def _section(lesson: Lesson) -> Iterator[str]:
    if not lesson.wanted:
        yield "# it asked for nothing that a capability could allow"
    else:
        yield "[capabilities]"
        for key in dict.fromkeys(each.right.key for each in lesson.wanted):
            yield f"{key} = ["
            for each in lesson.wanted:
                if each.right.key == key:
                    quoted = each.right.line.partition("[")[2].rpartition("]")[0]
                    yield f"  {quoted},  # {each.remark}"
            yield "]"
    for request, why in lesson.hopeless:
        yield f"# not to be had: {printable(request)} ({why})"
    yield "# variables cannot be observed: name those that it needs in environment.read"


def _as_json(lesson: Lesson) -> dict[str, Any]:
    outcome = lesson.outcome
    return {
        "component": outcome.component,
        "status": outcome.status,
        "error": None if outcome.error is None else outcome.error.code,
        "capabilities": CapabilitySet(each.right for each in lesson.wanted).table,
        "remarks": {str(each.right): each.remark for each in lesson.wanted},
        "not_to_be_had": dict(lesson.hopeless),
    }
