"""Many rights, each with the line that gives or takes it, found by the request that they match."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from airssys.capabilities import Capability, CapabilitySet, Request


@dataclass(frozen=True, slots=True)
class Line:
    """A line that decides.

    Attributes:
        rule: its name and place, as records have it: `policy.toml:12`.
        reason: why it stands there; may be empty.
    """

    rule: str
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.rule} ({self.reason})" if self.reason else self.rule


Entry: TypeAlias = tuple[Capability, Line]


class Lines:
    """Finds the line whose right matches a request, in time that does not depend on how many there are.

    Args:
        entries: rights and their lines; of equal rights the first one counts, and a right that another one covers is
            found under the line of the wider one.
    """

    __slots__ = ("_by_identity", "_entries", "rights")

    def __init__(self, entries: Iterable[Entry]) -> None:
        by_right: dict[Capability, Line] = {}
        for right, line in entries:
            by_right.setdefault(right, line)
        self._entries = tuple(by_right.items())
        self.rights = CapabilitySet(by_right)
        # by identity, because hashing a right takes longer than finding it; the set keeps every right alive
        self._by_identity = {id(right): by_right[right] for right in self.rights}

    def find(self, request: Request) -> Line | None:
        """The line that a request falls under; None when there is none. Never raises."""
        right = self.rights.allows(request)
        return None if right is None else self._by_identity[id(right)]

    def line_of(self, right: Capability) -> Line:
        """The line of one of `rights`."""
        return self._by_identity[id(right)]

    def __iter__(self) -> Iterator[Entry]:
        return ((right, self._by_identity[id(right)]) for right in self.rights)

    def __reduce__(self) -> tuple[object, ...]:
        return Lines, (self._entries,)
