"""How close a component is to its quota, and the event of coming closer or going away."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ._counts import COUNT_MAX
from ._kind import QuotaKind


class QuotaLevel(StrEnum):
    """Normal below 80 % of the limit, warning from 80 %, critical from 95 %."""

    NORMAL = "normal"
    WARNING = "warning"
    CRITICAL = "critical"


#: From how many per cent of the limit a level holds; the origin's design.
_WARNING_PERCENT: Final = 80
_CRITICAL_PERCENT: Final = 95


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelChange:
    """A quota crossed from one level to another, up or down.

    Attributes:
        kind: which quota.
        previous: the level before.
        level: the level now; never the same.
        used: what counts against the limit now, in the kind's unit.
        limit: the limit in force now; None when it was lifted.
    """

    kind: QuotaKind
    previous: QuotaLevel
    level: QuotaLevel
    used: int
    limit: int | None


def thresholds(limit: int) -> tuple[int, int]:
    """The smallest uses that are warning, and critical; exact for any limit.

    >>> thresholds(100), thresholds(3), thresholds(0)
    ((80, 95), (3, 3), (0, 0))
    """
    return -(-limit * _WARNING_PERCENT // 100), -(-limit * _CRITICAL_PERCENT // 100)


def level_of(used: int, limit: int | None) -> QuotaLevel:
    """The level of a use."""
    if limit is None:
        return QuotaLevel.NORMAL
    warning, critical = thresholds(limit)
    if used >= critical:
        return QuotaLevel.CRITICAL
    return QuotaLevel.WARNING if used >= warning else QuotaLevel.NORMAL


def reach(level: QuotaLevel, limit: int | None) -> tuple[int, int]:
    """The smallest use of a level, and the largest that neither leaves the level nor exceeds the limit; -1 for none."""
    if limit is None:
        return 0, COUNT_MAX
    warning, critical = thresholds(limit)
    if level is QuotaLevel.NORMAL:
        return 0, warning - 1
    return (warning, critical - 1) if level is QuotaLevel.WARNING else (critical, limit or -1)
