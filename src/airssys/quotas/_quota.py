"""A declaration of quotas: what a component, or its operator, says that it may use."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final, Self

from airssys.errors import QuotaInvalid

from ._kind import NANOSECONDS_PER_MS, QuotaKind

#: The largest quota: the largest integer that every reader of JSON keeps exactly (RFC 8259, section 6); 8 PiB.
QUOTA_MAX: Final = 2**53

#: One instance runs on one core at a time, so there is no more CPU time in a second than that.
CPU_MS_PER_SECOND_MAX: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceQuota:
    """How much may be used; `None` where there is no quota, 0 where nothing is allowed. Valid by existing.

    Attributes:
        storage_bytes: kept in the host's storage at any time.
        messages_per_second: sent, within any second.
        network_bytes_per_second: sent and received, within any second.
        cpu_ms_per_second: milliseconds of CPU time within any second; at most 1000.
        memory_bytes: linear memory held at any time; `[resources.memory] max_bytes` says it.

    Raises:
        QuotaInvalid: a quota is no integer, negative, or larger than its kind can be.
    """

    storage_bytes: int | None = None
    messages_per_second: int | None = None
    network_bytes_per_second: int | None = None
    cpu_ms_per_second: int | None = None
    memory_bytes: int | None = None

    def __post_init__(self) -> None:
        for field in fields(self):
            most = CPU_MS_PER_SECOND_MAX if field.name == "cpu_ms_per_second" else QUOTA_MAX
            _require_quota(field.name, getattr(self, field.name), most)

    def limit(self, kind: QuotaKind) -> int | None:
        """The limit of one kind, in the unit that its amounts have.

        >>> ResourceQuota(cpu_ms_per_second=300).limit(QuotaKind.CPU)
        300000000
        """
        declared: int | None = getattr(self, _FIELDS[kind])
        if declared is not None and kind is QuotaKind.CPU:
            return declared * NANOSECONDS_PER_MS
        return declared

    def under(self, ceilings: ResourceQuota) -> Self:
        """These quotas, lowered to the ceilings where they are above them or not declared at all."""
        return type(self)(**{name: _lower(getattr(self, name), getattr(ceilings, name)) for name in _FIELDS.values()})


#: Which field holds the quota of a kind.
_FIELDS: Final[dict[QuotaKind, str]] = {
    QuotaKind.STORAGE: "storage_bytes",
    QuotaKind.MESSAGES: "messages_per_second",
    QuotaKind.NETWORK: "network_bytes_per_second",
    QuotaKind.CPU: "cpu_ms_per_second",
    QuotaKind.MEMORY: "memory_bytes",
}


def _lower(one: int | None, other: int | None) -> int | None:
    """The smaller of two quotas, where none at all is the largest."""
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)


def _require_quota(name: str, value: object, most: int) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int):
        raise QuotaInvalid(f"{name} must be an integer or None, not {type(value).__name__}")
    if not 0 <= value <= most:
        shown = str(value) if value.bit_length() <= 128 else f"an integer of {value.bit_length()} bits"
        raise QuotaInvalid(f"{name} must be from 0 to {most}, not {shown}")
