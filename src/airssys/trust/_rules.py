"""Rules of trust, as values: what an operator may say about where components come from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, TypeAlias

from airssys.trust._keys import PublicKey
from airssys.trust._paths import Paths
from airssys.trust._urls import UrlPattern


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKeyRule:
    """Trusts what the holder of a key signed.

    Attributes:
        name: of the rule.
        key: signatures are verified with it.
        components: the names that the key may sign for; empty for any.
        signed_after: older signatures do not count, so that an old version cannot be put in place of a new one; None
            for any time.
        revoked: why the key does not count any more; None while it does.
    """

    kind: ClassVar[str] = "signing_key"

    name: str
    key: PublicKey
    components: tuple[str, ...] = ()
    signed_after: datetime | None = None
    revoked: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GitRule:
    """Trusts files that are, unchanged, those of a commit that a Git checkout is at.

    With a `commit` the content itself is proven, wherever the checkout came from. Without one, address and branch are
    what the checkout says about itself, which is worth as much as whoever made it: so the rule names the folders
    where only the operator makes checkouts.

    Attributes:
        name: of the rule.
        url: addresses of the repository.
        branch: the commit is the tip of this branch, as last fetched; None for any branch.
        commit: the full id of the commit that has to be checked out; None for whichever is.
        checkouts: where the operator's checkouts are, a pattern of their folders; None for anywhere, with a commit.
        sha256: the digest that the component has to have besides; None for any.
    """

    kind: ClassVar[str] = "git"

    name: str
    url: UrlPattern
    branch: str | None = None
    commit: str | None = None
    checkouts: Paths | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalRule:
    """Trusts files by the place where they are.

    Attributes:
        name: of the rule.
        path: matches the component, its manifest, and every file that the manifest extends; links resolved.
        sha256: the digest that the component has to have; None for any.
        manifest_sha256: the digest that the manifest has to have (`Source.manifest_sha256`); None for any.
    """

    kind: ClassVar[str] = "local"

    name: str
    path: Paths
    sha256: str | None = None
    manifest_sha256: str | None = None


Rule: TypeAlias = SigningKeyRule | GitRule | LocalRule
