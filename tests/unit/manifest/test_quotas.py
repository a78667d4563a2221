"""`[quotas]`: decoded, put under the operator's ceilings, explained, and refused where it is malformed."""

from __future__ import annotations

import dataclasses

import pytest

from airssys.errors import ManifestError
from airssys.manifest import (
    Manifest,
    ManifestInvalid,
    OperatorDefaults,
    ResourceLimits,
    explain,
    load_manifest,
    load_operator,
)
from airssys.quotas import ResourceQuota

HEAD = '[component]\nname = "demo"\nversion = "1.0.0"\n[resources.memory]\nmax_bytes = 1048576\n'
ALL = """\
[quotas]
storage = "20MiB"
messages_per_second = 200
network_per_second = "1MiB"
cpu_ms_per_second = 300
"""
CEILINGS = """\
[ceilings.quotas]
storage = "10MiB"
messages_per_second = 1000
"""

SIZE = 'an integer of bytes or a text such as "1MiB"'
CASES = {
    "a boolean is not a number of messages": (
        "messages_per_second = true\n",
        "wrong-type",
        """\
Component.toml:7: quotas.messages_per_second must be an integer, not a boolean
  found:    true
  expected: an integer
  write:    messages_per_second = 200""",
    ),
    "messages have no unit": (
        'messages_per_second = "200"\n',
        "wrong-type",
        """\
Component.toml:7: quotas.messages_per_second must be an integer, not a string
  found:    "200"
  expected: an integer
  write:    messages_per_second = 200""",
    ),
    "a float is not a size": (
        "storage = 1.5\n",
        "wrong-type",
        f"""\
Component.toml:7: quotas.storage must be {SIZE}, not a float
  found:    1.5
  expected: {SIZE}
  write:    storage = "20MiB\"""",
    ),
    "a size has a known unit": (
        'network_per_second = "1mb"\n',
        "bad-unit",
        """\
Component.toml:7: quotas.network_per_second has no known unit: "mb"
  found:    "1mb"
  expected: a whole number with one of B, kB, MB, GB, KiB, MiB, GiB
  write:    network_per_second = "1MB\"""",
    ),
    "a size is a whole number": (
        'storage = "lots"\n',
        "bad-size",
        """\
Component.toml:7: quotas.storage is no size
  found:    "lots"
  expected: a whole number of bytes, or a text such as "1MiB"
  write:    storage = "20MiB\"""",
    ),
    "a quota is not negative": (
        "messages_per_second = -1\n",
        "negative-number",
        """\
Component.toml:7: quotas.messages_per_second must not be negative
  found:    -1
  expected: a number that is not negative
  write:    messages_per_second = 200""",
    ),
    "a second has a thousand milliseconds": (
        "cpu_ms_per_second = 1001\n",
        "out-of-range",
        """\
Component.toml:7: quotas.cpu_ms_per_second is out of range: it must be from 0 to 1000
  found:    1001
  expected: a number from 0 to 1000
  write:    cpu_ms_per_second = 1000""",
    ),
    "a size has an end": (
        "storage = 9007199254740993\n",
        "out-of-range",
        """\
Component.toml:7: quotas.storage is out of range: it must be 0 to 9007199254740992 (8388608 GiB)
  found:    9007199254740993
  expected: 0 to 9007199254740992 (8388608 GiB)
  write:    storage = 9007199254740992""",
    ),
    "a typing mistake": (
        "message_per_second = 200\n",
        "unknown-key",
        """\
Component.toml:7: quotas.message_per_second is not a known key; did you mean messages_per_second?
  found:    message_per_second
  expected: one of storage, messages_per_second, network_per_second, cpu_ms_per_second
  write:    messages_per_second = 200""",
    ),
    "memory is declared elsewhere": (
        "memory = 1048576\n",
        "unknown-key",
        """\
Component.toml:7: quotas.memory is not a known key
  found:    memory
  expected: one of storage, messages_per_second, network_per_second, cpu_ms_per_second""",
    ),
}


def quota_rows(manifest: Manifest) -> list[tuple[str, object, str]]:
    return [(row.key, row.value, row.source) for row in explain(manifest) if row.key.startswith("quotas.")]


def test_all_five_quotas_decode(write):
    assert load_manifest(write(HEAD + ALL)).quotas == ResourceQuota(
        storage_bytes=20_971_520,
        messages_per_second=200,
        network_bytes_per_second=1_048_576,
        cpu_ms_per_second=300,
        memory_bytes=1_048_576,
    )


def test_what_is_not_declared_has_no_quota(write):
    assert load_manifest(write(HEAD + "[quotas]\nstorage = 0\n")).quotas == ResourceQuota(
        storage_bytes=0, memory_bytes=1_048_576
    )


@pytest.mark.parametrize("case", CASES)
def test_the_message_word_by_word(write, case):
    text, code, message = CASES[case]
    path = write(HEAD + "[quotas]\n" + text)

    with pytest.raises(ManifestError) as caught:
        load_manifest(path)

    assert str(caught.value) == message
    assert caught.value.code == code
    assert caught.value.hint


def test_quotas_are_a_table(write):
    with pytest.raises(ManifestError, match=r"^Component\.toml:1: quotas must be a table, not an integer"):
        load_manifest(write("quotas = 5\n" + HEAD))


def test_quotas_of_a_base_are_inherited_key_by_key(write):
    write(HEAD + ALL, "base/Component.toml")
    write('extends = "../base"\n[quotas]\nstorage = "1KiB"\n', "demo/Component.toml")

    manifest = load_manifest("demo")

    assert quota_rows(manifest) == [
        ("quotas.storage", 1_024, "demo/Component.toml:3"),
        ("quotas.messages_per_second", 200, "base/Component.toml:8"),
        ("quotas.network_per_second", 1_048_576, "base/Component.toml:9"),
        ("quotas.cpu_ms_per_second", 300, "base/Component.toml:10"),
    ]


def test_an_operators_defaults_and_profiles_stand_below_the_manifest(write):
    host = "[defaults.quotas]\nstorage = 1\ncpu_ms_per_second = 2\n[profiles.batch.quotas]\ncpu_ms_per_second = 3\n"
    operator = load_operator(write(host, "host.toml"))
    path = write(HEAD + "[quotas]\nstorage = 9\n")

    quotas = load_manifest(path, operator=operator, profile="batch").quotas

    assert (quotas.storage_bytes, quotas.cpu_ms_per_second, quotas.messages_per_second) == (9, 3, None)


def test_the_operators_ceilings_apply_on_top_and_are_explained(write):
    operator = load_operator(write(CEILINGS, "host.toml"))

    assert quota_rows(load_manifest(write(HEAD + ALL), operator=operator)) == [
        ("quotas.storage", 10_485_760, "host.toml:2"),
        ("quotas.messages_per_second", 200, "Component.toml:8"),
        ("quotas.network_per_second", 1_048_576, "Component.toml:9"),
        ("quotas.cpu_ms_per_second", 300, "Component.toml:10"),
    ]


def test_a_ceiling_holds_for_a_component_that_declares_nothing(write):
    operator = load_operator(write(CEILINGS, "host.toml"))

    assert load_manifest(write(HEAD), operator=operator).quotas.messages_per_second == 1_000


def test_a_ceiling_of_zero_forbids(write):
    operator = load_operator(write("[ceilings.quotas]\nstorage = 0\n", "host.toml"))

    assert load_manifest(write(HEAD + ALL), operator=operator).quotas.storage_bytes == 0


def test_a_ceiling_from_python_says_so(write):
    operator = OperatorDefaults(ceilings=ResourceQuota(messages_per_second=5))

    assert ("quotas.messages_per_second", 5, "python") in quota_rows(
        load_manifest(write(HEAD + ALL), operator=operator)
    )


def test_a_ceiling_that_was_moved_in_python_is_the_one_in_force(write):
    operator = load_operator(write(CEILINGS, "host.toml"))
    operator = dataclasses.replace(operator, ceilings=ResourceQuota(storage_bytes=7))

    assert load_manifest(write(HEAD + ALL), operator=operator).quotas.storage_bytes == 7


def test_a_malformed_ceiling_is_named_with_its_line(write):
    with pytest.raises(ManifestError) as caught:
        load_operator(write("[ceilings.quotas]\nstorage = -1\n", "host.toml"))

    assert str(caught.value).startswith("host.toml:2: ceilings.quotas.storage must not be negative\n")


def test_a_component_has_no_ceilings(write):
    with pytest.raises(ManifestError, match="ceilings is not a known key"):
        load_manifest(write(HEAD + "[ceilings.quotas]\nstorage = 1\n"))


def test_every_problem_of_the_section_is_told_with_its_line(write):
    with pytest.raises(ManifestInvalid) as caught:
        load_manifest(write(HEAD + '[quotas]\nstorage = -1\nnetwork = 5\ncpu_ms_per_second = "1s"\n'))

    assert [(problem.line, problem.key, problem.code) for problem in caught.value.problems] == [
        (7, "quotas.storage", "negative-number"),
        (8, "quotas.network", "unknown-key"),
        (9, "quotas.cpu_ms_per_second", "wrong-type"),
    ]


def test_the_memory_quota_is_always_the_memory_limit():
    limits = ResourceLimits.builder().max_memory_bytes(1_048_576).build()
    manifest = Manifest.create(
        name="demo",
        version="1.0.0",
        wasm="demo.wasm",
        limits=limits,
        quotas=ResourceQuota(storage_bytes=5, memory_bytes=1),
    )
    assert manifest.quotas == ResourceQuota(storage_bytes=5, memory_bytes=1_048_576)

    larger = ResourceLimits.builder().max_memory_bytes(2_097_152).build()
    assert dataclasses.replace(manifest, limits=larger).quotas.memory_bytes == 2_097_152
