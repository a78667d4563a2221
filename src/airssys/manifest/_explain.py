"""What is in force for a component, and where each value came from."""

from __future__ import annotations

from dataclasses import dataclass

from . import _fields as keys
from ._capabilities import PATTERNS, RATIONALE
from ._fields import Field
from ._manifest import Manifest
from ._quotas import QUOTAS


@dataclass(frozen=True, slots=True, kw_only=True)
class Effective:
    """One value in force.

    Attributes:
        key: the key path, as in `resources.cpu.timeout_seconds`.
        value: what is in force; `None` where the key is not set and means "no such limit".
        source: `file:line`, an option such as `--timeout-seconds`, `default` for what airssys ships, or `python`.
    """

    key: str
    value: str | int | float | tuple[str, ...] | None
    source: str


def explain(manifest: Manifest) -> tuple[Effective, ...]:
    """Every value in force, in the order of the manifest's sections; texts about the component where it has them."""
    sources = dict(manifest.sources)
    unset = "python" if manifest.path is None else "default"
    return tuple(
        Effective(key=field.key.path, value=value, source=sources.get(field.key.path, unset))
        for about in (_about_component, _about_limits, _about_capabilities, _about_quotas)
        for field, value in about(manifest)
    )


_Row = tuple[Field[object], str | int | float | tuple[str, ...] | None]


def _about_component(manifest: Manifest) -> list[_Row]:
    component = manifest.component
    rows: list[_Row] = [
        (keys.NAME, component.name),
        (keys.VERSION, str(component.version)),
        (keys.DESCRIPTION, component.description),
        (keys.AUTHORS, component.authors),
        (keys.LICENSE, component.license),
        (keys.REPOSITORY, component.repository),
        (keys.WASM, component.wasm),
    ]
    return [row for row in rows if row[1]]


def _about_limits(manifest: Manifest) -> list[_Row]:
    limits = manifest.limits
    return [
        (keys.MAX_BYTES, limits.memory.max_bytes),
        (keys.TIMEOUT, limits.cpu.timeout_seconds),
        (keys.MAX_FUEL, limits.cpu.max_fuel),
        (keys.PRIORITY, limits.cpu.priority.value),
        (keys.BOUNDS_MIN, limits.memory.bounds.min_bytes),
        (keys.BOUNDS_MAX, limits.memory.bounds.max_bytes),
    ]


def _about_capabilities(manifest: Manifest) -> list[_Row]:
    table = manifest.capabilities.table
    rows: list[_Row] = [
        (field, table[f"{kind}.{action}"]) for (kind, action), field in PATTERNS.items() if f"{kind}.{action}" in table
    ]
    return rows + [(RATIONALE[kind], text) for kind, text in manifest.rationale.items()]


def _about_quotas(manifest: Manifest) -> list[_Row]:
    return [(each.declared, getattr(manifest.quotas, each.attribute)) for each in QUOTAS.values()]
