"""What a component asks for, and what exactly an answer to it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from semver import Version

from airssys.capabilities import CapabilitySet, Kind
from airssys.storage import ApprovalBinding
from airssys.trust import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A component that wants to run, and the rights that it wants.

    Attributes:
        component: its name, by its manifest.
        version: by its manifest; decides nothing about other bytes unless `proof` is there.
        digest: SHA-256 of the bytes that would run, hexadecimal.
        source: where they were loaded from (`Source.origin`).
        capabilities: what it asks for. Equal sets are equal however they were written.
        rationale: why, by kind, in its author's words. Shown to the reviewer, and never believed.
        proof: what proves who made it, the same text for every version of that maker: the rule of trust that matched,
            with the fingerprint of its key. None when nothing is proven, as for every component of unknown origin.
    """

    component: str
    version: str
    digest: str
    source: str
    capabilities: CapabilitySet
    rationale: Mapping[Kind, str] = field(default_factory=dict, hash=False)
    proof: str | None = None

    @classmethod
    def of(
        cls, source: Source, *, capabilities: CapabilitySet, rationale: Mapping[Kind, str], proof: str | None = None
    ) -> Self:
        """What the component of a source asks for, by its manifest."""
        return cls(
            component=source.name,
            version=source.version,
            digest=source.wasm.sha256,
            source=source.origin,
            capabilities=capabilities,
            rationale=rationale,
            proof=proof,
        )

    @property
    def binding(self) -> ApprovalBinding:
        """What an answer is bound to."""
        return ApprovalBinding(
            component=self.component,
            digest=self.digest,
            source=self.source,
            capabilities=self.capabilities.canonical,
        )

    def is_same_place(self, other: Self) -> bool:
        """Whether both have the same name and come from the same source."""
        return (self.component, self.source) == (other.component, other.source)

    def is_same_bytes(self, other: Self) -> bool:
        """Whether both have the same name, come from the same source, and are the same bytes."""
        return self.is_same_place(other) and self.digest == other.digest

    def is_update_of(self, earlier: Self) -> bool:
        """Whether this is a later version of the other one, by the same maker, with proof of both."""
        if self.proof is None or self.proof != earlier.proof or not self.is_same_place(earlier):
            return False
        try:
            return Version.parse(self.version) > Version.parse(earlier.version)
        except ValueError:
            return False
