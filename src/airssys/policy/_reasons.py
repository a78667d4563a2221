"""Why a request is allowed or not, step by step, and what would allow it. Pure; nothing is decided here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from airssys.capabilities import Capability, Request

from ._context import SecurityContext
from ._lines import Line

#: The rules that refuse without standing on a line of any file.
MALFORMED: Final = "malformed-request"
MISSING: Final = "missing-attribute"
NOT_DECLARED: Final = "not-declared"
WILDCARD: Final = "wildcard-not-named"
NOT_APPROVED: Final = "not-approved"
NOTHING_ALLOWS: Final = "nothing-allows"
TOO_INTRICATE: Final = "too-intricate"

#: Stands between the line of Component.toml and those of policy.toml when both are needed.
ALSO_IN_POLICY: Final = "# and in policy.toml:"

#: What a line in a file can mend.
_MENDABLE: Final = frozenset({NOT_DECLARED, WILDCARD, NOT_APPROVED, NOTHING_ALLOWS})


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the chain.

    Attributes:
        text: what it says.
        refusal: the rule that refuses here; empty when the step lets the request pass.
    """

    text: str
    refusal: str = ""

    def __str__(self) -> str:
        return f"denied: {self.text}" if self.refusal else self.text


def steps(request: Request, context: SecurityContext) -> Iterator[Step]:
    """What every step says about a request, in their order; a refusal does not hide the steps behind it."""
    if request.normal is None:
        yield Step(f"request: the resource {request.fault}, and no pattern matches that", MALFORMED)
        return
    said = [*_steps(request, context)]
    yield from said
    if context.lines.find(request) is None and not any(step.refusal for step in said):
        why = "what is declared, approved and allowed is too intricate to be put together"
        yield Step(f"rights in force: {why}", TOO_INTRICATE)


def refusing_rule(request: Request, context: SecurityContext) -> str:
    """The rule that refuses a request that no line in force allows, no line forbids and no line denies: the first one
    that `steps` has, without the words.
    """
    if request.normal is None:
        return MALFORMED
    if context.missing:
        return MISSING
    if context.is_whole or context.declared.allows(request) is None:
        return NOT_DECLARED
    if context.counted.allows(request) is None:
        return WILDCARD
    if context.approved.allows(request) is None:
        return NOT_APPROVED
    return NOTHING_ALLOWS if _allowing(request, context) is None else TOO_INTRICATE


def what_would_allow(request: Request, context: SecurityContext) -> str | None:
    """The lines that would allow a request, in the narrowest form; None when no line can."""
    right = request.narrowest()
    refusals = {step.refusal for step in steps(request, context)} - {""}
    if right is None or not refusals <= _MENDABLE:
        return None
    declared = right.line if refusals & {NOT_DECLARED, WILDCARD} else ""
    allowed = [_policy_rule(right, context.component)] if NOTHING_ALLOWS in refusals else []
    if declared and right.cancels_the_sandbox and not context.standing.wildcards.covers(right):
        allowed.append(f"[wildcards]\n{_quoted(context.component)} = [{_quoted(str(right))}]")
    return f"\n{ALSO_IN_POLICY}\n".join(filter(None, (declared, "\n".join(allowed)))) or None


def _steps(request: Request, context: SecurityContext) -> Iterator[Step]:
    standing = context.standing
    yield _refused_by("forbidden list: not on it", "forbidden list", standing.forbidden.find(request))
    yield _refused_by("deny rules: none is about it", "deny rules", standing.denied.find(request))
    if context.missing:
        said = f"component: its {' and '.join(context.missing)} is not known, so nobody can have judged it"
        yield Step(said, MISSING)
    yield _manifest_step(request, context)
    yield _approval_step(request, context)
    yield _policy_step(request, context)


def _refused_by(passing: str, what: str, line: Line | None) -> Step:
    return Step(passing) if line is None else Step(f"{what}: {line}", line.rule)


def _manifest_step(request: Request, context: SecurityContext) -> Step:
    declared = context.declared.allows(request)
    if declared is None:
        return Step(f"manifest: {request.kind}.{request.action} does not declare it", NOT_DECLARED)
    said = f"manifest: {context.place_of(declared)} declares {declared}"
    if context.counted.allows(request) is not None:
        return Step(said)
    return Step(f"{said}, which cancels the sandbox and which no policy names", WILDCARD)


def _approval_step(request: Request, context: SecurityContext) -> Step:
    approved = context.approved.allows(request)
    if approved is None:
        return Step("approval: nobody approved it", NOT_APPROVED)
    return Step(f"approval: {context.approved_by or 'somebody'} approved {approved}")


def _policy_step(request: Request, context: SecurityContext) -> Step:
    line = context.lines.find(request) or _allowing(request, context)
    if line is not None:
        return Step(f"policy: {line} allows it")
    roles = f", and none of its roles ({', '.join(context.roles)})" if context.roles else ""
    return Step(f"policy: no rule allows it to {context.component}{roles}", NOTHING_ALLOWS)


def _allowing(request: Request, context: SecurityContext) -> Line | None:
    return next((line for rights, line in context.standing.allowed if rights.allows(request) is not None), None)


def _policy_rule(right: Capability, component: str) -> str:
    lines = (
        "[[rule]]",
        'effect = "allow"',
        f"components = [{_quoted(component)}]",
        f"kind = {_quoted(right.kind)}",
        f"action = {_quoted(right.action)}",
        f"resource = {_quoted(right.pattern.text)}",
    )
    return "\n".join(lines)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
