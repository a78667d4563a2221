"""What a signature says: which component, by name, version and digests, and when."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Self

from airssys.trust._source import Source

#: What the signed bytes are, as DSSE wants it named. A change of the fields gets another name.
STATEMENT_TYPE: Final = "application/vnd.airssys.component.v1+json"

_FIELDS: Final = ("manifest_sha256", "name", "signed_at", "version", "wasm_sha256")
#: RFC 3339, UTC, whole seconds: one way to write a time.
_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"
_SHA256: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A signer's claim about one component.

    Attributes:
        name: of the component.
        version: of the component.
        wasm_sha256: digest of its file.
        manifest_sha256: digest of its manifest and what that extends (`Source.manifest_sha256`).
        signed_at: when, by the signer's clock; UTC, whole seconds.
    """

    name: str
    version: str
    wasm_sha256: str
    manifest_sha256: str
    signed_at: datetime

    @classmethod
    def about(cls, source: Source, *, at: float) -> Self:
        """The statement that a source is what its signer meant.

        Args:
            source: a component with a manifest.
            at: seconds since 1970 UTC; fractions are dropped.
        """
        return cls(
            name=source.name,
            version=source.version,
            wasm_sha256=source.wasm.sha256,
            manifest_sha256=source.manifest_sha256 or "",
            signed_at=datetime.fromtimestamp(int(at), UTC),
        )

    def encode(self) -> bytes:
        """The bytes to sign. Canonical: equal statements have equal bytes, and no other bytes decode to them."""
        fields = {
            "manifest_sha256": self.manifest_sha256,
            "name": self.name,
            "signed_at": self.signed_at.strftime(_TIME),
            "version": self.version,
            "wasm_sha256": self.wasm_sha256,
        }
        return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def decode(cls, content: bytes) -> Self:
        """Read what `encode` wrote.

        Raises:
            ValueError: it is anything else.
        """
        try:
            fields = json.loads(content)
        except RecursionError:
            raise ValueError("nested deeper than any statement") from None
        if not isinstance(fields, dict) or tuple(sorted(fields)) != _FIELDS:
            raise ValueError(f"expected an object with {', '.join(_FIELDS)}")
        if not all(isinstance(value, str) for value in fields.values()):
            raise ValueError("every field is a text")
        if not _SHA256.fullmatch(fields["wasm_sha256"]) or not _SHA256.fullmatch(fields["manifest_sha256"]):
            raise ValueError("a digest is 64 hexadecimal digits")
        fields["signed_at"] = datetime.strptime(fields["signed_at"], _TIME).replace(tzinfo=UTC)
        statement = cls(**fields)
        if statement.encode() != content:
            raise ValueError("it is not written in the canonical form")
        return statement

    def differences(self, source: Source) -> tuple[str, ...]:
        """In what the source is not what was signed; empty when it is exactly that."""
        pairs = (
            ("name", self.name, source.name),
            ("version", self.version, source.version),
            ("SHA-256 of the component", self.wasm_sha256, source.wasm.sha256),
            ("SHA-256 of the manifest", self.manifest_sha256, source.manifest_sha256),
        )
        return tuple(
            f"the signed {what} is {signed}, this one is {found or 'none: it has no manifest file'}"
            for what, signed, found in pairs
            if signed != found
        )
