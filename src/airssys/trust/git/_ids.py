"""Names of Git objects: the hash of what they are."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final, Literal


class GitUnreadable(Exception):
    """The repository does not say, or not in a way that is understood here; the text says what is wrong."""


_HEX: Final = re.compile("[0-9a-f]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class ObjectFormat:
    """How a repository names its objects (`extensions.objectFormat`)."""

    name: Literal["sha1", "sha256"]
    width_bytes: int

    def id_of(self, kind: str, content: bytes) -> str:
        """The id of an object with this content. SHA-1 is Git's choice; docs/guides/trust.md says what it is worth."""
        digest = hashlib.new(self.name, b"%s %d\0" % (kind.encode(), len(content)), usedforsecurity=False)
        digest.update(content)
        return digest.hexdigest()

    def is_id(self, text: str) -> bool:
        """Tell whether a text is a full id of this format."""
        return len(text) == 2 * self.width_bytes and _HEX.fullmatch(text) is not None


SHA1: Final = ObjectFormat("sha1", 20)
SHA256: Final = ObjectFormat("sha256", 32)
