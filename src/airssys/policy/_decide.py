"""Deciding whether a request is allowed. Pure; docs/adr/0014-order-of-decisions.md has the reasons for the order."""

from __future__ import annotations

from dataclasses import dataclass, field

from airssys.capabilities import Request

from ._context import SecurityContext
from ._reasons import refusing_rule, steps, what_would_allow


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about a request, and why.

    Attributes:
        allowed: the answer.
        rule: what decided, with its place: the line that allows, or the first one that refuses.
        request: what was asked for.
        context: who asked.
    """

    allowed: bool
    rule: str
    request: Request
    context: SecurityContext = field(repr=False, compare=False)

    @property
    def reasons(self) -> tuple[str, ...]:
        """What every step said, in the order in which they are asked; a refusal does not hide the ones behind it."""
        return tuple(str(step) for step in steps(self.request, self.context))

    @property
    def would_allow(self) -> str | None:
        """What to write so that this request is allowed, and no other one: the line of Component.toml, the lines of
        policy.toml, or both with a comment between them. What is declared anew has to be approved as well. None when it
        is allowed, when nothing but an approval is missing, and when no line can allow it.
        """
        return None if self.allowed else what_would_allow(self.request, self.context)


def decide(request: Request, context: SecurityContext) -> Decision:
    """Decide: the forbidden list, then deny rules, then the rights in force, which are those that were declared *and*
    approved *and* allowed by a rule or a role. The first that refuses decides; what nobody speaks of is denied.
    """
    standing = context.standing
    refusal = standing.refused.find(request)
    if refusal is not None:
        first = standing.forbidden.find(request) or standing.denied.find(request) or refusal
        return Decision(False, first.rule, request, context)
    line = context.lines.find(request)
    if line is None:
        return Decision(False, refusing_rule(request, context), request, context)
    return Decision(True, line.rule, request, context)
