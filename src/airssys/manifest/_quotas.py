"""`[quotas]` of a manifest, and the operator's ceilings on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from airssys.quotas import CPU_MS_PER_SECOND_MAX, QUOTA_MAX, QuotaKind, ResourceQuota

from ._checks import check_between, check_integer, check_size_between
from ._fields import Field
from ._key import Key
from ._settings import Setting, Settings, value_if_set


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaKeys:
    """Where one quota is written, and which attribute of `ResourceQuota` it becomes.

    Attributes:
        declared: in `[quotas]`.
        ceiling: in `[ceilings.quotas]` of `host.toml`.
    """

    attribute: str
    declared: Field[int]
    ceiling: Field[int]


def _check_size(key: Key, value: object) -> int:
    return check_size_between(key, value, 0, QUOTA_MAX)


def _check_count(key: Key, value: object) -> int:
    return check_between(key, check_integer(key, value), 0, QUOTA_MAX)


def _check_cpu(key: Key, value: object) -> int:
    return check_between(key, check_integer(key, value), 0, CPU_MS_PER_SECOND_MAX)


def _keys(kind: QuotaKind, attribute: str, example: str, check: Callable[[Key, object], int]) -> QuotaKeys:
    declared, ceiling = (
        Field(key=Key(path=f"{section}.{kind.value}", example=example), check=check)
        for section in ("quotas", "ceilings.quotas")
    )
    return QuotaKeys(attribute=attribute, declared=declared, ceiling=ceiling)


#: Every quota that a manifest can declare. Memory, the fifth, is declared by `[resources.memory]`.
QUOTAS: Final[Mapping[QuotaKind, QuotaKeys]] = {
    QuotaKind.STORAGE: _keys(QuotaKind.STORAGE, "storage_bytes", '"20MiB"', _check_size),
    QuotaKind.MESSAGES: _keys(QuotaKind.MESSAGES, "messages_per_second", "200", _check_count),
    QuotaKind.NETWORK: _keys(QuotaKind.NETWORK, "network_bytes_per_second", '"1MiB"', _check_size),
    QuotaKind.CPU: _keys(QuotaKind.CPU, "cpu_ms_per_second", "300", _check_cpu),
}


def declared_quotas(settings: Settings) -> ResourceQuota:
    """What `[quotas]` comes to."""
    return ResourceQuota(**{keys.attribute: value_if_set(settings, keys.declared) for keys in QUOTAS.values()})


def ceilings(settings: Settings) -> ResourceQuota:
    """What `[ceilings.quotas]` comes to."""
    return ResourceQuota(**{keys.attribute: value_if_set(settings, keys.ceiling) for keys in QUOTAS.values()})


def lowered(settings: Settings, most: ResourceQuota) -> dict[str, Setting]:
    """The settings with every quota lowered to its ceiling: the ceiling takes its place, and is its source."""
    in_force = dict(settings)
    for keys in QUOTAS.values():
        ceiling: int | None = getattr(most, keys.attribute)
        declared = value_if_set(settings, keys.declared)
        if ceiling is not None and (declared is None or declared > ceiling):
            written = settings.get(keys.ceiling.key.path)
            setting = Setting(value=ceiling, file="python") if written is None else replace(written, value=ceiling)
            in_force[keys.declared.key.path] = setting
    return in_force
