"""Sizes as people write them."""

from __future__ import annotations

import pytest

from airssys.units import UNITS, format_size, parse_size


@pytest.mark.parametrize(
    ("text", "size_bytes"),
    [
        ("0", 0),
        ("4096", 4_096),
        ("4096 B", 4_096),
        ("1kB", 1_000),
        ("1KiB", 1_024),
        ("1MB", 1_000_000),
        ("1MiB", 1_048_576),
        ("512 KiB", 524_288),
        ("3GB", 3_000_000_000),
        ("3GiB", 3_221_225_472),
        ("007MiB", 7_340_032),
    ],
)
def test_a_whole_number_with_a_unit_is_a_size(text, size_bytes):
    assert parse_size(text) == size_bytes


@pytest.mark.parametrize(
    "text", ["", " ", "MiB", "-1", "+1", "1.5MiB", "1  MiB", " 1MiB", "1MiB ", "1_000", "1MiB\n", "0x10", "²", "\u0661"]
)
def test_what_is_no_whole_number_with_a_unit_is_no_size(text):
    with pytest.raises(ValueError, match="is no size"):
        parse_size(text)


@pytest.mark.parametrize("unit", ["K", "M", "kb", "kib", "KB", "mib", "TiB", "bytes", "b"])
def test_units_have_a_case_and_no_short_form(unit):
    with pytest.raises(ValueError, match=f"'{unit}' is no unit of size: expected one of B, kB, MB, GB, KiB, MiB, GiB"):
        parse_size(f"1{unit}")


def test_a_number_of_more_than_nineteen_digits_is_no_size():
    assert parse_size("9" * 19) == 10**19 - 1
    with pytest.raises(ValueError, match="is no size"):
        parse_size("9" * 20)


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [
        (0, "0 B"),
        (1_000, "1000 B"),
        (1_023, "1023 B"),
        (1_024, "1 KiB"),
        (1_536, "1.5 KiB"),
        (1_048_576, "1 MiB"),
        (4_194_304, "4 MiB"),
        (5_000_000, "4.8 MiB"),
        (2**30, "1 GiB"),
        (2**40, "1024 GiB"),
    ],
)
def test_a_size_is_written_in_the_largest_binary_unit_that_fits(size_bytes, text):
    assert format_size(size_bytes) == text


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.endswith("iB")])
def test_whole_binary_sizes_survive_being_written_and_read(unit):
    for number in (1, 3, 512, 1023):
        assert parse_size(format_size(number * UNITS[unit])) == number * UNITS[unit]
