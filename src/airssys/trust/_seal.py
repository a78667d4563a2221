"""The seal of the trust file: its last line, which nobody can make who cannot read the key beside it.

The line is a comment of TOML with a generation, which grows with every write, and an HMAC-SHA-256 over generation and
text. The key file also remembers the newest generation, so that an older file, sealed as it is, is not taken for it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Self

from airssys.trust._files import read_private_file, write_file

#: What FIPS 198-1 recommends at least: as long as the digest.
_KEY_BYTES: Final = 32
#: A record has about 100 bytes.
_MAX_RECORD_BYTES: Final = 4096
_PURPOSE: Final = b"airssys trust file 1\0"
_SEAL: Final = re.compile(rb"(?:\A|(?<=\n))# airssys-seal ([1-9][0-9]{0,11}) ([0-9a-f]{64})\n\Z")
#: One that is not at the end any more was left there by somebody who added lines.
_ANY_SEAL: Final = re.compile(rb"^# airssys-seal [0-9]+ [0-9a-f]{64}\n", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A text whose seal was verified.

    Attributes:
        text: without the seal.
        generation: how many writes there were.
    """

    text: str
    generation: int


class SealBroken(Exception):
    """The seal does not say that this content was written by who has the key; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealRecord:
    """The content of the key file.

    Attributes:
        key: the secret.
        generation: of the newest file that was written; no older one is accepted.
    """

    key: bytes = field(repr=False)
    generation: int = 0

    @classmethod
    def new(cls, *, generation: int = 0) -> Self:
        """With a new key from the system's randomness."""
        return cls(key=secrets.token_bytes(_KEY_BYTES), generation=generation)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the key file.

        Raises:
            NotPrivate: others could know the key.
            SealBroken: it is damaged.
            OSError: it cannot be read.
        """
        try:
            fields = json.loads(read_private_file(path, _MAX_RECORD_BYTES))
            record = cls(key=bytes.fromhex(fields["key"]), generation=int(fields["generation"]))
        except (ValueError, KeyError, TypeError, RecursionError):
            raise SealBroken("it is damaged") from None
        if len(record.key) != _KEY_BYTES:
            raise SealBroken("it is damaged")
        return record

    def write(self, path: Path) -> None:
        """Replace the key file; whole or not at all, and private."""
        fields = {"key": self.key.hex(), "generation": self.generation}
        write_file(path, json.dumps(fields).encode() + b"\n", mode=0o600)

    def at(self, generation: int) -> Self:
        """The record of another generation."""
        return replace(self, generation=generation)

    def seal(self, text: str) -> bytes:
        """The content of a file of this generation."""
        body = (text if text.endswith("\n") else text + "\n").encode()
        return body + b"# airssys-seal %d %s\n" % (self.generation, self._code(body, self.generation).encode())

    def unseal(self, content: bytes) -> Sealed:
        """The text of a file of any generation.

        Raises:
            SealBroken: it has no seal, or the seal is not of this key over this text.
        """
        found = _SEAL.search(content)
        if found is None:
            raise SealBroken("its last line is not a seal")
        body, generation = content[: found.start()], int(found[1])
        if not hmac.compare_digest(self._code(body, generation).encode(), found[2]):
            raise SealBroken("its text is not the text that was sealed")
        return Sealed(text=body.decode(), generation=generation)

    def _code(self, body: bytes, generation: int) -> str:
        return hmac.new(self.key, _PURPOSE + b"%d\0" % generation + body, hashlib.sha256).hexdigest()


def without_seal(content: bytes) -> bytes:
    """The text of a file, whether its seal is right or not."""
    return _ANY_SEAL.sub(b"", content)
