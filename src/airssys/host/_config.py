"""What the operator decides for a whole host."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from airssys.engine import CodeCache, CompileBounds, Compiler, StoreBounds, default_cache_folder
from airssys.interfaces.wasi import DEFAULT_MAX_DESCRIPTORS, OutputConfig
from airssys.manifest import OperatorDefaults, load_operator


@dataclass(frozen=True, slots=True, kw_only=True)
class HostConfig:
    """Settings of a host; the defaults are safe.

    Attributes:
        operator: bounds, defaults and profiles for manifests, as `host.toml` has them.
        profile: which of the operator's profiles applies; None for none.
        compile: what one compilation may take.
        instance: what one instance may make the host keep, besides linear memory.
        cache_folder: where machine code is kept; None for nowhere.
        stop_grace_seconds: how long a stop waits for the call in progress. OTP's default shutdown time.
        max_descriptors: files that one component may hold open.
        output: how much is kept of what components print.
        review_seconds: how often the host looks at what people decided in other processes (`airssys withdraw`).
    """

    operator: OperatorDefaults = field(default_factory=OperatorDefaults)
    profile: str | None = None
    compile: CompileBounds = field(default_factory=CompileBounds)
    instance: StoreBounds = field(default_factory=StoreBounds)
    cache_folder: Path | None = field(default_factory=default_cache_folder)
    stop_grace_seconds: float = 5.0
    max_descriptors: int = DEFAULT_MAX_DESCRIPTORS
    output: OutputConfig = field(default_factory=OutputConfig)
    review_seconds: float = 1.0

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, profile: str | None = None) -> HostConfig:
        """Read `host.toml`.

        Raises:
            ManifestError: the file cannot be used; all its problems at once.
        """
        return cls(operator=load_operator(path), profile=profile)

    def compiler(self) -> Compiler:
        """A compiler with these bounds and this cache."""
        cache = None if self.cache_folder is None else CodeCache(self.cache_folder)
        return Compiler(self.compile, cache)
