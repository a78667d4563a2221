"""Words on their way to a terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airssys.cli._console import answers, printable
from airssys.cli._outcome import readable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain äöü 🎉", "plain äöü 🎉"),
        ("\x1b]0;title\x07", r"\u001b]0;title\u0007"),
        ("a\nb\tc\rd", r"a\nb\tc\rd"),
        ("\x7f\x9b31m", r"\u007f\u009b31m"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("\ud800", r"\ud800"),
    ],
)
def test_what_could_steer_a_terminal_is_escaped(text, shown):
    assert printable(text) == shown


@given(st.text())
def test_no_control_character_gets_through(text):
    shown = printable(text, keep="\n")

    assert all(char == "\n" or unicodedata.category(char)[0] != "C" for char in shown)


def test_lines_and_tabs_of_a_text_result_stay():
    assert readable("one\n\ttwo\x1b") == "one\n\ttwo\\u001b"


def test_a_long_value_is_spread_over_lines():
    assert readable([1, 2]) == "[1, 2]"
    assert readable(["x" * 60, "y" * 60]).count("\n") == 3


def test_a_value_keeps_its_letters_and_loses_its_controls():
    assert readable(["é", "\x9b", "\u2028"]) == r'["é", "\u009b", "\u2028"]'


def test_lines_are_neither_broken_nor_read_as_markup(capsys):
    line = "[red]" + "long " * 100 + ":smile: 127.0.0.1"
    answers().print(line)

    assert capsys.readouterr().out == line + "\n"
