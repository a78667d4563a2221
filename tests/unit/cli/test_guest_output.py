"""Promise: what a component prints to a terminal comes after its name, line by line, whichever stream it takes."""

from __future__ import annotations

import io

from airssys.cli._guest_output import NamedLines, TerminalLines


def shown(*written: tuple[str, str]) -> str:
    """What is on the screen after the streams wrote these texts, in this order, and the component ended."""
    screen = io.StringIO()
    lines = TerminalLines("guest")
    streams = {name: NamedLines(lines, screen) for name in ("out", "err")}
    for name, text in written:
        screen.write(lines.shown(text, streams[name]))
    lines.finish()
    return screen.getvalue()


def test_every_line_says_whose_it_is():
    assert shown(("out", "one\ntwo\n")) == "guest | one\nguest | two\n"


def test_a_line_that_comes_in_pieces_is_one():
    assert shown(("out", "o"), ("out", "ne"), ("out", "\n")) == "guest | one\n"


def test_no_line_begins_without_the_name_whichever_stream_goes_on():
    assert shown(("out", "a"), ("err", "b\n"), ("out", "error: c\n")) == "guest | a\nguest | b\nguest | error: c\n"
    assert shown(("out", "a"), ("err", "b"), ("out", "c")) == "guest | a\nguest | b\nguest | c\n"


def test_what_would_steer_the_terminal_is_shown():
    assert shown(("out", "\x1b[2J\r\n")) == "guest | \\u001b[2J\\r\n"
