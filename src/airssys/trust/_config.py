"""What an operator trusts."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

import platformdirs

from airssys.trust._collect import collect_evidence
from airssys.trust._decide import decide_trust
from airssys.trust._development import DevelopmentMode
from airssys.trust._levels import TrustDecision
from airssys.trust._read import read_rules
from airssys.trust._rules import Rule
from airssys.trust._source import Source
from airssys.trust._store import TrustStore

_OFF: Final = DevelopmentMode()


def default_trust_file() -> Path:
    """Where the trust file is unless the operator says otherwise. Guests must never be let near its folder."""
    return platformdirs.user_config_path("airssys") / "trust.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustConfig:
    """The rules of one operator. Without any, nothing is trusted.

    Attributes:
        rules: in their order; the first that matches decides.
        files: where the rules are kept, which no guest may be let near; empty when a program made them.
    """

    rules: tuple[Rule, ...] = ()
    files: tuple[Path, ...] = field(default=(), compare=False)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a trust file that `airssys trust` wrote. Waits for the disk.

        Raises:
            TrustTampered: it is not what was written last, or was never sealed.
            TrustFileInvalid: it is malformed; all problems at once.
            TrustFileUnusable: it is not there, or cannot be read.
        """
        store = TrustStore(path)
        return cls(rules=read_rules(store.read().text, file=str(store.path)), files=store.files)

    @classmethod
    def load_default(cls) -> Self:
        """Read the trust file of this user, `default_trust_file`; without one, there are no rules. Waits for the disk.

        Raises:
            TrustTampered: it is not what was written last; also when it was removed after it was written.
            TrustFileInvalid: it is malformed; all problems at once.
            TrustFileUnusable: it cannot be read.
        """
        store = TrustStore(default_trust_file())
        return cls.load(store.path) if store.is_begun() else cls(files=store.files)

    @classmethod
    def parse(cls, text: str, *, file: str = "trust.toml") -> Self:
        """Read rules from a text for which the caller vouches: no seal is looked for.

        Raises:
            TrustFileInvalid: it is malformed; all problems at once.
        """
        return cls(rules=read_rules(text, file=file))

    def assess(self, source: Source, *, development: DevelopmentMode = _OFF) -> TrustDecision:
        """Look at a source, and decide. Reads files: call it in a thread when an event loop is near."""
        return decide_trust(collect_evidence(source, self.rules), self.rules, development=development)
