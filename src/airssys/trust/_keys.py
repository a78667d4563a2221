"""Ed25519 keys in the form that OpenSSH writes them: one line that begins with `ssh-ed25519`.

Promise: a `PublicKey` that exists is one that only the holder of its private key can sign for.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Final, Self

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_ssh_private_key,
    load_ssh_public_key,
)

from airssys.errors import KeyUnusable

#: RFC 8032, section 5.1.5.
KEY_BYTES: Final = 32
#: RFC 8032, section 5.1.6.
SIGNATURE_BYTES: Final = 64
#: A `.pub` line has 80 characters and a comment.
_MAX_LINE: Final = 1024

#: The encodings of points of small order, without the sign bit: for these keys anybody can make signatures, and
#: RFC 8032 does not make verifiers refuse them. The list is libsodium's (ge25519_has_small_order).
_SMALL_ORDER: Final = frozenset(
    bytes.fromhex(point)
    for point in (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """The key that signatures are verified with.

    Attributes:
        raw: the 32 bytes of RFC 8032.
    """

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != KEY_BYTES:
            raise KeyUnusable(f"an Ed25519 key has {KEY_BYTES} bytes, not {len(self.raw)}")
        if bytes([*self.raw[:-1], self.raw[-1] & 0x7F]) in _SMALL_ORDER:
            raise KeyUnusable("this key is of small order: anybody can make signatures that verify with it")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the line of a `.pub` file: `ssh-ed25519`, the key, and a comment that is not looked at.

        Raises:
            KeyUnusable: it is something else.
        """
        line = text.strip()
        try:
            if len(line) > _MAX_LINE or not line.isprintable() or not line.startswith("ssh-ed25519 "):
                raise ValueError
            key = load_ssh_public_key(line.encode())
        except (ValueError, UnsupportedAlgorithm):
            raise KeyUnusable(
                "this is no public key: expected one line that begins with ssh-ed25519",
                hint="name the .pub file of a pair that `airssys keygen FILE` or `ssh-keygen -t ed25519` made",
            ) from None
        if not isinstance(key, Ed25519PublicKey):
            raise KeyUnusable("this key is not Ed25519, the only kind that is used here")
        return cls(raw=key.public_bytes_raw())

    @property
    def text(self) -> str:
        """The line of a `.pub` file, without a comment."""
        key = Ed25519PublicKey.from_public_bytes(self.raw)
        return key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()

    @property
    def fingerprint(self) -> str:
        """What `ssh-keygen -l` prints for it: `SHA256:` and 43 characters."""
        blob = base64.b64decode(self.text.split()[1])
        return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Tell whether the holder of the private key signed exactly this message."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except InvalidSignature:
            return False
        return True


class PrivateKey:
    """The key that signatures are made with. It shows itself to nobody but the one who writes it to its file."""

    __slots__ = ("_key",)

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @classmethod
    def generate(cls) -> Self:
        """A new key from the system's randomness."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def parse(cls, content: bytes) -> Self:
        """Read what `to_bytes` or `ssh-keygen -t ed25519 -N ''` wrote.

        Raises:
            KeyUnusable: it is no private key, has a passphrase, or is no Ed25519 key.
        """
        try:
            key = load_ssh_private_key(content, password=None)
        except TypeError:  # how the library says that it wants a password
            raise KeyUnusable(
                "this private key has a passphrase", hint="sign with a key that has none, kept where only you read"
            ) from None
        except (ValueError, UnsupportedAlgorithm):
            raise KeyUnusable("this is no private key in the form of OpenSSH") from None
        if not isinstance(key, Ed25519PrivateKey):
            raise KeyUnusable("this key is not Ed25519, the only kind that is used here")
        return cls(key)

    @property
    def public(self) -> PublicKey:
        """The key to verify with."""
        return PublicKey(raw=self._key.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """The signature: 64 bytes, the same for the same message."""
        return self._key.sign(message)

    def to_bytes(self) -> bytes:
        """The content of a private key's file."""
        return self._key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())

    def __repr__(self) -> str:
        return f"<PrivateKey of {self.public.fingerprint}>"
