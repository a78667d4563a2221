"""A trust file in a folder of its own, with one rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from airssys.trust import TrustStore, add_rule

LOCAL = {"name": "here", "kind": "local", "path": "/srv/components/**"}


@pytest.fixture
def store(tmp_path: Path) -> TrustStore:
    """Where a trust file goes; nothing is there yet."""
    return TrustStore(tmp_path / "etc" / "trust.toml")


@pytest.fixture
def written(store: TrustStore) -> TrustStore:
    """A trust file with the rule `here`."""
    add_rule(store, LOCAL)
    return store
