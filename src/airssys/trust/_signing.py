"""Keys in files, and signatures beside components."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Final

from airssys.clock import Clock
from airssys.errors import KeyUnusable, TrustError
from airssys.trust._collect import signature_path
from airssys.trust._envelope import MAX_ENVELOPE_BYTES, MAX_SIGNATURES, Envelope
from airssys.trust._files import NotPrivate, create_file, read_file, read_private_file, refusal, write_file
from airssys.trust._keys import PrivateKey, PublicKey
from airssys.trust._source import Source
from airssys.trust._statement import Statement

#: An Ed25519 private key has about 400 bytes, with a comment.
_MAX_KEY_BYTES: Final = 16 * 1024


def create_keys(path: str | os.PathLike[str], *, comment: str = "") -> tuple[PublicKey, Path]:
    """Make a pair of keys: the private one in a file that only this user can read, the public one beside it.

    Args:
        path: of the private key's file; `.pub` is added for the public key's.
        comment: stands behind the public key.

    Returns:
        The public key and its file.

    Raises:
        KeyUnusable: one of the files is there already, or cannot be written; nothing was made.
    """
    private_path = Path(path)
    public_path = private_path.with_name(private_path.name + ".pub")
    key = PrivateKey.generate()
    try:
        create_file(private_path, key.to_bytes(), mode=0o600)
        try:
            create_file(public_path, " ".join([key.public.text, *comment.split()]).encode() + b"\n", mode=0o644)
        except OSError:
            private_path.unlink()
            raise
    except FileExistsError as error:
        raise KeyUnusable(
            f"{error.filename2} is there already, and a key is never overwritten",
            hint="choose another name; what was signed with a lost key has to be signed again",
        ) from None
    except OSError as error:
        raise KeyUnusable(
            f"cannot make {private_path}: {refusal(error)}", hint="choose a folder that you may write"
        ) from None
    return key.public, public_path


def load_private_key(path: str | os.PathLike[str]) -> PrivateKey:
    """Read a private key's file, which has to be private.

    Raises:
        KeyUnusable: it is not, or it is no Ed25519 key without a passphrase.
    """
    try:
        return PrivateKey.parse(read_private_file(Path(path), _MAX_KEY_BYTES))
    except NotPrivate as error:
        raise KeyUnusable(
            f"the key {path} is not private: {error}",
            hint="name the file itself, make it yours, and `chmod 600` it; or make a new pair if others had it",
        ) from None
    except FileNotFoundError:
        raise KeyUnusable(f"there is no key {path}") from None
    except OSError as error:
        raise KeyUnusable(f"cannot read the key {path}: {refusal(error)}") from None


def load_public_key(path: str | os.PathLike[str]) -> PublicKey:
    """Read a public key's file.

    Raises:
        KeyUnusable: it is not there, or no Ed25519 key.
    """
    try:
        return PublicKey.parse(read_file(Path(path), _MAX_KEY_BYTES).decode("utf-8", "replace"))
    except FileNotFoundError:
        raise KeyUnusable(f"there is no key {path}") from None
    except OSError as error:
        raise KeyUnusable(f"cannot read the key {path}: {refusal(error)}") from None


def sign_source(source: Source, key: PrivateKey, *, clock: Clock) -> Path:
    """Sign a component, and put the signature beside it.

    Signatures of others stay when they are about the same component; then theirs is the time that is signed.

    Returns:
        The signature file.

    Raises:
        TrustError: the component has no manifest file, or the signature cannot be written.
    """
    if source.manifest_sha256 is None:
        raise TrustError(f"{source.name} has no manifest file to sign", hint="write a Component.toml beside it")
    path = signature_path(source.wasm.path)
    statement = Statement.about(source, at=clock.wall())
    envelope = _of_others(path, statement, key.public) or Envelope(unverified=statement.encode())
    signed = envelope.signed_with(key)
    if len(signed.signatures) > MAX_SIGNATURES:
        raise TrustError(f"{path} has {MAX_SIGNATURES} signatures already", hint="remove the file to begin anew")
    try:
        write_file(path, signed.encode(), mode=0o644)
    except OSError as error:
        raise TrustError(
            f"cannot write {path}: {refusal(error)}", hint="make the component's folder writable"
        ) from None
    return path


def _of_others(path: Path, statement: Statement, key: PublicKey) -> Envelope | None:
    """What others signed before, when it is the same statement but for its time; never one from the future."""
    try:
        envelope = Envelope.decode(read_file(path, MAX_ENVELOPE_BYTES))
        present = Statement.decode(envelope.unverified)
    except (OSError, ValueError):
        return None
    is_same = replace(present, signed_at=statement.signed_at) == statement and present.signed_at <= statement.signed_at
    return envelope if is_same and any(each.key != key.fingerprint for each in envelope.signatures) else None
