"""Names of variables: exact, or a prefix that ends where a word ends."""

from __future__ import annotations

import pytest

from airssys.capabilities import VariablePattern

from .asking import sees

MATCHING = [
    ("LANG", "LANG"),
    ("_", "_"),
    ("lower_case9", "lower_case9"),
    ("LC_*", "LC_ALL"),
    ("LC_*", "LC_A"),
    ("LC_*", "LC__"),
    ("A_B_*", "A_B_C_D"),
    ("*", "LANG"),
]

REFUSING = [
    ("LANG", "LANGUAGE"),
    ("LANG", "lang"),
    ("LANG", "LAN"),
    ("LC_*", "LC_"),
    ("LC_*", "LC"),
    ("LC_*", "LCD_X"),
    ("LC_*", "XLC_ALL"),
    ("LC_*", "lc_all"),
]

NEVER = ["", "A=B", "A B", "9A", "Ä", "A-B", "A\x00", "A\n", "A.B", "LC_*", "*", "$LANG", "A" * 256]


@pytest.mark.parametrize(("pattern", "name"), MATCHING)
def test_a_name_that_matches(pattern, name):
    assert sees(pattern, name)


@pytest.mark.parametrize(("pattern", "name"), REFUSING)
def test_a_name_that_does_not_match(pattern, name):
    assert not sees(pattern, name)


@pytest.mark.parametrize("name", NEVER)
def test_what_is_no_name_matches_nothing(name):
    assert not sees("*", name)


@pytest.mark.parametrize("text", ["LANG", "LC_*", "_*", "*", "_"])
def test_a_pattern_is_shown_as_it_was_written(text):
    assert VariablePattern(text).text == text
