"""Every other thing that can be wrong with a key, word by word."""

from __future__ import annotations

import pytest

from airssys.errors import ManifestError
from airssys.manifest import ManifestInvalid, UnknownKey

HEAD = '[component]\nname = "demo"\nversion = "1.0.0"\n'
MEMORY = "[resources.memory]\nmax_bytes = 1048576\n"
SIZE = 'an integer of bytes or a text such as "1MiB"'

CASES = {
    "a boolean is not an integer": (
        HEAD + "[resources.memory]\nmax_bytes = true\n",
        "wrong-type",
        f"""\
Component.toml:5: resources.memory.max_bytes must be {SIZE}, not a boolean
  found:    true
  expected: {SIZE}
  write:    max_bytes = 1048576""",
    ),
    "a float is not an integer": (
        HEAD + "[resources.memory]\nmax_bytes = 1048576.0\n",
        "wrong-type",
        f"""\
Component.toml:5: resources.memory.max_bytes must be {SIZE}, not a float
  found:    1048576.0
  expected: {SIZE}
  write:    max_bytes = 1048576""",
    ),
    "a boolean is not a number": (
        HEAD + MEMORY + "[resources.cpu]\ntimeout_seconds = false\n",
        "wrong-type",
        """\
Component.toml:7: resources.cpu.timeout_seconds must be a number, not a boolean
  found:    false
  expected: a number
  write:    timeout_seconds = 30""",
    ),
    "a string is not a number of fuel": (
        HEAD + MEMORY + '[resources.cpu]\nmax_fuel = "5000000"\n',
        "wrong-type",
        """\
Component.toml:7: resources.cpu.max_fuel must be an integer, not a string
  found:    "5000000"
  expected: an integer
  write:    max_fuel = 5000000""",
    ),
    "a date is not a version": (
        '[component]\nname = "demo"\nversion = 2026-01-01\n' + MEMORY,
        "wrong-type",
        """\
Component.toml:3: component.version must be a string, not a date
  found:    2026-01-01
  expected: a string
  write:    version = "1.0.0\"""",
    ),
    "a number is not a name": (
        '[component]\nname = 7\nversion = "1.0.0"\n' + MEMORY,
        "wrong-type",
        """\
Component.toml:2: component.name must be a string, not an integer
  found:    7
  expected: a string
  write:    name = "my-component\"""",
    ),
    "a string is not a list": (
        HEAD + 'authors = "me"\n' + MEMORY,
        "wrong-type",
        """\
Component.toml:4: component.authors must be a list of strings, not a string
  found:    "me"
  expected: a list of strings
  write:    authors = ["A. Person"]""",
    ),
    "a list of tables is not a table": (
        '[[component]]\nname = "demo"\n' + MEMORY,
        "wrong-type",
        """\
Component.toml:1: component must be a table, not a list
  found:    a list
  expected: a table
  write:    [component]""",
    ),
    "a number is not a table": (
        HEAD + "[resources]\nmemory = 1048576\n",
        "wrong-type",
        """\
Component.toml:5: resources.memory must be a table, not an integer
  found:    1048576
  expected: a table
  write:    [resources.memory]""",
    ),
    "units have a case": (
        HEAD + '[resources.memory]\nmax_bytes = "1mib"\n',
        "bad-unit",
        """\
Component.toml:5: resources.memory.max_bytes has no known unit: "mib"
  found:    "1mib"
  expected: a whole number with one of B, kB, MB, GB, KiB, MiB, GiB
  write:    max_bytes = "1MiB\"""",
    ),
    "units are spelled out": (
        HEAD + '[resources.memory]\nmax_bytes = "512 K"\n',
        "bad-unit",
        """\
Component.toml:5: resources.memory.max_bytes has no known unit: "K"
  found:    "512 K"
  expected: a whole number with one of B, kB, MB, GB, KiB, MiB, GiB
  write:    max_bytes = "512KiB\"""",
    ),
    "a size is a whole number": (
        HEAD + '[resources.memory]\nmax_bytes = "1.5MiB"\n',
        "bad-size",
        """\
Component.toml:5: resources.memory.max_bytes is no size
  found:    "1.5MiB"
  expected: a whole number of bytes, or a text such as "1MiB"
  write:    max_bytes = 1048576""",
    ),
    "a negative size": (
        HEAD + "[resources.memory]\nmax_bytes = -1048576\n",
        "negative-number",
        """\
Component.toml:5: resources.memory.max_bytes must not be negative
  found:    -1048576
  expected: a number that is not negative
  write:    max_bytes = 1048576""",
    ),
    "a negative size in words": (
        HEAD + '[resources.memory]\nmax_bytes = "-1MiB"\n',
        "negative-number",
        """\
Component.toml:5: resources.memory.max_bytes must not be negative
  found:    "-1MiB"
  expected: a number that is not negative
  write:    max_bytes = 1048576""",
    ),
    "a negative timeout": (
        HEAD + MEMORY + "[resources.cpu]\ntimeout_seconds = -1\n",
        "negative-number",
        """\
Component.toml:7: resources.cpu.timeout_seconds must not be negative
  found:    -1
  expected: a number that is not negative
  write:    timeout_seconds = 30""",
    ),
    "a timeout above its range": (
        HEAD + MEMORY + "[resources.cpu]\ntimeout_seconds = 301\n",
        "out-of-range",
        """\
Component.toml:7: resources.cpu.timeout_seconds is out of range: it must be from 1 to 300
  found:    301
  expected: a number from 1 to 300
  write:    timeout_seconds = 300""",
    ),
    "a timeout that is no number": (
        HEAD + MEMORY + "[resources.cpu]\ntimeout_seconds = nan\n",
        "out-of-range",
        """\
Component.toml:7: resources.cpu.timeout_seconds is out of range: it must be from 1 to 300
  found:    nan
  expected: a number from 1 to 300
  write:    timeout_seconds = 1""",
    ),
    "fuel below its range": (
        HEAD + MEMORY + "[resources.cpu]\nmax_fuel = 999\n",
        "out-of-range",
        """\
Component.toml:7: resources.cpu.max_fuel is out of range: it must be from 1000 to 100000000000
  found:    999
  expected: a number from 1000 to 100000000000
  write:    max_fuel = 1000""",
    ),
    "a priority with a typing mistake": (
        HEAD + MEMORY + '[resources.cpu]\npriority = "hihg"\n',
        "unknown-choice",
        """\
Component.toml:7: resources.cpu.priority must be one of low, normal, high
  found:    "hihg"
  expected: one of low, normal, high
  write:    priority = "high\"""",
    ),
    "a name in the wrong letters": (
        '[component]\nname = "Invoice Normaliser"\nversion = "1.0.0"\n' + MEMORY,
        "malformed-name",
        """\
Component.toml:2: component.name is malformed
  found:    "Invoice Normaliser"
  expected: 3 to 64 of a-z, 0-9 and single hyphens, beginning with a letter
  write:    name = "invoice-normaliser\"""",
    ),
    "a short version": (
        '[component]\nname = "demo"\nversion = "v1.2"\n' + MEMORY,
        "malformed-version",
        """\
Component.toml:3: component.version is malformed
  found:    "v1.2"
  expected: a semantic version such as 1.0.0 (SemVer 2.0.0)
  write:    version = "1.2.0\"""",
    ),
    "a component outside its folder": (
        HEAD + 'wasm = "../other/demo.wasm"\n' + MEMORY,
        "malformed-path",
        """\
Component.toml:4: component.wasm leads out of the manifest's folder
  found:    "../other/demo.wasm"
  expected: a .wasm or .wat file beside the manifest
  write:    wasm = "my-component.wasm\"""",
    ),
    "a component at an absolute path": (
        HEAD + 'wasm = "/tmp/demo.wasm"\n' + MEMORY,
        "malformed-path",
        """\
Component.toml:4: component.wasm is an absolute path
  found:    "/tmp/demo.wasm"
  expected: a relative path with forward slashes
  write:    wasm = "my-component.wasm\"""",
    ),
    "a component with another ending": (
        HEAD + 'wasm = "demo.so"\n' + MEMORY,
        "malformed-path",
        """\
Component.toml:4: component.wasm ends neither in .wasm nor in .wat
  found:    "demo.so"
  expected: a .wasm or .wat file beside the manifest
  write:    wasm = "my-component.wasm\"""",
    ),
    "a text that would garble a terminal": (
        HEAD + 'description = "\\u001b[2J"\n' + MEMORY,
        "malformed-text",
        """\
Component.toml:4: component.description holds control characters
  found:    "\\u001B[2J"
  expected: printable text
  write:    description = "what it does\"""",
    ),
    "an empty text": (
        HEAD + 'license = " "\n' + MEMORY,
        "malformed-text",
        """\
Component.toml:4: component.license is empty
  found:    " "
  expected: a text, or no such key
  write:    license = "Apache-2.0\"""",
    ),
    "an unknown key near a known one": (
        HEAD + 'licence = "MIT"\n' + MEMORY,
        "unknown-key",
        """\
Component.toml:4: component.licence is not a known key; did you mean license?
  found:    licence
  expected: one of name, version, description, authors, license, repository, wasm
  write:    license = "MIT\"""",
    ),
    "an unknown key near nothing": (
        HEAD + "[resources.memory]\nmax_bytes = 1048576\ntables = 5\n",
        "unknown-key",
        """\
Component.toml:6: resources.memory.tables is not a known key
  found:    tables
  expected: max_bytes""",
    ),
    "an unknown section": (
        HEAD + MEMORY + "[resource.cpu]\n",
        "unknown-key",
        """\
Component.toml:6: resource is not a known key; did you mean resources?
  found:    resource
  expected: one of extends, component, resources, capabilities, quotas
  write:    [resources]""",
    ),
    "a key that TOML quotes": (
        HEAD + MEMORY + '"we\\u001bird" = 5\n',
        "unknown-key",
        """\
Component.toml:6: resources.memory."we\\u001Bird" is not a known key
  found:    "we\\u001Bird"
  expected: max_bytes""",
    ),
    "a missing version": (
        '[component]\nname = "demo"\n' + MEMORY,
        "missing-key",
        """\
Component.toml:1: component.version is missing
  write:    version = "1.0.0\"""",
    ),
    "a missing component section": (
        MEMORY,
        "missing-key",
        """\
Component.toml: [component] is missing
  write:    [component]
            name = "my-component"
            version = "1.0.0\"""",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_message_word_by_word(refuse, case):
    text, code, message = CASES[case]

    error = refuse(text)

    assert str(error) == message
    assert error.code == code
    assert error.hint


@pytest.mark.parametrize("section", ["mailbox", "supervision", "config"])
def test_a_section_that_nothing_enforces_is_rejected_rather_than_ignored(refuse, section):
    error = refuse(HEAD + MEMORY + f"[{section}]\n")

    assert error.code == "not-supported-yet"
    assert str(error) == f"Component.toml:6: [{section}] is not supported yet by this version; remove the section"
    assert error.hint == "remove the section; a later version will enforce it"


@pytest.mark.parametrize("name", ["ab", "a" * 65, "-abc", "abc-", "a--b", "1abc", "Abc", "a_b", "äbc", "abc\n", ""])
def test_a_name_that_breaks_a_rule_is_malformed(refuse, name):
    escaped = name.replace("\n", "\\n")
    error = refuse(f'[component]\nname = "{escaped}"\nversion = "1.0.0"\n' + MEMORY)

    assert error.code == "malformed-name"


@pytest.mark.parametrize("name", ["abc", "a" * 64, "a-b", "a1b", "x-1-y", "invoice-normaliser-2"])
def test_a_name_within_the_rules_is_accepted(load, name):
    assert load(f'[component]\nname = "{name}"\nversion = "1.0.0"\n' + MEMORY).component.name == name


@pytest.mark.parametrize(
    "version",
    [
        "1",
        "1.0",
        "1.0.0.0",
        "01.0.0",
        "1.0.0-",
        "1.0.0-01",
        "1.0.0+",
        " 1.0.0",
        "1.0.0\n",
        "\u0661.0.0",
        "1.0.0-\u0661a",
    ],
)
def test_a_version_that_is_not_semver_is_malformed(refuse, version):
    escaped = version.replace("\n", "\\n")
    error = refuse(f'[component]\nname = "demo"\nversion = "{escaped}"\n' + MEMORY)

    assert error.code == "malformed-version"


@pytest.mark.parametrize("version", ["0.0.0", "1.2.3", "1.0.0-alpha.1", "1.0.0-0a.b-c+build.7", "999999999.0.0"])
def test_a_version_of_semver_is_kept_with_all_its_parts(load, version):
    assert str(load(f'[component]\nname = "demo"\nversion = "{version}"\n' + MEMORY).component.version) == version


@pytest.mark.parametrize(
    "path", ["C:demo.wasm", "C:/demo.wasm", "..\\\\demo.wasm", "a/../../demo.wasm", "..", "a\\n.wasm"]
)
def test_a_path_that_another_system_would_read_as_leading_out_is_refused(refuse, path):
    assert refuse(HEAD + f'wasm = "{path}"\n' + MEMORY).code == "malformed-path"


def test_all_problems_are_told_together_in_the_order_of_the_lines(refuse):
    error = refuse(
        """\
[component]
name = "X"
version = "1.0.0"
homepage = "https://example.org"

[resources.cpu]
timeout_seconds = 0

[mailbox]
capacity = 5
"""
    )

    assert type(error) is ManifestInvalid
    assert [problem.line for problem in error.problems] == [None, 2, 4, 7, 9]
    assert (
        str(error)
        == """\
Component.toml: 5 problems

Component.toml: [resources.memory] is missing: a component must declare its memory limit
  why:      limits are mandatory: without one, a component could take the memory of the host and of its neighbours
  expected: 524288 (512 KiB) to 4194304 (4 MiB)
  write:    # total linear memory of one instance, in bytes
            [resources.memory]
            max_bytes = 1048576
  guide:    docs/guides/manifest.md

Component.toml:2: component.name is malformed
  found:    "X"
  expected: 3 to 64 of a-z, 0-9 and single hyphens, beginning with a letter
  write:    name = "my-component"

Component.toml:4: component.homepage is not a known key
  found:    homepage
  expected: one of name, version, description, authors, license, repository, wasm

Component.toml:7: resources.cpu.timeout_seconds is out of range: it must be from 1 to 300
  found:    0
  expected: a number from 1 to 300
  write:    timeout_seconds = 1

Component.toml:9: [mailbox] is not supported yet by this version; remove the section"""
    )


def test_a_problem_carries_its_parts_for_machines(refuse):
    error = refuse(HEAD + 'licence = "MIT"\n' + MEMORY)

    assert isinstance(error, UnknownKey)
    assert isinstance(error, ManifestError)
    assert (error.key, error.suggestion, error.write) == ("component.licence", "license", 'license = "MIT"')
    assert (error.file, error.line) == ("Component.toml", 4)


def test_a_misspelled_limit_is_told_together_with_the_missing_one(refuse):
    error = refuse(HEAD + "[resources.memory]\nmax_byte = 1048576\n")

    assert [problem.code for problem in error.problems] == ["memory-not-configured", "unknown-key"]
    assert "did you mean max_bytes?" in str(error)
    assert "write:    max_bytes = 1048576" in str(error)
