"""What of a component's declaration is not in force, and why; for people who look at it. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from airssys.capabilities import Capability

from ._context import SecurityContext
from ._lines import Line, Lines
from ._reasons import MISSING, NOT_APPROVED, NOTHING_ALLOWS, WILDCARD


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """A right that is not in force, or only in part.

    Attributes:
        right: as it was declared; of an exception, the part that is refused.
        rule: which rule withholds it, with its place.
        reason: why that rule is there; may be empty.
    """

    right: Capability
    rule: str
    reason: str = ""


def withheld(context: SecurityContext) -> tuple[Withheld, ...]:
    """What was declared and is not in force as it was declared."""
    return tuple(_withheld(right, context) for right in context.declared.difference(context.effective))


def exceptions(context: SecurityContext) -> tuple[Withheld, ...]:
    """Parts of the rights in force that the forbidden list or a deny rule refuses all the same."""
    return tuple(
        Withheld(right=meet, rule=line.rule, reason=line.reason)
        for lines in (context.standing.forbidden, context.standing.denied)
        for right, line in lines
        for each in context.effective
        for meet in each.meet(right)
    )


def _withheld(right: Capability, context: SecurityContext) -> Withheld:
    for line in _taking(right, context):
        return Withheld(right=right, rule=line.rule, reason=line.reason)
    if context.missing:
        return Withheld(right=right, rule=MISSING, reason=f"its {' and '.join(context.missing)} is not known")
    if right not in context.counted:
        return Withheld(right=right, rule=WILDCARD, reason="it cancels the sandbox, and no policy names it")
    if not context.approved.covers(right):
        return Withheld(right=right, rule=NOT_APPROVED, reason="nobody approved all of it")
    return Withheld(right=right, rule=NOTHING_ALLOWS, reason=f"no rule allows all of it to {context.component}")


def _taking(right: Capability, context: SecurityContext) -> Iterator[Line]:
    found: tuple[Lines, ...] = (context.standing.forbidden, context.standing.denied)
    yield from (line for lines in found for taken, line in lines if taken.covers(right))
