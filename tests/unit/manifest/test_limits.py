"""`ResourceLimits` and its parts: what exists is valid, and what is not valid says so."""

from __future__ import annotations

import dataclasses
import math

import pytest

from airssys.errors import ManifestError
from airssys.manifest import (
    CpuConfig,
    MemoryBounds,
    MemoryConfig,
    MemoryNotConfigured,
    MemoryTooHigh,
    MemoryTooLow,
    NegativeNumber,
    OutOfRange,
    Priority,
    ResourceLimits,
    UnknownChoice,
    WrongType,
)

MIB = 1024 * 1024


def test_the_builder_gives_what_was_set():
    limits = (
        ResourceLimits.builder().max_memory_bytes(MIB).timeout_seconds(60).max_fuel(5_000_000).priority("high").build()
    )

    assert limits == ResourceLimits(
        memory=MemoryConfig(max_bytes=MIB),
        cpu=CpuConfig(timeout_seconds=60.0, max_fuel=5_000_000, priority=Priority.HIGH),
    )


def test_only_memory_has_to_be_set():
    limits = ResourceLimits.builder().max_memory_bytes(MIB).build()

    assert limits.memory.max_bytes == 1_048_576
    assert limits.cpu.timeout_seconds == 30.0
    assert limits.cpu.max_fuel is None
    assert limits.cpu.priority is Priority.NORMAL


def test_a_builder_without_memory_is_refused():
    with pytest.raises(MemoryNotConfigured):
        ResourceLimits.builder().timeout_seconds(5).build()


def test_a_builder_can_be_used_again_after_a_refusal():
    builder = ResourceLimits.builder().max_memory_bytes(1)
    with pytest.raises(MemoryTooLow):
        builder.build()

    assert builder.max_memory_bytes(MIB).build().memory.max_bytes == MIB


def test_limits_cannot_be_assigned():
    limits = ResourceLimits.builder().max_memory_bytes(MIB).build()

    with pytest.raises(dataclasses.FrozenInstanceError):
        limits.memory.max_bytes = 2 * MIB  # type: ignore[misc]


def test_equal_limits_are_equal_and_hash_alike():
    one, other = (ResourceLimits.builder().max_memory_bytes(MIB).build() for _ in range(2))

    assert one == other
    assert hash(one) == hash(other)


def test_a_changed_limit_is_validated_again():
    memory = MemoryConfig(max_bytes=MIB)

    assert dataclasses.replace(memory, max_bytes=2 * MIB).max_bytes == 2 * MIB
    with pytest.raises(MemoryTooHigh):
        dataclasses.replace(memory, max_bytes=4 * MIB + 1)


def test_a_changed_limit_keeps_its_bounds():
    memory = MemoryConfig(max_bytes=MIB, bounds=MemoryBounds(max_bytes=8 * MIB))

    assert dataclasses.replace(memory, max_bytes=8 * MIB).max_bytes == 8 * MIB


@pytest.mark.parametrize("max_bytes", [524_288, 524_289, 1_048_576, 4_194_303, 4_194_304])
def test_both_bounds_are_allowed_and_everything_between(max_bytes):
    assert MemoryConfig(max_bytes=max_bytes).max_bytes == max_bytes


def test_one_byte_below_the_bounds_is_too_low():
    with pytest.raises(MemoryTooLow) as caught:
        MemoryConfig(max_bytes=524_287)

    assert caught.value.value_bytes == 524_287
    assert (caught.value.minimum_bytes, caught.value.maximum_bytes) == (524_288, 4_194_304)


def test_one_byte_above_the_bounds_is_too_high():
    with pytest.raises(MemoryTooHigh) as caught:
        MemoryConfig(max_bytes=4_194_305)

    assert caught.value.value_bytes == 4_194_305
    assert (caught.value.minimum_bytes, caught.value.maximum_bytes) == (524_288, 4_194_304)


def test_zero_bytes_are_too_low():
    with pytest.raises(MemoryTooLow):
        MemoryConfig(max_bytes=0)


def test_negative_bytes_are_negative_rather_than_too_low():
    with pytest.raises(NegativeNumber):
        MemoryConfig(max_bytes=-1)


@pytest.mark.parametrize("value", [True, False, 1048576.0, None, [1048576]])
def test_memory_has_to_be_an_integer_and_a_boolean_is_not_one(value):
    with pytest.raises(WrongType):
        MemoryConfig(max_bytes=value)


def test_a_limit_with_more_digits_than_python_prints_is_refused_like_any_other():
    with pytest.raises(MemoryTooHigh, match="an integer of 16610 bits"):
        MemoryConfig(max_bytes=10**5000)


def test_the_operator_may_raise_the_upper_bound():
    bounds = MemoryBounds(max_bytes=64 * MIB)

    assert ResourceLimits.builder().max_memory_bytes(64 * MIB).bounds(bounds).build().memory.bounds is bounds


def test_the_operator_may_lower_the_lower_bound():
    assert MemoryConfig(max_bytes=65_536, bounds=MemoryBounds(min_bytes=65_536)).max_bytes == 65_536


def test_bounds_in_the_wrong_order_are_refused():
    with pytest.raises(OutOfRange, match=r"is above bounds\.memory\.max_bytes"):
        MemoryBounds(min_bytes=2 * MIB, max_bytes=MIB)


@pytest.mark.parametrize("max_bytes", [-1, 2**32 + 1, True, 1.5])
def test_a_bound_has_to_be_what_memory_can_have(max_bytes):
    with pytest.raises(ManifestError):
        MemoryBounds(min_bytes=0, max_bytes=max_bytes)


def test_a_bound_of_all_that_32_bits_can_address_is_allowed():
    assert MemoryBounds(max_bytes=2**32).check(2**32) == 2**32


def test_limits_are_equal_whatever_the_bounds_they_passed():
    assert MemoryConfig(max_bytes=MIB) == MemoryConfig(max_bytes=MIB, bounds=MemoryBounds(max_bytes=8 * MIB))


@pytest.mark.parametrize("seconds", [1, 1.0, 1.5, 30, 299.999, 300])
def test_a_timeout_is_one_to_three_hundred_seconds_with_fractions(seconds):
    timeout = CpuConfig(timeout_seconds=seconds).timeout_seconds

    assert timeout == seconds
    assert isinstance(timeout, float)


@pytest.mark.parametrize("seconds", [0, 0.999, 300.001, 301, math.inf, math.nan, 10**400])
def test_a_timeout_outside_its_range_is_refused(seconds):
    with pytest.raises(OutOfRange):
        CpuConfig(timeout_seconds=seconds)


@pytest.mark.parametrize("seconds", [-1, -0.5, -math.inf])
def test_a_negative_timeout_is_refused_as_negative(seconds):
    with pytest.raises(NegativeNumber):
        CpuConfig(timeout_seconds=seconds)


@pytest.mark.parametrize("seconds", [True, "30", None])
def test_a_timeout_has_to_be_a_number(seconds):
    with pytest.raises(WrongType):
        CpuConfig(timeout_seconds=seconds)


@pytest.mark.parametrize("fuel", [1_000, 5_000_000, 100_000_000_000, None])
def test_fuel_is_one_thousand_to_a_hundred_billion_or_no_budget(fuel):
    assert CpuConfig(max_fuel=fuel).max_fuel == fuel


@pytest.mark.parametrize("fuel", [0, 999, 100_000_000_001])
def test_fuel_outside_its_range_is_refused(fuel):
    with pytest.raises(OutOfRange):
        CpuConfig(max_fuel=fuel)


@pytest.mark.parametrize("fuel", [True, 5000.0, "5000"])
def test_fuel_has_to_be_an_integer(fuel):
    with pytest.raises(WrongType):
        CpuConfig(max_fuel=fuel)


@pytest.mark.parametrize(
    ("word", "priority"), [("low", Priority.LOW), ("normal", Priority.NORMAL), ("high", Priority.HIGH)]
)
def test_a_priority_may_be_given_by_its_word(word, priority):
    assert ResourceLimits.builder().max_memory_bytes(MIB).priority(word).build().cpu.priority is priority


@pytest.mark.parametrize("word", ["", "HIGH", "urgent"])
def test_an_unknown_priority_is_refused(word):
    with pytest.raises(UnknownChoice):
        ResourceLimits.builder().max_memory_bytes(MIB).priority(word).build()
