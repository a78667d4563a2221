"""Files that are not there, not readable or not TOML."""

from __future__ import annotations

import os

import pytest

from airssys.manifest import (
    FileTooLarge,
    ManifestNotFound,
    ManifestUnreadable,
    NestedTooDeep,
    NotAManifest,
    NotUtf8,
    TomlSyntax,
    load_manifest,
    load_operator,
)

SMALLEST = '[component]\nname = "demo"\nversion = "1.0.0"\n[resources.memory]\nmax_bytes = 1048576\n'


@pytest.mark.parametrize(("path", "named"), [("nowhere.toml", "nowhere.toml"), (".", "Component.toml")])
def test_a_file_that_is_not_there(write, path, named):
    write(SMALLEST, "other.toml")

    with pytest.raises(ManifestNotFound) as caught:
        load_manifest(path)

    assert str(caught.value) == f"{named}: there is no such file"
    assert caught.value.code == "manifest-not-found"
    assert caught.value.hint == (
        "check the path: it names a Component.toml, a folder that holds one, or the operator's host.toml"
    )


def test_a_path_through_a_file_is_not_there(write):
    with pytest.raises(ManifestNotFound):
        load_manifest(write(SMALLEST) / "inside")


def test_syntax_errors_have_line_and_column(refuse):
    error = refuse('[component]\nname = "demo\nversion = "1.0.0"\n')

    assert type(error) is TomlSyntax
    assert (error.line, error.column) == (2, 13)
    assert error.code == "toml-syntax"
    assert str(error) == "Component.toml:2:13: this is not TOML: Illegal character '\\n'"
    assert error.hint == "see https://toml.io/en/v1.0.0; texts need quotes, and every key stands once"


def test_a_file_that_ends_too_early_says_where_it_ends(refuse):
    error = refuse('[component]\nname = """demo')

    assert str(error) == "Component.toml:2:15: this is not TOML: Unterminated string"


def test_a_key_that_stands_twice_is_a_syntax_error(refuse):
    error = refuse('[component]\nname = "demo"\nname = "demo"\n')

    assert str(error) == "Component.toml:3:14: this is not TOML: Cannot overwrite a value"


def test_a_number_that_python_does_not_read_is_a_syntax_error(refuse):
    error = refuse("max = " + "9" * 5000)

    assert str(error) == "Component.toml: this is not TOML: a number has too many digits"


def test_a_syntax_error_about_a_very_long_key_stays_short(refuse):
    key = "k" * 30_000
    error = refuse(f"[{key}]\n[{key}]\n")

    assert type(error) is TomlSyntax
    assert len(str(error)) < 300


@pytest.mark.parametrize(
    "text",
    ["a." * 17 + "a = 1", "x = " + "[" * 17 + "]" * 17, "x = " + "{a = " * 17 + "1" + "}" * 17, "[" + "a." * 16 + "a]"],
)
def test_what_nests_deeper_than_anybody_writes_is_refused_before_it_is_parsed(refuse, text):
    error = refuse("\n" + text)

    assert type(error) is NestedTooDeep
    assert (
        str(error)
        == """\
Component.toml:2: this line is nested too deep
  expected: at most 16 levels of brackets, and parts of a dotted key"""
    )


def test_depth_inside_texts_and_comments_does_not_count(load):
    description = "[." * 50
    text = SMALLEST.replace('"1.0.0"', f'"1.0.0"  # {description}\ndescription = "{description}"')

    assert load(text).component.description == description


def test_a_file_that_is_not_utf8_is_refused_with_the_line(refuse):
    error = refuse(b'[component]\nname = "caf\xe9"\n')

    assert type(error) is NotUtf8
    assert error.line == 2
    assert str(error) == "Component.toml:2: this file is not UTF-8: invalid continuation byte at byte 23"


def test_a_file_of_64_kib_is_read_and_one_byte_more_is_refused(refuse, load):
    padded = SMALLEST + "#" * (65_536 - len(SMALLEST))
    assert load(padded).component.name == "demo"

    error = refuse(padded + "#")

    assert type(error) is FileTooLarge
    assert str(error) == "Component.toml: this file is too large\n  expected: at most 65536 (64 KiB)"


def test_a_pipe_is_refused_instead_of_waited_for(write):
    write(SMALLEST, "other.toml")
    os.mkfifo("Component.toml")

    with pytest.raises(ManifestUnreadable) as caught:
        load_manifest("Component.toml")

    assert str(caught.value) == "Component.toml: this is not a regular file"


def test_a_device_that_never_ends_is_refused():
    with pytest.raises(ManifestUnreadable, match="this is not a regular file"):
        load_manifest("/dev/zero")


def test_a_folder_where_the_manifest_should_be_is_refused(write):
    write("", "demo/Component.toml/file")

    with pytest.raises(ManifestNotFound):
        load_manifest("demo/Component.toml")


def test_a_file_that_cannot_be_read_says_why():
    with pytest.raises(ManifestUnreadable) as caught:
        load_manifest("/proc/self/mem")  # a regular file whose first page is never there, for root neither

    assert str(caught.value) == "/proc/self/mem: this file cannot be read: Input/output error"


def test_a_link_to_itself_is_refused(write):
    write(SMALLEST, "other.toml")
    os.symlink("Component.toml", "Component.toml")

    with pytest.raises(ManifestUnreadable, match="cannot be read"):
        load_manifest("Component.toml")


def test_a_path_with_a_null_character_is_refused_and_printed_harmlessly():
    with pytest.raises(ManifestUnreadable) as caught:
        load_manifest("a\0b")

    assert str(caught.value).startswith("a\\u0000b: this path cannot be opened: ")


def test_a_component_in_place_of_its_manifest_is_told_apart():
    with pytest.raises(NotAManifest) as caught:
        load_manifest("demo.wasm")

    assert (
        str(caught.value)
        == """\
demo.wasm: this is a component, not its manifest
  expected: a Component.toml or the folder that holds it"""
    )
    assert caught.value.hint == (
        "write a Component.toml beside it: a component runs only under limits that a manifest declares"
    )


def test_the_operators_file_is_read_under_the_same_rules(write):
    with pytest.raises(TomlSyntax, match=r"^host\.toml:1:"):
        load_operator(write("[defaults", "host.toml"))
    with pytest.raises(ManifestNotFound, match=r"^gone\.toml: there is no such file$"):
        load_operator("gone.toml")
