"""From printed bytes to lines."""

from __future__ import annotations

import pytest

from airssys.interfaces.wasi import LogLine
from airssys.interfaces.wasi._lines import (
    MAX_LINE_CHARACTERS,
    TOGETHER_BYTES,
    Piece,
    Unfinished,
    lines_of,
    visible,
)


def piece(data: bytes, stream="stdout", at=1.0):
    return Piece(at, stream, bytearray(data))


def lines(*pieces: Piece, most=1000):
    return [(line.stream, line.text) for line in lines_of(pieces, most)]


@pytest.mark.parametrize(
    ("data", "texts"),
    [
        (b"", []),
        (b"a", ["a"]),
        (b"a\n", ["a"]),
        (b"\n", [""]),
        (b"\n\na", ["", "", "a"]),
        (b"a\r\n", [r"a\r"]),
    ],
)
def test_every_line_break_ends_a_line(data, texts):
    assert [text for _, text in lines(piece(data))] == texts


def test_streams_do_not_mix_and_lines_come_in_the_order_in_which_they_end():
    found = lines(piece(b"a"), piece(b"x\ny", "stderr"), piece(b"b\n"), piece(b"z\n", "stderr"))

    assert found == [("stderr", "x"), ("stdout", "ab"), ("stderr", "yz")]


def test_a_line_has_the_time_of_the_piece_that_ends_it_and_an_unfinished_one_of_the_piece_that_began_it():
    found = list(lines_of([piece(b"a", at=1.0), piece(b"b\nc", at=2.0), piece(b"d", at=3.0)], 10))

    assert found == [LogLine(2.0, "stdout", "ab"), LogLine(2.0, "stdout", "cd")]


def test_of_each_piece_the_last_lines_are_taken():
    assert lines(piece(b"a\nb\nc\n"), piece(b"d\n"), most=2) == [("stdout", text) for text in ("b", "c", "d")]


def test_a_character_may_be_split_between_pieces():
    assert lines(piece("é".encode()[:1]), piece("é".encode()[1:])) == [("stdout", "é")]


def test_a_line_that_grows_past_the_most_is_given_before_it_ends():
    unfinished = Unfinished()
    pieces = [piece(b"x" * 1000) for _ in range(10)]
    found = [line.text for each in pieces for line in unfinished.lines(each, 1000)]
    rest = [line.text for line in unfinished.rest()]

    assert "".join([*found, *rest]) == "x" * 10_000
    assert max(map(len, found)) == MAX_LINE_CHARACTERS
    assert len(found[0]) == MAX_LINE_CHARACTERS


def test_nothing_is_finished_twice():
    unfinished = Unfinished()

    assert [line.text for line in unfinished.lines(piece(b"a\nb"), 10)] == ["a"]
    assert [line.text for line in unfinished.lines(piece(b"\n"), 10)] == ["b"]
    assert list(unfinished.rest()) == []


def test_small_pieces_of_one_stream_are_kept_together_up_to_a_page():
    kept = piece(b"a")

    assert kept.add("stdout", b"b")
    assert not kept.add("stderr", b"c")
    assert not kept.add("stdout", b"x" * (TOGETHER_BYTES - 1))
    assert kept.add("stdout", b"x" * (TOGETHER_BYTES - 2))
    assert kept.data[:3] == b"abx"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é 🎉", "plain é 🎉"),
        ("a\tb", "a\tb"),
        ("a\nb", r"a\nb"),
        ("\x1b[2J", r"\u001b[2J"),
        ("\x7f\x9b", r"\u007f\u009b"),
        ("\u200b\ufeff\u202e", r"\u200b\ufeff\u202e"),
        ("\U000e0041", r"\udb40\udc41"),
        ("\ud800", r"\ud800"),
    ],
)
def test_what_is_invisible_or_could_steer_is_shown(text, shown):
    assert visible(text) == shown
    assert visible(text).encode()
