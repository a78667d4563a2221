"""`host.toml`: what an operator decides for every component of a host."""

from __future__ import annotations

import pytest

from airssys.errors import ManifestError
from airssys.manifest import (
    ManifestInvalid,
    MemoryBounds,
    MemoryTooHigh,
    MemoryTooLow,
    OperatorDefaults,
    OutOfRange,
    Priority,
    UnknownProfile,
    load_manifest,
    load_operator,
)

HOST = """\
[defaults.resources.cpu]
timeout_seconds = 10
priority = "low"

[profiles.batch.resources.cpu]
timeout_seconds = 300
max_fuel = 100_000_000

[profiles."night shift"]
resources.cpu.priority = "high"

[bounds.memory]
min_bytes = "64KiB"
max_bytes = "16MiB"
"""

COMPONENT = '[component]\nname = "demo"\nversion = "1.0.0"\n[resources.memory]\nmax_bytes = 1048576\n'


def refused(path: object) -> ManifestError:
    with pytest.raises(ManifestError) as caught:
        load_operator(path)  # type: ignore[arg-type]
    return caught.value


def test_defaults_stand_below_every_manifest(write):
    operator = load_operator(write(HOST, "host.toml"))
    path = write(COMPONENT)

    cpu = load_manifest(path, operator=operator).limits.cpu

    assert (cpu.timeout_seconds, cpu.max_fuel, cpu.priority) == (10.0, None, Priority.LOW)


def test_a_profile_stands_on_the_defaults(write):
    operator = load_operator(write(HOST, "host.toml"))
    path = write(COMPONENT)

    cpu = load_manifest(path, operator=operator, profile="batch").limits.cpu
    assert (cpu.timeout_seconds, cpu.max_fuel, cpu.priority) == (300.0, 100_000_000, Priority.LOW)

    cpu = load_manifest(path, operator=operator, profile="night shift").limits.cpu
    assert (cpu.timeout_seconds, cpu.max_fuel, cpu.priority) == (10.0, None, Priority.HIGH)


def test_the_manifest_overrules_the_operator_and_the_command_line_overrules_both(write):
    operator = load_operator(write(HOST, "host.toml"))
    path = write(COMPONENT + "[resources.cpu]\ntimeout_seconds = 20\n")

    assert load_manifest(path, operator=operator, profile="batch").limits.cpu.timeout_seconds == 20.0
    overrides = {"resources.cpu.timeout_seconds": 2}
    manifest = load_manifest(path, operator=operator, profile="batch", overrides=overrides)
    assert manifest.limits.cpu.timeout_seconds == 2.0


def test_a_base_overrules_the_operator(write):
    operator = load_operator(write(HOST, "host.toml"))
    write(COMPONENT + "[resources.cpu]\ntimeout_seconds = 20\n", "base/Component.toml")
    write('extends = "../base"\n', "demo/Component.toml")

    assert load_manifest("demo", operator=operator, profile="batch").limits.cpu.timeout_seconds == 20.0


def test_the_operator_moves_the_bounds(write):
    operator = load_operator(write(HOST, "host.toml"))
    assert operator.bounds == MemoryBounds(min_bytes=65_536, max_bytes=16_777_216)

    for declared, size_bytes in (("64KiB", 65_536), ("16MiB", 16_777_216)):
        path = write(COMPONENT.replace("1048576", f'"{declared}"'))
        assert load_manifest(path, operator=operator).limits.memory.max_bytes == size_bytes


@pytest.mark.parametrize(("declared", "problem"), [(65_535, MemoryTooLow), (16_777_217, MemoryTooHigh)])
def test_the_moved_bounds_hold(write, declared, problem):
    operator = load_operator(write(HOST, "host.toml"))

    with pytest.raises(problem, match=r"expected: 65536 \(64 KiB\) to 16777216 \(16 MiB\)"):
        load_manifest(write(COMPONENT.replace("1048576", str(declared))), operator=operator)


def test_one_bound_can_be_moved_alone(write):
    operator = load_operator(write('[bounds.memory]\nmax_bytes = "8MiB"\n', "host.toml"))

    assert operator.bounds == MemoryBounds(min_bytes=524_288, max_bytes=8_388_608)


def test_an_empty_file_decides_nothing(write):
    operator = load_operator(write("", "host.toml"))

    assert operator == OperatorDefaults(file="host.toml")
    assert load_manifest(write(COMPONENT), operator=operator) == load_manifest(write(COMPONENT))


def test_bounds_in_the_wrong_order_are_told_with_the_line(write):
    error = refused(write("[bounds.memory]\nmax_bytes = 1024\n", "host.toml"))

    assert type(error) is OutOfRange
    assert (
        str(error)
        == """\
host.toml:2: bounds.memory.min_bytes is above bounds.memory.max_bytes, which is 1024
  found:    524288
  expected: at most 1024
  write:    min_bytes = 1024"""
    )


def test_a_bound_beyond_what_memory_can_have_word_by_word(write):
    error = refused(write('[bounds.memory]\nmax_bytes = "8GiB"\n', "host.toml"))

    assert (
        str(error)
        == """\
host.toml:2: bounds.memory.max_bytes is out of range: it must be 0 to 4294967296 (4 GiB)
  found:    "8GiB"
  expected: 0 to 4294967296 (4 GiB)
  write:    max_bytes = 4294967296"""
    )


def test_a_value_of_a_profile_is_named_with_its_profile(write):
    error = refused(write("[profiles.batch.resources.cpu]\nmax_fuel = true\n", "host.toml"))

    assert (
        str(error)
        == """\
host.toml:2: profiles.batch.resources.cpu.max_fuel must be an integer, not a boolean
  found:    true
  expected: an integer
  write:    max_fuel = 5000000"""
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[default]\n", "unknown-key"),
        ("defaults = 5\n", "wrong-type"),
        ("profiles = 5\n", "wrong-type"),
        ("profiles.batch = 5\n", "wrong-type"),
        ("bounds.memory = 5\n", "wrong-type"),
        ("[bounds.cpu]\n", "unknown-key"),
        ('[defaults.component]\nname = "demo"\n', "unknown-key"),
        ("[defaults.mailbox]\n", "not-supported-yet"),
        ("[profiles.batch.resources.memory]\nmax_bytes = 1048576\n", "memory-in-operator-file"),
        ('extends = "other.toml"\n', "unknown-key"),
    ],
)
def test_what_an_operator_cannot_say(write, text, code):
    error = refused(write(text, "host.toml"))

    assert error.code == code
    assert str(error).startswith("host.toml:1: ")


def test_all_problems_of_the_file_are_told_together(write):
    error = refused(
        write("[defaults.resources.cpu]\nmax_fuel = 1\n[profiles.a.resources.cpu]\npriority = 1\n[x]\n", "host.toml")
    )

    assert type(error) is ManifestInvalid
    assert [(problem.line, problem.code) for problem in error.problems] == [
        (2, "out-of-range"),
        (4, "wrong-type"),
        (5, "unknown-key"),
    ]


def test_an_unknown_profile_word_by_word(write):
    operator = load_operator(write(HOST, "host.toml"))

    with pytest.raises(UnknownProfile) as caught:
        load_manifest(write(COMPONENT), operator=operator, profile="bacth")

    assert (
        str(caught.value)
        == """\
host.toml: there is no profile "bacth"; did you mean batch?
  found:    "bacth"
  expected: one of batch, "night shift\""""
    )


def test_a_profile_without_an_operators_file_is_unknown(write):
    with pytest.raises(UnknownProfile) as caught:
        load_manifest(write(COMPONENT), profile="batch")

    assert (
        str(caught.value)
        == """\
there is no profile "batch"
  found:    "batch"
  expected: no profile: none is defined"""
    )
