"""Loading a manifest: read the chain, put the sources of settings on each other, and tell all problems at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from . import _fields as keys
from ._capabilities import declared_capabilities, declared_rationale, unallowed_wildcards
from ._chain import Chain, read_chain
from ._document import manifest_path
from ._fields import Field
from ._limits import CpuConfig, MemoryBounds, MemoryConfig, ResourceLimits
from ._manifest import ComponentSection, Manifest, candidates_in, first_file
from ._memory_problems import MemoryNotConfigured
from ._operator import OperatorDefaults
from ._problem import Problem, Report
from ._quotas import declared_quotas, lowered
from ._settings import Setting, Settings, value_if_set, value_of
from ._shapes import OVERRIDES
from ._value_problems import MissingKey, UnknownKey


def load_manifest(
    path: str | os.PathLike[str],
    *,
    operator: OperatorDefaults | None = None,
    profile: str | None = None,
    overrides: Mapping[str, object] | None = None,
) -> Manifest:
    """Read `Component.toml` and everything that it extends, and merge it with what operator and command line say.

    Later sources win, key by key: what airssys ships, the operator's defaults, the operator's profile, the files that
    are extended (farthest first), the manifest itself, `overrides`. The memory limit has to be declared by a file of
    the component: the operator cannot supply it, and `overrides` can only change it. The operator's ceilings come last:
    a quota above its ceiling, or not declared at all, becomes the ceiling.

    Args:
        path: the file, or the folder that holds it.
        operator: what `load_operator` read.
        profile: the name of one of the operator's profiles.
        overrides: values as TOML has them by key path (`resources.cpu.timeout_seconds`); `None` sets nothing.

    Raises:
        ManifestError: the class of the problem when there is one, `ManifestInvalid` when there are several.
    """
    operator = OperatorDefaults() if operator is None else operator
    report = Report()
    chain = read_chain(manifest_path(path), report)
    if chain.is_complete:
        _require(chain, operator.bounds, report)
    settings = lowered(
        {
            **_operator_settings(operator, profile, report),
            **chain.merged(),
            **_override_settings(overrides or {}, report),
        },
        operator.ceilings,
    )
    _check_bounds(settings, operator.bounds, report)
    for problem in unallowed_wildcards(settings, operator.wildcards):
        report.add(problem)
    report.raise_problems()
    return _manifest(chain, settings, operator.bounds)


def component_at_hand(path: str | os.PathLike[str]) -> Path | None:
    """The component beside a manifest, even when the manifest has problems; `None` when it cannot be told.

    Never raises. It is meant for `with_smallest` of the errors: to tell the author of a manifest without a usable
    memory limit what this component needs.
    """
    try:
        chain = read_chain(manifest_path(path), Report())
        settings = chain.merged()
        if keys.NAME.key.path not in settings:
            return None
        folder = _folder(chain, settings)
        return first_file(_candidates(folder, settings), confined_to=folder)
    except Problem:
        return None


def _require(chain: Chain, bounds: MemoryBounds, report: Report) -> None:
    """Report what no file of the chain declares, against the manifest itself."""
    settings = chain.merged()
    manifest = chain.documents[0]
    section_line = manifest.lines.get(("component",))
    missing = [field for field in (keys.NAME, keys.VERSION) if not _is_dealt_with(field, settings, report)]
    if len(missing) == 2 and section_line is None:
        write = "\n".join(["[component]", *(field.key.line for field in missing)])
        report.add(MissingKey("[component]", write=write).located(manifest.file))
    else:
        for field in missing:
            report.add(MissingKey(field.key.path, write=field.key.line).located(manifest.file, section_line))
    if not _is_dealt_with(keys.MAX_BYTES, settings, report):
        line = manifest.lines.get(("resources", "memory"))
        problem = MemoryNotConfigured(
            minimum_bytes=bounds.min_bytes, maximum_bytes=bounds.max_bytes, section_exists=line is not None
        )
        report.add(problem.located(manifest.file, line))


def _is_dealt_with(field: Field[object], settings: Settings, report: Report) -> bool:
    return field.key.path in settings or report.covers(field.key.path)


def _operator_settings(operator: OperatorDefaults, profile: str | None, report: Report) -> Settings:
    try:
        return operator.settings(profile)
    except Problem as problem:
        report.add(problem)
        return {}


def _override_settings(overrides: Mapping[str, object], report: Report) -> Settings:
    settings: dict[str, Setting] = {}
    for path, value in overrides.items():
        option = "--" + path.rpartition(".")[2].replace("_", "-")
        field = OVERRIDES.get(path)
        try:
            if field is None:
                raise UnknownKey((path,), value, OVERRIDES)
            if value is not None:
                field.decode(value)
                settings[path] = Setting(value=value, file=option)
        except Problem as problem:
            report.add(problem.located(option))
    return settings


def _check_bounds(settings: Settings, bounds: MemoryBounds, report: Report) -> None:
    """The bounds hold for the limit in force, whoever set it; a limit that a later source replaced does not matter."""
    if keys.MAX_BYTES.key.path not in settings:
        return
    setting = settings[keys.MAX_BYTES.key.path]
    try:
        bounds.check(keys.MAX_BYTES.decode(setting.value))
    except Problem as problem:
        report.add(problem.located(setting.file, setting.line))


def _manifest(chain: Chain, settings: Settings, bounds: MemoryBounds) -> Manifest:
    folder = _folder(chain, settings)
    return Manifest(
        component=ComponentSection(
            name=value_of(settings, keys.NAME),
            version=value_of(settings, keys.VERSION),
            description=value_if_set(settings, keys.DESCRIPTION),
            authors=value_if_set(settings, keys.AUTHORS) or (),
            license=value_if_set(settings, keys.LICENSE),
            repository=value_if_set(settings, keys.REPOSITORY),
            wasm=value_if_set(settings, keys.WASM),
        ),
        limits=_limits(settings, bounds),
        capabilities=declared_capabilities(settings),
        rationale=declared_rationale(settings),
        quotas=declared_quotas(settings),
        candidates=_candidates(folder, settings),
        confined_to=folder,
        path=chain.documents[0].path,
        sources=tuple((path, setting.source) for path, setting in settings.items()),
        files=tuple((document.path, document.sha256) for document in chain.documents),
    )


def _limits(settings: Settings, bounds: MemoryBounds) -> ResourceLimits:
    shipped = CpuConfig()
    return ResourceLimits(
        memory=MemoryConfig(max_bytes=value_of(settings, keys.MAX_BYTES), bounds=bounds),
        cpu=CpuConfig(
            timeout_seconds=value_if_set(settings, keys.TIMEOUT) or shipped.timeout_seconds,
            max_fuel=value_if_set(settings, keys.MAX_FUEL),
            priority=value_if_set(settings, keys.PRIORITY) or shipped.priority,
        ),
    )


def _folder(chain: Chain, settings: Settings) -> Path:
    """The folder of the file that names the component, which is the manifest's own unless `wasm` was inherited."""
    named = settings.get(keys.WASM.key.path)
    return chain.documents[0].path.parent if named is None else Path(named.file).parent


def _candidates(folder: Path, settings: Settings) -> tuple[Path, ...]:
    return candidates_in(folder, name=value_of(settings, keys.NAME), wasm=value_if_set(settings, keys.WASM))
