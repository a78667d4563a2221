"""A component's manifest as a value, and the component that stands beside it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

import semver

from airssys.capabilities import CapabilitySet, Kind
from airssys.quotas import ResourceQuota

from ._capabilities import RATIONALE
from ._fields import AUTHORS, DESCRIPTION, LICENSE, NAME, REPOSITORY, VERSION, WASM, Field
from ._file_problems import WasmNotFound
from ._limits import ResourceLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentSection:
    """Who a component is: `[component]`.

    Attributes:
        name: 3 to 64 of a-z, 0-9 and single hyphens, beginning with a letter.
        version: by SemVer 2.0.0.
        description: what it does, in its author's words.
        authors: who wrote it.
        license: an SPDX expression, kept as it is written.
        repository: where its source is, kept as it is written.
        wasm: the component's file as the manifest names it; `None` for the usual names beside the manifest.

    Raises:
        ManifestError: a text is malformed.
    """

    name: str
    version: semver.Version
    description: str | None = None
    authors: tuple[str, ...] = ()
    license: str | None = None
    repository: str | None = None
    wasm: str | None = None

    def __post_init__(self) -> None:
        NAME.decode(self.name)
        AUTHORS.decode(self.authors)
        optional: tuple[tuple[Field[str], str | None], ...] = (
            (DESCRIPTION, self.description),
            (LICENSE, self.license),
            (REPOSITORY, self.repository),
            (WASM, self.wasm),
        )
        for key, value in optional:
            if value is not None:
                key.decode(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Everything that a component declares, valid by existing. `load_manifest` reads one, `Manifest.create` makes one.

    Attributes:
        component: who the component is.
        limits: what one instance may take, after all sources of settings.
        capabilities: what the component asks for, whether or not somebody approves it.
        rationale: why, by kind, in its author's words.
        quotas: what the component may use over time, under the operator's ceilings; its memory is that of `limits`.
        candidates: the component's possible files, most likely first.
        confined_to: the folder that the component must not lead out of; `None` when a program named the file itself.
        path: the file it was read from; `None` when it was made in Python.
        sources: for every key that was set, by which file and line or by which option.
        files: the file and every file that it extends, in that order, each with the SHA-256 of the bytes that were
            decoded; empty when it was made in Python.
    """

    component: ComponentSection
    limits: ResourceLimits
    candidates: tuple[Path, ...]
    confined_to: Path | None = None
    path: Path | None = None
    capabilities: CapabilitySet = field(default_factory=CapabilitySet)
    rationale: Mapping[Kind, str] = field(default_factory=dict, hash=False)
    quotas: ResourceQuota = field(default_factory=ResourceQuota)
    sources: tuple[tuple[str, str], ...] = field(default=(), compare=False, repr=False)
    files: tuple[tuple[Path, str], ...] = field(default=(), compare=False, repr=False)

    def __post_init__(self) -> None:
        for kind, text in self.rationale.items():
            RATIONALE[kind].decode(text)
        object.__setattr__(self, "rationale", dict(self.rationale))
        object.__setattr__(self, "quotas", replace(self.quotas, memory_bytes=self.limits.memory.max_bytes))

    @classmethod
    def create(
        cls,
        *,
        name: str,
        version: str,
        wasm: str | os.PathLike[str],
        limits: ResourceLimits,
        capabilities: CapabilitySet | None = None,
        rationale: Mapping[Kind, str] | None = None,
        quotas: ResourceQuota | None = None,
        description: str | None = None,
        authors: Sequence[str] = (),
        license: str | None = None,
        repository: str | None = None,
    ) -> Self:
        """Make a manifest without a file. `wasm` may be any path: the program that names it is trusted.

        Raises:
            ManifestError: the name, the version or a text is malformed.
        """
        component = ComponentSection(
            name=name,
            version=VERSION.decode(version),
            description=description,
            authors=tuple(authors),
            license=license,
            repository=repository,
        )
        return cls(
            component=component,
            limits=limits,
            capabilities=CapabilitySet() if capabilities is None else capabilities,
            rationale={} if rationale is None else rationale,
            quotas=ResourceQuota() if quotas is None else quotas,
            candidates=(Path(wasm),),
        )

    def find_wasm(self) -> Path:
        """The component's file. Looks at the file system, so the answer holds for as long as nobody moves files.

        Raises:
            WasmNotFound: none of `candidates` is a file, or the one that is leads out of `confined_to`.
        """
        return first_file(self.candidates, confined_to=self.confined_to)


def candidates_in(folder: Path, *, name: str, wasm: str | None) -> tuple[Path, ...]:
    """Where the component of a manifest in `folder` may be: where it says, or under its name."""
    return (folder / wasm,) if wasm is not None else (folder / f"{name}.wasm", folder / f"{name}.wat")


def first_file(candidates: Sequence[Path], *, confined_to: Path | None) -> Path:
    """The first candidate that is a file.

    Raises:
        WasmNotFound: none is, or that one is a link out of the folder that it is confined to.
    """
    found = next((path for path in candidates if os.path.isfile(path)), None)
    if found is None:
        raise WasmNotFound("the component was not found", tried=candidates)
    if confined_to is not None and not _is_inside(found, confined_to):
        raise WasmNotFound(
            "the component is a link that leads out of the manifest's folder",
            tried=(found,),
            expected="a file in the manifest's folder: copy it there",
        )
    return found


def _is_inside(path: Path, folder: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))
