"""A source says exactly which bytes it is about."""

from __future__ import annotations

import hashlib
from pathlib import Path

from airssys.trust import Source, SourceFile
from tests.unit.trust.things import MANIFEST, digest, source


def chained(*manifests: bytes) -> Source:
    files = tuple(SourceFile(path=Path(f"/m{at}"), sha256=digest(each)) for at, each in enumerate(manifests))
    return Source(name="n", version="1.0.0", wasm=SourceFile(path=Path("/w"), sha256=digest(b"")), manifests=files)


def test_one_manifest_has_the_digest_that_sha256sum_prints():
    assert source().manifest_sha256 == hashlib.sha256(MANIFEST).hexdigest()


def test_a_manifest_without_a_file_has_no_digest():
    assert source(manifest=None).manifest_sha256 is None


def test_a_change_anywhere_in_a_chain_of_manifests_changes_the_digest():
    digests = {
        chained(*manifests).manifest_sha256
        for manifests in ((b"a",), (b"a", b"b"), (b"b", b"a"), (b"a", b"c"), (b"a", b"b", b"c"), (b"a", b"b", b"b"))
    }

    assert len(digests) == 6


def test_the_digest_of_a_chain_is_of_its_digests_behind_a_line_that_no_manifest_begins_with():
    text = f"airssys manifest chain 1\n{digest(b'a')}\n{digest(b'b')}\n"

    assert chained(b"a", b"b").manifest_sha256 == digest(text.encode())


def test_links_are_followed_when_a_file_is_named(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.wasm").write_bytes(b"content")
    (tmp_path / "link").symlink_to("real")
    file = SourceFile.of(tmp_path / "link" / ".." / "link" / "a.wasm", b"content")

    assert file == SourceFile(path=(tmp_path / "real" / "a.wasm").resolve(), sha256=digest(b"content"))


def test_the_origin_is_the_component_s_place_whatever_its_bytes_are():
    assert source().origin == "file:///srv/components/greeter/greeter.wasm"
    assert source(wasm=b"other", version="9.0.0").origin == source().origin


def test_all_files_are_told():
    assert [file.path.name for file in source().files] == ["greeter.wasm", "Component.toml"]
