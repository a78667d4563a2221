"""A snapshot of a component's life."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from enum import Enum

from airssys.manifest import ResourceLimits
from airssys.quotas import QuotaKind, QuotaStatus


class ComponentState(Enum):
    """Where a component is in its life."""

    HELD = "held"
    READY = "ready"
    BUSY = "busy"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ComponentStatus:
    """A snapshot.

    Attributes:
        state: `held` until somebody approves what it asks for; `ready`; `busy` with a call; `failed` when the last
            instance died and the next call makes a new one; `stopped` for good.
        restarts: instances made after the first.
        last_failure: what ended the last instance that died; None when none did.
        version: as the manifest has it.
        digest: SHA-256 of the component's file, hexadecimal.
        limits: in force now.
        waiting: calls that wait for the one in progress.
        quotas: what it uses of each, by kind.
    """

    state: ComponentState
    restarts: int
    last_failure: BaseException | None
    version: str
    digest: str
    limits: ResourceLimits
    waiting: int
    quotas: Mapping[QuotaKind, QuotaStatus]
