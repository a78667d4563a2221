"""Components on disk, as far as trust looks at them."""

from __future__ import annotations

from pathlib import Path

from airssys.trust import Source, SourceFile
from tests.unit.trust.things import MANIFEST, WASM

#: The files of one component, in its own folder.
FILES = {"greeter.wasm": WASM, "Component.toml": MANIFEST}


def write_project(folder: Path, files: dict[str, bytes] | None = None) -> Path:
    """Put a component into a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (FILES if files is None else files).items():
        (folder / name).write_bytes(content)
    return folder


def loaded(folder: Path, *, name: str = "greeter", version: str = "1.2.0", base: Path | None = None) -> Source:
    """The source of the component in a folder, as if its files had just been loaded."""
    manifests = [folder / "Component.toml", *([] if base is None else [base])]
    return Source(
        name=name,
        version=version,
        wasm=SourceFile.of(folder / "greeter.wasm", (folder / "greeter.wasm").read_bytes()),
        manifests=tuple(SourceFile.of(path, path.read_bytes()) for path in manifests),
    )
