"""Sources, keys and evidence to test with; every value is the same in every run."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from airssys.trust import (
    Checkout,
    Envelope,
    Evidence,
    Place,
    PrivateKey,
    Remote,
    SigningKeyRule,
    Source,
    SourceFile,
    Statement,
)

#: 2026-01-31T12:00:00Z
NOON = 1_769_860_800.0
WASM = b"\0asm and more"
MANIFEST = b'[component]\nname = "greeter"\nversion = "1.2.0"\n'
COMMIT = "c0ffee" + "0" * 34
URL = "https://git.example.org/acme/greeter"


def key(number: int = 1) -> PrivateKey:
    """A private key that is the same in every run."""
    return PrivateKey(Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32))


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def source(*, wasm: bytes = WASM, manifest: bytes | None = MANIFEST, **changes: Any) -> Source:
    """A component in /srv/components/greeter."""
    folder = Path("/srv/components/greeter")
    manifests = () if manifest is None else (SourceFile(path=folder / "Component.toml", sha256=digest(manifest)),)
    made = Source(
        name="greeter",
        version="1.2.0",
        wasm=SourceFile(path=folder / "greeter.wasm", sha256=digest(wasm)),
        manifests=manifests,
    )
    return replace(made, **changes)


def signed(about: Source, *by: PrivateKey, at: float = NOON) -> Envelope:
    """The signature file of a source."""
    envelope = Envelope(unverified=Statement.about(about, at=at).encode())
    for each in by:
        envelope = envelope.signed_with(each)
    return envelope


def place(about: Source, *, open_to_all: str | None = None) -> Place:
    return Place(paths=tuple(str(file.path) for file in about.files), open_to_all=open_to_all)


def checkout(
    *, branches: tuple[str, ...] = ("main",), url: str = URL, commit: str = COMMIT, open_to_all: str | None = None
) -> Checkout:
    """A checkout in /srv/components/greeter."""
    remote = Remote(url=url, branches=frozenset(branches))
    return Checkout(root="/srv/components/greeter", commit=commit, remotes=(remote,), open_to_all=open_to_all)


def evidence(about: Source, **found: Any) -> Evidence:
    return replace(Evidence(source=about), **found)


def key_rule(private: PrivateKey, **changes: Any) -> SigningKeyRule:
    return replace(SigningKeyRule(name="release", key=private.public), **changes)
