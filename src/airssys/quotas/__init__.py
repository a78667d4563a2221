"""Quotas: how much a component may use over time, counted exactly.

Promise: in no second, wherever it begins, does more pass than its quota; a charge is made whole or not at all, whoever
else charges at the same time; and nothing waits, reads a clock that was not passed in, or grows with what is counted.

    tracker = QuotaTracker(manifest.quotas, clock=clock)
    tracker.consume(QuotaKind.MESSAGES)                 # or QuotaExceeded, and nothing was charged
"""

from __future__ import annotations

from ._kind import QuotaKind
from ._level import LevelChange, QuotaLevel
from ._quota import CPU_MS_PER_SECOND_MAX, QUOTA_MAX, ResourceQuota
from ._status import QuotaStatus
from ._tracker import QuotaTracker

__all__ = [
    "CPU_MS_PER_SECOND_MAX",
    "QUOTA_MAX",
    "LevelChange",
    "QuotaKind",
    "QuotaLevel",
    "QuotaStatus",
    "QuotaTracker",
    "ResourceQuota",
]
