"""Where a component comes from: its files, and the digests of exactly the bytes that would run."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

#: Begins the list of digests that stands for a manifest of several files. No manifest begins like this: it is no TOML.
_CHAIN: Final = "airssys manifest chain 1\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file as it was read.

    Attributes:
        path: absolute, without links.
        sha256: of the bytes that were read, hexadecimal. Not of what the file holds by now.
    """

    path: Path
    sha256: str

    @classmethod
    def at(cls, path: str | os.PathLike[str], sha256: str) -> Self:
        """Name a file by any path that leads to it. Looks at the file system to follow links."""
        return cls(path=Path(os.path.realpath(path)), sha256=sha256)

    @classmethod
    def of(cls, path: str | os.PathLike[str], content: bytes) -> Self:
        """Name a file whose content is at hand."""
        return cls.at(path, hashlib.sha256(content).hexdigest())


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Everything that a decision of trust is about.

    Whoever loads a component makes this from the bytes that it decoded and compiled, so that nothing which is found
    out later about the files can be about other bytes.

    Attributes:
        name: of the component, by its manifest.
        version: of the component, by its manifest.
        wasm: the component's file.
        manifests: the manifest, then the file that it extends, and so on; empty when a program made the manifest.
    """

    name: str
    version: str
    wasm: SourceFile
    manifests: tuple[SourceFile, ...] = ()

    @property
    def files(self) -> tuple[SourceFile, ...]:
        """All files that the component is made of."""
        return (self.wasm, *self.manifests)

    @property
    def manifest_sha256(self) -> str | None:
        """One digest for the manifest and everything that it extends; None when there is no file.

        For a manifest that extends nothing it is what `sha256sum Component.toml` prints.
        """
        digests = [manifest.sha256 for manifest in self.manifests]
        if len(digests) < 2:
            return digests[0] if digests else None
        return hashlib.sha256((_CHAIN + "".join(f"{digest}\n" for digest in digests)).encode()).hexdigest()

    @property
    def origin(self) -> str:
        """Where it was loaded from, for records and for approvals: the same for every version at this place."""
        return self.wasm.path.as_uri()
