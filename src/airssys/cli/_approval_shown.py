"""Requests for approval as people and machines are shown them; what a component's author wrote is made printable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from rich.text import Text

from airssys.approval import ApprovalRequest, Right, State
from airssys.capabilities import CapabilitySet
from airssys.cli._console import plural, printable

_STYLES = {State.PENDING: "bold yellow", State.APPROVED: "bold green", State.REJECTED: "bold red"}


def request_as_lines(request: ApprovalRequest) -> Iterator[Text]:
    """Everything that a reviewer has to know: who asks, for what, what that can lead to, what is new, and why."""
    ask = request.ask
    yield summary(request)
    yield _fact("from", ask.source)
    yield _fact("sha256", ask.digest)
    if ask.proof is not None:
        yield _fact("maker", ask.proof)
    yield _fact("asked", _time(request.asked_at))
    if request.expires_at is not None:
        yield _fact("expires", _time(request.expires_at))
    yield from _rights(request)
    if ask.rationale:
        yield Text("  why, in its author's words:", style="bold")
        for kind, text in ask.rationale.items():
            yield Text(f"    {kind}: ").append(f'"{printable(text)}"')
    if request.state is not State.PENDING:
        yield _fact(request.state, f"{_time(request.changed_at)} by {request.by}{_because(request)}")
    if request.is_narrowed:
        yield from given_as_lines(request)


def summary(request: ApprovalRequest) -> Text:
    """A request in one line."""
    ask = request.ask
    count = plural(len(ask.capabilities), "right")
    new = f", {len(request.new) or 'none'} of them new" if request.before is not None else ""
    return (
        Text(f"{request.id}  ", style="bold")
        .append(printable(f"{ask.component} {ask.version}"), style="bold cyan")
        .append(f"  {count}{new}  ")
        .append(request.state.value, style=_STYLES.get(request.state, "dim"))
    )


def given_as_lines(request: ApprovalRequest) -> Iterator[Text]:
    """What was given, and what of the rights asked for was not, or not whole."""
    yield Text("  given:", style="bold green")
    yield from (Text(f"    {printable(str(each))}") for each in request.approved)
    if not request.approved:
        yield Text("    nothing")
    left_out = request.ask.capabilities.difference(request.approved)
    if left_out:
        yield Text("  not given, or only in part:", style="bold yellow")
        yield from (Text(f"    {printable(str(each))}") for each in left_out)


def request_as_json(request: ApprovalRequest) -> dict[str, Any]:
    """A request for machines; docs/guides/approvals.md lists the keys."""
    ask = request.ask
    return {
        "id": request.id,
        "state": request.state.value,
        "component": ask.component,
        "version": ask.version,
        "digest": ask.digest,
        "source": ask.source,
        "proof": ask.proof,
        "rights": [
            {"right": str(each.capability), "line": each.capability.line, "remark": each.remark, "is_new": each.is_new}
            for each in request.rights
        ],
        "rationale": {kind.value: text for kind, text in ask.rationale.items()},
        "before": request.before,
        "approved": _table(request.approved),
        "by": request.by,
        "note": request.note,
        "asked_at": _moment(request.asked_at),
        "changed_at": _moment(request.changed_at),
        "expires_at": None if request.expires_at is None else _moment(request.expires_at),
    }


def _rights(request: ApprovalRequest) -> Iterator[Text]:
    new = [right for right in request.rights if right.is_new]
    old = [right for right in request.rights if not right.is_new]
    if request.before is None:
        yield from _listed("asks for:", new)
        return
    yield from _listed(f"NEW, not in approval {request.before}:", new)
    yield from _listed(f"as in approval {request.before}, now for other bytes or together with more:", old)


def _listed(title: str, rights: Iterable[Right]) -> Iterator[Text]:
    rows = [(printable(str(right.capability)), right) for right in rights]
    if rows:
        yield Text(f"  {title}", style="bold")
    width = max((len(text) for text, _ in rows), default=0)
    for text, right in rows:
        style = "bold red" if right.capability.cancels_the_sandbox else "yellow"
        yield Text(f"    {text.ljust(width)}  ").append(printable(right.remark), style=style)


def _fact(name: str, value: str) -> Text:
    return Text(f"  {name.ljust(9)} ", style="dim").append(printable(value), style="default")


def _because(request: ApprovalRequest) -> str:
    return f": {request.note}" if request.note else ""


def _table(rights: CapabilitySet) -> dict[str, list[str]]:
    return {key: list(patterns) for key, patterns in rights.table.items()}


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
