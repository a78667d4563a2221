"""A snapshot of one quota."""

from __future__ import annotations

from dataclasses import dataclass

from ._kind import QuotaKind
from ._level import QuotaLevel, level_of


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaStatus:
    """How much of a quota is used. Amounts are in the kind's unit.

    Attributes:
        kind: which quota.
        used: what counts against the limit now; more than the limit after it was lowered, or after a debt.
        limit: the most that may be used; None for no quota.
    """

    kind: QuotaKind
    used: int
    limit: int | None

    @property
    def available(self) -> int | None:
        """What is left; None without a quota, never negative."""
        return None if self.limit is None else max(0, self.limit - self.used)

    @property
    def percent(self) -> float:
        """Used, of the limit; 100 for a quota of zero, 0 without one."""
        if self.limit is None:
            return 0.0
        return 100.0 * self.used / self.limit if self.limit else 100.0

    @property
    def level(self) -> QuotaLevel:
        """How close that is."""
        return level_of(self.used, self.limit)
