"""Fixtures of the tests of files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.guests.wasi.files import RESOLVERS, without_openat2


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """An empty folder, by the only path that leads there without links."""
    folder = tmp_path.resolve() / "here"
    folder.mkdir()
    return folder


@pytest.fixture(params=RESOLVERS)
def resolver(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once with openat2, and once as on systems that have none."""
    if request.param == "walking":
        without_openat2(monkeypatch)
