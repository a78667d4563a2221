"""What is written arrives, however it is written, and `explain` knows the line of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airssys.manifest import explain, load_manifest

from .manifests import Declared, declared, written


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all examples: each of them writes its files anew."""
    return tmp_path_factory.mktemp("manifest")


@given(data=st.data(), values=declared)
def test_a_valid_manifest_is_what_was_written(folder: Path, data: st.DataObject, values: Declared) -> None:
    path = folder / "Component.toml"
    path.write_text(data.draw(written(values)), newline="")

    effective = {row.key: row.value for row in explain(load_manifest(path)) if row.source != "default"}

    assert effective == values


@given(data=st.data(), values=declared)
def test_explain_points_at_the_line_that_has_the_key(folder: Path, data: st.DataObject, values: Declared) -> None:
    path = folder / "Component.toml"
    text = data.draw(written(values))
    path.write_text(text, newline="")

    for row in explain(load_manifest(path)):
        if row.source != "default":
            file, _, line = row.source.rpartition(":")
            assert file == str(path)
            assert text.split("\n")[int(line) - 1].lstrip().startswith(row.key.rpartition(".")[2])


@given(data=st.data(), mine=declared, base=declared)
def test_a_manifest_wins_over_what_it_extends_key_by_key(
    folder: Path, data: st.DataObject, mine: Declared, base: Declared
) -> None:
    kept = data.draw(st.sets(st.sampled_from(sorted(mine))))
    overruling = {key: value for key, value in mine.items() if key in kept}
    (folder / "base").mkdir(exist_ok=True)
    (folder / "base" / "Component.toml").write_text(data.draw(written(base)), newline="")
    path = folder / "Component.toml"
    path.write_text('extends = "base"\n' + data.draw(written(overruling)), newline="")

    effective = {row.key: row.value for row in explain(load_manifest(path)) if row.source != "default"}

    assert effective == base | overruling
