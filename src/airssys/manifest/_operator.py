"""The operator's file: defaults and profiles for every component of a host, and what components may declare."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from airssys.capabilities import Capability
from airssys.quotas import ResourceQuota

from ._document import Document, read_document
from ._fields import BOUNDS_MAX, BOUNDS_MIN
from ._limits import MemoryBounds
from ._problem import Problem, Report
from ._quotas import ceilings
from ._settings import Settings, read_settings, table_at, value_if_set
from ._shapes import OPERATOR, PROFILE
from ._value_problems import UnknownProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorDefaults:
    """What an operator decided for all components of a host. Without arguments: what airssys ships.

    Attributes:
        bounds: what a component may declare as its memory limit.
        ceilings: what no component may use more than, whatever it declares; memory has `bounds` instead.
        wildcards: the capabilities that cancel the sandbox and may be declared all the same.
        defaults: settings that stand below every manifest.
        profiles: settings that stand between `defaults` and a manifest, by the name that chooses them.
        file: where all of this was read; `None` when it was made in Python.
    """

    bounds: MemoryBounds = field(default_factory=MemoryBounds)
    ceilings: ResourceQuota = field(default_factory=ResourceQuota)
    wildcards: frozenset[Capability] = frozenset()
    defaults: Settings = field(default_factory=dict)
    profiles: Mapping[str, Settings] = field(default_factory=dict)
    file: str | None = None

    def settings(self, profile: str | None = None) -> Settings:
        """The settings that stand below a manifest.

        Raises:
            UnknownProfile: there is no such profile.
        """
        if profile is None:
            return self.defaults
        if profile not in self.profiles:
            raise UnknownProfile(profile, tuple(self.profiles)).located(self.file)
        return {**self.defaults, **self.profiles[profile]}


def load_operator(path: str | os.PathLike[str]) -> OperatorDefaults:
    """Read `host.toml`: `[defaults]`, `[profiles.NAME]`, `[bounds.memory]` and `[ceilings.quotas]`.

    Raises:
        ManifestError: the file cannot be used; with several problems, a `ManifestInvalid` that tells all of them.
    """
    document = read_document(Path(path))
    report = Report()
    rest = {name: value for name, value in document.table.items() if name != "profiles"}
    defaults = read_settings(document, rest, OPERATOR, report)
    profiles = _profiles(document, report)
    bounds = _bounds(document, defaults, report)
    report.raise_problems()
    return OperatorDefaults(
        bounds=bounds, ceilings=ceilings(defaults), defaults=defaults, profiles=profiles, file=document.file
    )


def _profiles(document: Document, report: Report) -> dict[str, Settings]:
    try:
        named = table_at(("profiles",), document.table.get("profiles", {}))
    except Problem as problem:
        report.add(problem.located(document.file, document.line_of(("profiles",))))
        return {}
    return {
        name: read_settings(document, {name: table}, {name: PROFILE}, report, at=("profiles",))
        for name, table in named.items()
    }


def _bounds(document: Document, settings: Settings, report: Report) -> MemoryBounds:
    shipped = MemoryBounds()
    lowest = value_if_set(settings, BOUNDS_MIN)
    highest = value_if_set(settings, BOUNDS_MAX)
    try:
        return MemoryBounds(
            min_bytes=shipped.min_bytes if lowest is None else lowest,
            max_bytes=shipped.max_bytes if highest is None else highest,
        )
    except Problem as problem:
        key = (BOUNDS_MAX if lowest is None else BOUNDS_MIN).key
        report.add(problem.located(document.file, document.line_of(("bounds", "memory", key.name))))
        return shipped
