"""Where the component of a manifest is looked for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from airssys.manifest import Manifest, ResourceLimits, WasmNotFound, load_manifest

HEAD = '[component]\nname = "demo"\nversion = "1.0.0"\n'
MEMORY = "[resources.memory]\nmax_bytes = 1048576\n"


def test_the_component_has_the_name_of_the_manifest(write):
    write(HEAD + MEMORY, "demo/Component.toml")
    wasm = write(b"", "demo/demo.wasm")

    assert load_manifest("demo").find_wasm() == wasm


def test_the_text_form_is_taken_where_there_is_no_binary(write):
    manifest = load_manifest(write(HEAD + MEMORY))
    wat = write("", "demo.wat")
    assert manifest.find_wasm() == wat

    wasm = write(b"", "demo.wasm")
    assert manifest.find_wasm() == wasm


def test_the_manifest_may_name_a_file_in_a_folder_below(write):
    manifest = load_manifest(write(HEAD + 'wasm = "build/out.wat"\n' + MEMORY))
    wat = write("", "build/out.wat")

    assert manifest.find_wasm() == wat


def test_a_component_that_is_not_there_lists_what_was_tried(write):
    manifest = load_manifest(write(HEAD + MEMORY))

    with pytest.raises(WasmNotFound) as caught:
        manifest.find_wasm()

    assert caught.value.tried == (Path("demo.wasm"), Path("demo.wat"))
    assert str(caught.value) == "the component was not found\n  tried:    demo.wasm, demo.wat"
    assert caught.value.hint == "build the component, or name its file with `wasm` in [component]"


def test_a_named_component_that_is_not_there_is_not_looked_for_elsewhere(write):
    manifest = load_manifest(write(HEAD + 'wasm = "other.wasm"\n' + MEMORY))
    write(b"", "demo.wasm")

    with pytest.raises(WasmNotFound) as caught:
        manifest.find_wasm()

    assert caught.value.tried == (Path("other.wasm"),)


def test_a_folder_with_the_right_name_is_no_component(write):
    manifest = load_manifest(write(HEAD + MEMORY))
    write("", "demo.wasm/file")

    with pytest.raises(WasmNotFound):
        manifest.find_wasm()


def test_a_link_out_of_the_folder_is_refused(write):
    write(HEAD + MEMORY, "demo/Component.toml")
    write(b"secret", "elsewhere/secret.wasm")
    os.symlink("../elsewhere/secret.wasm", "demo/demo.wasm")

    with pytest.raises(WasmNotFound) as caught:
        load_manifest("demo").find_wasm()

    assert (
        str(caught.value)
        == """\
the component is a link that leads out of the manifest's folder
  tried:    demo/demo.wasm
  expected: a file in the manifest's folder: copy it there"""
    )


def test_a_link_within_the_folder_is_followed(write):
    write(HEAD + MEMORY, "demo/Component.toml")
    write(b"", "demo/build/out.wasm")
    os.symlink("build/out.wasm", "demo/demo.wasm")

    assert load_manifest("demo").find_wasm() == Path("demo/demo.wasm")


def test_the_folder_of_the_manifest_may_itself_be_a_link(write):
    write(HEAD + MEMORY, "real/Component.toml")
    write(b"", "real/demo.wasm")
    os.symlink("real", "link")

    assert load_manifest("link").find_wasm() == Path("link/demo.wasm")


def test_a_program_may_name_a_component_anywhere(tmp_path):
    wasm = tmp_path / "anything.wasm"
    wasm.write_bytes(b"")
    limits = ResourceLimits.builder().max_memory_bytes(1_048_576).build()

    assert Manifest.create(name="demo", version="1.0.0", wasm=wasm, limits=limits).find_wasm() == wasm
