"""A denied decision as the error that refuses the act."""

from __future__ import annotations

from airssys.errors import CapabilityDenied

from ._decide import Decision
from ._reasons import NOT_APPROVED, WILDCARD, steps

#: Longest part of a resource that a message quotes.
_MAX_SHOWN = 200


def refusal_of(decision: Decision) -> CapabilityDenied:
    """The error for a decision that denies."""
    request = decision.request
    shown = request.resource if request.resource.isprintable() else ascii(request.resource)
    cut = shown if len(shown) <= _MAX_SHOWN else f"{shown[:_MAX_SHOWN]}..."
    why = next(step.text for step in steps(request, decision.context) if step.refusal == decision.rule)
    return CapabilityDenied(
        f"{decision.context.component} may not {request.action} {cut} ({request.kind}): {why}",
        request=str(request),
        rule=decision.rule,
        hint=_hint_of(decision),
    )


def _hint_of(decision: Decision) -> str:
    lines = decision.would_allow
    if lines is None:
        if decision.rule == NOT_APPROVED:
            return "a person has to approve it first"
        return "no line can allow this request; let the component do without it, or change what refuses it"
    if lines.startswith("["):
        return f"to allow this and nothing else, write in policy.toml:\n{lines}"
    instead = " in place of the wildcard" if decision.rule == WILDCARD else ""
    return f"to allow this and nothing else, write under [capabilities] in Component.toml{instead}: {lines}"
