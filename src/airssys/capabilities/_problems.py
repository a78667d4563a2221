"""What can be wrong with a capability that somebody wrote."""

from __future__ import annotations

from airssys.errors import OperatorError


class CapabilityError(OperatorError, ValueError):
    """There is no such kind or action, or the pattern belongs to another kind."""

    code = "malformed-capability"
    hint = "write a kind, one of its actions, and a pattern, as in: filesystem read /srv/in/*"


class PatternError(CapabilityError):
    """A pattern breaks the rules of its kind.

    Attributes:
        text: the pattern, as it was written.
        said: what is wrong, to follow the pattern in a sentence: `has no port`.
        why: why that is not allowed.
        instead: what was probably meant; empty when nobody can tell. Each of them is a pattern.
    """

    code = "pattern-error"
    hint = "write one of the forms that docs/guides/capabilities.md shows"

    def __init__(self, text: str, said: str, *, why: str, instead: tuple[str, ...] = ()) -> None:
        super().__init__(f"the pattern {text[:200]!a} {said}: {why}")
        self.text = text
        self.said = said
        self.why = why
        self.instead = instead
