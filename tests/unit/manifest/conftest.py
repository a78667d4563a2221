"""A folder of its own for every test, and the two lines that put a manifest into it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from airssys.errors import ManifestError
from airssys.manifest import Manifest, load_manifest

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write a file below the working directory of the test, which is empty at first; `Component.toml` unless named."""
    monkeypatch.chdir(tmp_path)

    def write_file(text: str | bytes, name: str = "Component.toml") -> Path:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write_file


@pytest.fixture
def load(write: Write) -> Callable[[str], Manifest]:
    """Write `Component.toml` and load it."""
    return lambda text: load_manifest(write(text))


@pytest.fixture
def refuse(write: Write) -> Callable[[str | bytes], ManifestError]:
    """Write `Component.toml`, load it, and give back the error."""

    def refused(text: str | bytes) -> ManifestError:
        path = write(text)
        with pytest.raises(ManifestError) as caught:
            load_manifest(path)
        return caught.value

    return refused
