"""How `airssys explain` shows what it found; docs/guides/cli.md lists the keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.text import Text

from airssys.cli._console import plural, printable
from airssys.manifest import Manifest
from airssys.policy import Decision, Origin, SecurityContext, Withheld, exceptions, withheld


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A component whose rights are explained.

    Attributes:
        context: with what was approved; where nobody approved anything, with everything, as if somebody had.
        digest: of its bytes; None when it is not built yet.
        is_approved: whether somebody approved it, all of it or a part.
        policy_file: None for what airssys ships.
    """

    context: SecurityContext
    manifest: Manifest
    digest: str | None
    is_approved: bool
    policy_file: Path | None


def answer_as_json(found: Explained, decision: Decision) -> dict[str, Any]:
    """The answer to one question."""
    return {
        **_about(found),
        "request": str(decision.request),
        "allowed": decision.allowed,
        "rule": decision.rule,
        "reasons": list(decision.reasons),
        "would_allow": decision.would_allow,
    }


def rights_as_json(found: Explained) -> dict[str, Any]:
    """Everything that a component may do, and what of its declaration it may not."""
    return {
        **_about(found),
        "roles": list(found.context.roles),
        "effective": [
            {
                "right": str(each.right),
                "declared": each.declared,
                "approved_by": each.approved,
                "rule": each.allowed,
            }
            for each in found.context.origins()
        ],
        "withheld": [_withheld_as_json(each) for each in withheld(found.context)],
        "exceptions": [_withheld_as_json(each) for each in exceptions(found.context)],
    }


def answer_as_lines(found: Explained, decision: Decision) -> Iterator[Text]:
    """The answer for people: yes or no, why, and what would allow it."""
    answer, style = ("allowed", "bold green") if decision.allowed else ("denied", "bold red")
    yield Text(f"{answer}: ", style=style).append(printable(f"{decision.request} (rule {decision.rule})"))
    yield from _who(found)
    for reason in decision.reasons:
        yield Text(f"  {printable(reason)}", style="red" if reason.startswith("denied:") else "")
    if decision.would_allow is not None:
        yield Text("to allow this and nothing else:")
        yield from (Text(f"  {printable(line)}", style="cyan") for line in decision.would_allow.splitlines())


def rights_as_lines(found: Explained) -> Iterator[Text]:
    """Everything that a component may do, for people."""
    yield from _who(found)
    origins = found.context.origins()
    yield Text(f"may do ({plural(len(origins), 'right')}):" if origins else "may do nothing but compute")
    for origin in origins:
        yield Text(f"  {printable(str(origin.right))}", style="green")
        yield from _origin_lines(origin)
    yield from _withheld_lines("declared, and not in force as it stands:", withheld(found.context))
    yield from _withheld_lines("never, all the same:", exceptions(found.context))


def _about(found: Explained) -> dict[str, Any]:
    context = found.context
    return {
        "component": context.component,
        "version": context.version,
        "digest": found.digest,
        "file": None if found.manifest.path is None else str(found.manifest.path),
        "policy": None if found.policy_file is None else str(found.policy_file),
        "trust": None if context.trust is None else context.trust.value,
        "approved": found.is_approved,
        "approved_by": context.approved_by if found.is_approved else None,
    }


def _who(found: Explained) -> Iterator[Text]:
    context = found.context
    built = "" if found.digest is not None else ", not built yet"
    yield Text(printable(f"{context.component} {context.version} ({found.manifest.path}{built})"), style="bold")
    policy = "what airssys ships" if found.policy_file is None else str(found.policy_file)
    approved = f"true, by {context.approved_by}" if found.is_approved else "false"
    yield Text(printable(f"  policy: {policy}; trust: {context.trust}; approved: {approved}"))


def _origin_lines(origin: Origin) -> Iterator[Text]:
    for label, text in (("declared", origin.declared), ("approved", origin.approved), ("allowed", origin.allowed)):
        yield Text(f"    {label:<9}", style="dim").append(printable(text))


def _withheld_lines(title: str, found: Sequence[Withheld]) -> Iterator[Text]:
    if found:
        yield Text(title)
    for each in found:
        reason = f" ({each.reason})" if each.reason else ""
        yield Text(f"  {printable(str(each.right))}", style="red").append(printable(f": {each.rule}{reason}"))


def _withheld_as_json(each: Withheld) -> dict[str, str]:
    return {"right": str(each.right), "rule": each.rule, "reason": each.reason}
