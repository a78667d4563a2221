"""What can be said about a component's origin, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TrustLevel(StrEnum):
    """How far the origin of a component is vouched for. It says nothing about what the component may do."""

    TRUSTED = "trusted"
    """A rule of the operator matched: what the component declares needs no person's approval."""

    UNKNOWN = "unknown"
    """No rule matched: a person has to approve what it declares before it runs."""

    DEVELOPMENT = "development"
    """No rule matched, and the host is in development mode: it runs without approval, but under the forbidden list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One step of a decision.

    Attributes:
        rule: the rule's name; empty when no rule is meant.
        text: why it matched, or why it did not.
    """

    rule: str
    text: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.text}" if self.rule else self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustDecision:
    """What the rules came to.

    Attributes:
        level: the answer.
        rule: the name of the rule that matched; None when none did.
        reasons: what every rule said that was looked at, in their order.
    """

    level: TrustLevel
    rule: str | None
    reasons: tuple[Reason, ...]
