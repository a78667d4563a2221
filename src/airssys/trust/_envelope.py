"""The signature file: a DSSE envelope (https://github.com/secure-systems-lab/dsse, version 1) around one statement.

It is read as hostile: bounded, strict, and nothing in it is believed before a signature verifies.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, replace
from typing import Final, Self

from airssys.trust._keys import SIGNATURE_BYTES, PrivateKey, PublicKey
from airssys.trust._statement import STATEMENT_TYPE

#: Stands at the end of the component's own name.
SIGNATURE_SUFFIX: Final = ".sig.json"
#: A statement has below 1 KiB and a signature below 200 bytes.
MAX_ENVELOPE_BYTES: Final = 16 * 1024
#: More signers than anybody has; each costs a verification of 0.1 ms.
MAX_SIGNATURES: Final = 16


class EnvelopeInvalid(ValueError):
    """The bytes are no envelope of this kind; the text says why."""


class NotSigned(Exception):
    """The holder of a key did not sign this; the text says how that shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature.

    Attributes:
        key: the fingerprint of its key, as the file claims; says only which key to try.
        signature: 64 bytes that may be anything.
    """

    key: str
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A statement's bytes, and who signed them.

    Attributes:
        unverified: the statement as the file has it; `opened_with` gives it to those who know whose it has to be.
        signatures: at most `MAX_SIGNATURES`.
    """

    unverified: bytes
    signatures: tuple[Signature, ...] = ()

    def signed_with(self, key: PrivateKey) -> Self:
        """The same statement with one more signature; one that the key made before is replaced."""
        signer = key.public.fingerprint
        signature = Signature(key=signer, signature=key.sign(signed_bytes(self.unverified)))
        return replace(self, signatures=(*(each for each in self.signatures if each.key != signer), signature))

    def opened_with(self, key: PublicKey) -> bytes:
        """The statement's bytes, which the holder of the key did sign.

        Raises:
            NotSigned: no signature of this key is there, or none that verifies.
        """
        claimed = [each for each in self.signatures if each.key == key.fingerprint]
        if not claimed:
            raise NotSigned("it has no signature by this key")
        message = signed_bytes(self.unverified)
        if not any(key.verifies(each.signature, message) for each in claimed):
            raise NotSigned("the signature that claims to be by this key does not verify: it was forged, or changed")
        return self.unverified

    def encode(self) -> bytes:
        """The content of a signature file."""
        signatures = [{"keyid": each.key, "sig": _text(each.signature)} for each in self.signatures]
        fields = {"payloadType": STATEMENT_TYPE, "payload": _text(self.unverified), "signatures": signatures}
        return (json.dumps(fields, indent=2) + "\n").encode()

    @classmethod
    def decode(cls, content: bytes) -> Self:
        """Read a signature file.

        Raises:
            EnvelopeInvalid: it is none.
        """
        if len(content) > MAX_ENVELOPE_BYTES:
            raise EnvelopeInvalid(f"it is larger than {MAX_ENVELOPE_BYTES} bytes")
        try:
            fields = json.loads(content.decode(), object_pairs_hook=_without_duplicates)
        except (ValueError, RecursionError) as error:
            raise EnvelopeInvalid(f"it is no JSON: {error}") from None
        kind, payload, signatures = _fields(fields, "payloadType", "payload", "signatures")
        if kind != STATEMENT_TYPE:
            raise EnvelopeInvalid(f"it is not about {STATEMENT_TYPE}")
        if not isinstance(signatures, list) or not 0 < len(signatures) <= MAX_SIGNATURES:
            raise EnvelopeInvalid(f"it has not 1 to {MAX_SIGNATURES} signatures")
        return cls(unverified=_bytes(payload), signatures=tuple(_signature(each) for each in signatures))


def signed_bytes(payload: bytes) -> bytes:
    """DSSE's pre-authentication encoding, which keeps signatures for one purpose from being used for another."""
    return b"DSSEv1 %d %s %d %s" % (len(STATEMENT_TYPE), STATEMENT_TYPE.encode(), len(payload), payload)


def _signature(fields: object) -> Signature:
    key, signature = _fields(fields, "keyid", "sig")
    if not isinstance(key, str):
        raise EnvelopeInvalid("a keyid is a text")
    raw = _bytes(signature)
    if len(raw) != SIGNATURE_BYTES:
        raise EnvelopeInvalid(f"a signature has {SIGNATURE_BYTES} bytes")
    return Signature(key=key, signature=raw)


def _fields(value: object, *names: str) -> tuple[object, ...]:
    if not isinstance(value, dict) or set(value) != set(names):
        raise EnvelopeInvalid(f"expected an object with {', '.join(names)}, and nothing else")
    return tuple(value[name] for name in names)


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a key stands twice")
    return fields


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(text: object) -> bytes:
    try:
        if isinstance(text, str):
            return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        pass
    raise EnvelopeInvalid("payload and sig are base64")
