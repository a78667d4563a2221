"""`extends`: a manifest that begins where another one ends."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from airssys.errors import ManifestError
from airssys.manifest import (
    ExtendsCycle,
    ExtendsTooLong,
    ManifestInvalid,
    ManifestNotFound,
    MemoryNotConfigured,
    MemoryTooHigh,
    NotAManifest,
    load_manifest,
)

BASE = """\
[component]
name = "base"
version = "1.0.0"
authors = ["A. Person", "B. Person"]

[resources.memory]
max_bytes = 1048576

[resources.cpu]
timeout_seconds = 60
priority = "low"
"""


def refused(path: str) -> ManifestError:
    with pytest.raises(ManifestError) as caught:
        load_manifest(path)
    return caught.value


def test_what_is_not_written_is_inherited(write):
    write(BASE, "base/Component.toml")
    write('extends = "../base/Component.toml"\n[component]\nname = "demo"\n', "demo/Component.toml")

    manifest = load_manifest("demo")

    assert manifest.component.name == "demo"
    assert str(manifest.component.version) == "1.0.0"
    assert manifest.limits.memory.max_bytes == 1_048_576


def test_tables_merge_key_by_key(write):
    write(BASE, "base/Component.toml")
    write('extends = "../base"\n[resources.cpu]\ntimeout_seconds = 5\n', "demo/Component.toml")

    cpu = load_manifest("demo").limits.cpu

    assert (cpu.timeout_seconds, cpu.priority) == (5.0, "low")


def test_lists_replace(write):
    write(BASE, "base/Component.toml")
    write('extends = "../base"\n[component]\nauthors = ["C. Person"]\n', "demo/Component.toml")

    assert load_manifest("demo").component.authors == ("C. Person",)


def test_an_inherited_limit_may_be_changed(write):
    write(BASE, "base/Component.toml")
    write('extends = "../base"\n[resources.memory]\nmax_bytes = "2MiB"\n', "demo/Component.toml")

    assert load_manifest("demo").limits.memory.max_bytes == 2_097_152


def test_the_nearest_file_of_a_longer_chain_wins(write):
    write(BASE, "a/Component.toml")
    write('extends = "../a"\n[component]\nname = "bbb"\nversion = "2.0.0"\n', "b/Component.toml")
    write('extends = "../b"\n[component]\nname = "ccc"\n', "c/Component.toml")

    manifest = load_manifest("c")

    assert (manifest.component.name, str(manifest.component.version)) == ("ccc", "2.0.0")
    assert manifest.limits.cpu.timeout_seconds == 60.0


def test_memory_that_no_file_of_the_chain_declares_is_missing_in_the_manifest_itself(write):
    write('[component]\nname = "base"\nversion = "1.0.0"\n', "base/Component.toml")
    write('extends = "../base"\n', "demo/Component.toml")

    error = refused("demo")

    assert type(error) is MemoryNotConfigured
    assert error.file == "demo/Component.toml"


def test_only_the_limit_in_force_has_to_be_within_the_bounds(write):
    write(BASE.replace("1048576", '"64MiB"'), "base/Component.toml")
    write('extends = "../base"\n', "demo/Component.toml")
    error = refused("demo")
    assert type(error) is MemoryTooHigh
    assert (error.file, error.line) == ("base/Component.toml", 7)

    write('extends = "../base"\n[resources.memory]\nmax_bytes = "1MiB"\n', "demo/Component.toml")
    assert load_manifest("demo").limits.memory.max_bytes == 1_048_576


def test_problems_of_every_file_are_told_together_with_their_own_lines(write):
    write(BASE.replace("60", "0"), "base/Component.toml")
    write('extends = "../base"\n[component]\nnmae = "demo"\n', "demo/Component.toml")

    error = refused("demo")

    assert type(error) is ManifestInvalid
    assert [problem.place for problem in error.problems] == ["demo/Component.toml:3", "base/Component.toml:10"]
    assert str(error).startswith("2 problems\n\ndemo/Component.toml:3: component.nmae is not a known key")


def test_a_manifest_that_extends_itself(write):
    write('extends = "."\n' + BASE)

    error = refused(".")

    assert type(error) is ExtendsCycle
    assert (
        str(error)
        == """\
Component.toml:1: the chain of `extends` is a circle
  found:    Component.toml -> Component.toml"""
    )
    assert error.hint == "remove one `extends` of the circle"


def test_a_longer_circle_names_the_files_of_the_circle_only(write):
    write('extends = "../b"\n', "a/Component.toml")
    write('extends = "../c/Component.toml"\n', "b/Component.toml")
    write('extends = "../b"\n', "c/Component.toml")

    assert (
        str(refused("a"))
        == """\
c/Component.toml:1: the chain of `extends` is a circle
  found:    b/Component.toml -> c/Component.toml -> b/Component.toml"""
    )


def test_a_circle_through_a_link_is_a_circle(write):
    write('extends = "../link"\n' + BASE, "real/Component.toml")
    os.symlink("real", "link")

    assert (
        str(refused("real"))
        == """\
real/Component.toml:1: the chain of `extends` is a circle
  found:    real/Component.toml -> real/Component.toml"""
    )


def test_a_chain_of_eight_files_is_read_and_a_ninth_is_refused(write):
    write(BASE, "f1/Component.toml")
    for number in range(2, 10):
        write(f'extends = "../f{number - 1}"\n', f"f{number}/Component.toml")
    assert load_manifest("f8").component.name == "base"

    error = refused("f9")

    assert type(error) is ExtendsTooLong
    assert (
        str(error)
        == """\
f2/Component.toml:1: the chain of `extends` is too long
  found:    f1/Component.toml is file 9
  expected: at most 8 files"""
    )


def test_a_base_that_is_not_there_is_named_with_the_line_that_wants_it(write):
    write('\nextends = "../gone"\n', "demo/Component.toml")

    error = refused("demo")

    assert type(error) is ManifestNotFound
    assert str(error) == "gone: there is no such file\n  extended by: demo/Component.toml:2"


def test_what_is_missing_is_not_told_while_a_base_cannot_be_read(write):
    write('extends = "../base"\n', "demo/Component.toml")
    write("[component", "base/Component.toml")

    assert refused("demo").code == "toml-syntax"


@pytest.mark.parametrize(
    ("value", "code"), [("5", "wrong-type"), ('"/etc/base.toml"', "malformed-path"), ('""', "malformed-text")]
)
def test_a_base_has_to_be_a_relative_path(write, value, code):
    write(f"extends = {value}\n", "demo/Component.toml")

    assert refused("demo").code == code


def test_a_component_is_no_base(write):
    write('extends = "base.wasm"\n')

    error = refused(".")

    assert type(error) is NotAManifest
    assert str(error).endswith("\n  extended by: Component.toml:1")


def test_extends_stands_at_the_top_level_only(write):
    write(BASE + 'extends = "../base"\n')

    assert refused(".").code == "unknown-key"


def test_an_inherited_component_file_lies_beside_the_file_that_names_it(write):
    write(BASE.replace("[resources.memory]", 'wasm = "x.wasm"\n[resources.memory]'), "base/Component.toml")
    write('extends = "../base"\n', "demo/Component.toml")
    wasm = write(b"", "base/x.wasm")

    assert load_manifest("demo").find_wasm() == wasm


def test_the_usual_file_name_is_looked_for_beside_the_manifest_itself(write):
    write(BASE, "base/Component.toml")
    write('extends = "../base"\n', "demo/Component.toml")

    assert load_manifest("demo").candidates == (Path("demo/base.wasm"), Path("demo/base.wat"))
