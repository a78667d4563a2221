"""From a manifest and a component's digest to what decisions of trust are about."""

from __future__ import annotations

from pathlib import Path

from airssys.manifest import Manifest
from airssys.trust import Source, SourceFile


def source_of(manifest: Manifest, wasm: Path, digest: str) -> Source:
    """Where a component comes from, with the digests of the bytes that were decoded and compiled.

    Looks at the file system to follow links.

    Args:
        manifest: of the component.
        wasm: the file that was compiled: `manifest.find_wasm()`.
        digest: SHA-256 of the bytes that were compiled: `CompiledComponent.digest`.
    """
    return Source(
        name=manifest.component.name,
        version=str(manifest.component.version),
        wasm=SourceFile.at(wasm, digest),
        manifests=tuple(SourceFile.at(path, sha256) for path, sha256 in manifest.files),
    )
