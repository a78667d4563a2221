"""What an author reads who did not declare the memory limit, or declared one that cannot be."""

from __future__ import annotations

import pickle

import pytest

from airssys.manifest import (
    ManifestInvalid,
    MemoryBounds,
    MemoryConfig,
    MemoryInOperatorFile,
    MemoryNotConfigured,
    MemoryTooHigh,
    MemoryTooLow,
    OperatorDefaults,
    Problem,
    ResourceLimits,
    component_at_hand,
    load_manifest,
    load_operator,
)

HEAD = '[component]\nname = "demo"\nversion = "1.0.0"\n'

NOT_CONFIGURED = """\
  why:      limits are mandatory: without one, a component could take the memory of the host and of its neighbours
  expected: 524288 (512 KiB) to 4194304 (4 MiB)
  write:    # total linear memory of one instance, in bytes
            [resources.memory]
            max_bytes = 1048576
  guide:    docs/guides/manifest.md"""


def test_a_manifest_without_resources_says_what_is_missing_why_and_what_to_add(refuse):
    error = refuse(HEAD)

    assert type(error) is MemoryNotConfigured
    assert error.code == "memory-not-configured"
    assert (
        str(error)
        == "Component.toml: [resources.memory] is missing: a component must declare its memory limit\n" + NOT_CONFIGURED
    )
    assert error.hint == "add the three lines to Component.toml; docs/guides/manifest.md tells how to choose the number"


def test_an_empty_memory_section_is_named_with_its_line(refuse):
    error = refuse(HEAD + "[resources.memory]\n")

    assert type(error) is MemoryNotConfigured
    assert (
        str(error)
        == "Component.toml:4: [resources.memory] has no max_bytes: a component must declare its memory limit\n"
        + NOT_CONFIGURED
    )


def test_the_three_lines_make_the_manifest_valid(refuse, load):
    error = refuse(HEAD)

    assert load(HEAD + error.write).limits.memory.max_bytes == 1_048_576


def test_limits_without_memory_from_python_read_the_same_without_a_file():
    with pytest.raises(MemoryNotConfigured) as caught:
        ResourceLimits.builder().build()

    assert str(caught.value) == (
        "[resources.memory] is missing: a component must declare its memory limit\n" + NOT_CONFIGURED
    )


def test_what_is_proposed_lies_within_the_bounds_of_the_operator(write):
    operator = OperatorDefaults(bounds=MemoryBounds(min_bytes=2_097_152))

    with pytest.raises(MemoryNotConfigured) as caught:
        load_manifest(write(HEAD), operator=operator)

    assert caught.value.write.endswith("\nmax_bytes = 2097152")


def test_too_low_word_by_word(refuse):
    error = refuse(HEAD + "[resources.memory]\nmax_bytes = 1000\n")

    assert type(error) is MemoryTooLow
    assert error.code == "memory-too-low"
    assert (
        str(error)
        == """\
Component.toml:5: resources.memory.max_bytes is too low: the least allowed is 524288 (512 KiB)
  found:    1000
  expected: 524288 (512 KiB) to 4194304 (4 MiB)
  write:    max_bytes = 524288"""
    )
    assert error.hint == "raise max_bytes in [resources.memory]; docs/guides/manifest.md tells how to choose the number"


def test_too_high_word_by_word(refuse):
    error = refuse(HEAD + '[resources.memory]\nmax_bytes = "64MiB"\n')

    assert type(error) is MemoryTooHigh
    assert error.code == "memory-too-high"
    assert (
        str(error)
        == """\
Component.toml:5: resources.memory.max_bytes is too high: the most allowed is 4194304 (4 MiB)
  found:    67108864 (64 MiB)
  expected: 524288 (512 KiB) to 4194304 (4 MiB)
  write:    max_bytes = 4194304"""
    )
    assert error.hint == (
        "lower max_bytes in [resources.memory], or ask the operator to raise [bounds.memory] max_bytes in host.toml"
    )


def test_the_smallest_limit_that_fits_is_told_where_a_component_is_at_hand():
    with pytest.raises(MemoryTooLow) as caught:
        MemoryConfig(max_bytes=65_536)
    error = caught.value
    told = error.with_smallest(1_114_112)

    assert error.wants_smallest
    assert error.smallest_bytes is None
    assert not told.wants_smallest
    assert told.smallest_bytes == 1_114_112
    assert (
        str(told)
        == """\
resources.memory.max_bytes is too low: the least allowed is 524288 (512 KiB)
  found:    65536 (64 KiB)
  expected: 524288 (512 KiB) to 4194304 (4 MiB)
  write:    max_bytes = 1114112
  smallest: 1114112 (1.1 MiB) lets this component start"""
    )


def test_a_component_that_needs_more_than_the_bounds_is_told_to_ask_the_operator():
    with pytest.raises(MemoryTooHigh) as caught:
        MemoryConfig(max_bytes=16_777_216)

    assert (
        str(caught.value.with_smallest(8_388_608))
        == """\
resources.memory.max_bytes is too high: the most allowed is 4194304 (4 MiB)
  found:    16777216 (16 MiB)
  expected: 524288 (512 KiB) to 4194304 (4 MiB)
  write:    max_bytes = 4194304
  smallest: 8388608 (8 MiB) lets this component start; the operator has to raise [bounds.memory] max_bytes first"""
    )


def test_the_smallest_limit_reaches_the_memory_problem_inside_a_report(refuse):
    error = refuse('[component]\nname = "demo"\n')
    assert type(error) is ManifestInvalid
    assert error.wants_smallest

    told = error.with_smallest(1_114_112)

    assert [type(problem).__name__ for problem in told.problems] == ["MemoryNotConfigured", "MissingKey"]
    assert "max_bytes = 1114112\n  smallest: 1114112 (1.1 MiB) lets this component start" in str(told)
    assert "smallest" not in str(error)


def test_a_problem_of_something_else_has_no_use_for_the_smallest_limit(refuse):
    error = refuse(HEAD.replace("1.0.0", "one") + "[resources.memory]\nmax_bytes = 1048576\n")

    assert not error.wants_smallest
    assert str(error.with_smallest(5)) == str(error)


def test_the_component_of_an_invalid_manifest_is_at_hand(write):
    manifest = write(HEAD)
    assert component_at_hand(manifest) is None

    wasm = write(b"\0asm", "demo.wasm")
    assert component_at_hand(manifest) == wasm
    assert component_at_hand(".") == wasm


@pytest.mark.parametrize("text", ["", "name =", '[component]\nname = "NO"\n', 'extends = "gone"\n'])
def test_no_component_is_at_hand_where_nothing_names_it(write, text):
    assert component_at_hand(write(text)) is None
    assert component_at_hand("nowhere") is None
    assert component_at_hand("demo.wasm") is None


def test_an_operator_cannot_declare_the_memory_of_components(write):
    path = write("[defaults.resources.memory]\nmax_bytes = 1048576\n", "host.toml")

    with pytest.raises(MemoryInOperatorFile) as caught:
        load_operator(path)

    assert (
        str(caught.value)
        == """\
host.toml:1: defaults.resources.memory cannot be set here: a component's own manifest declares its memory limit
  found:    a table
  expected: [bounds.memory] min_bytes and max_bytes, which move what a component may declare"""
    )


def test_problems_survive_being_sent_to_another_process(refuse):
    error = refuse(HEAD + "[resources.memory]\nmax_bytes = 1000\n").with_smallest(600_000)
    copy = pickle.loads(pickle.dumps(error))

    assert isinstance(copy, Problem)
    assert type(copy) is MemoryTooLow
    assert str(copy) == str(error)
    assert copy.value_bytes == 1000

    report = pickle.loads(pickle.dumps(refuse("")))
    assert str(report) == str(refuse(""))
