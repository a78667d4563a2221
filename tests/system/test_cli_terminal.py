"""On a terminal there are colours and progress; anywhere else there are not. And the shell completes words."""

from __future__ import annotations

import os
import subprocess

import pytest

from tests.guests import wat
from tests.system.conftest import EXAMPLES, PROGRAM


def on_terminal(airssys, *words, **environment):
    """Run with all streams on a terminal; gives the exit code and all that was written to it."""
    terminal = airssys.on_terminal(*words, **environment)
    return terminal.wait_end(), terminal.written


def test_a_terminal_gets_colours(airssys):
    _, written = on_terminal(airssys, "inspect", EXAMPLES / "greeter")

    assert "\x1b[36mgreet\x1b[0m" in written


def test_a_terminal_of_somebody_who_wants_none_gets_no_colours(airssys):
    _, written = on_terminal(airssys, "inspect", EXAMPLES / "greeter", NO_COLOR="1")

    assert "\x1b[36m" not in written
    assert "greet: func(name: string) -> string" in written


def test_json_has_no_colours_anywhere(airssys):
    _, written = on_terminal(airssys, "inspect", EXAMPLES / "greeter", "--json")

    assert "\x1b" not in written


def test_what_a_guest_says_stays_text_on_a_terminal(airssys, guest):
    code, written = on_terminal(airssys, "run", guest("echo"), "echo-string", "\x1b]0;owned\x07[red]x[/red]")

    assert (code, written) == (0, "\\u001b]0;owned\\u0007[red]x[/red]\r\n")


def test_a_long_call_shows_a_bar_with_its_bound(airssys, guest):
    code, written = on_terminal(airssys, "run", guest("hostile"), "spin", "--timeout", "2")

    assert code == 124
    assert "calling spin" in written
    assert "of at most 2 s" in written
    assert written.rindex("\x1b[?25h") > written.rindex("\x1b[?25l"), "the cursor is shown again"


def test_compiling_shows_a_bar_with_its_bound(airssys, project):
    _, written = on_terminal(airssys, "inspect", project(wat.slow_to_compile(depth=100, variables=1000)))

    assert "compiling guest.wat" in written
    assert "of at most 120 s" in written


def test_nobody_but_a_terminal_sees_a_bar(airssys, guest):
    ended = airssys("run", guest("hostile"), "spin", "--timeout", "1.2")

    assert ended.err.startswith("error: the call was not finished")


def test_no_verb_at_all_is_a_request_for_help(airssys):
    alone = airssys()

    assert alone.code == 0
    assert alone.out == airssys("--help").out
    assert all(verb in alone.out for verb in ("init", "check", "inspect", "run", "doctor", "bench"))


@pytest.mark.parametrize("verb", ["init", "check", "inspect", "run", "doctor", "bench"])
def test_every_verb_has_help(inside, verb):
    ended = inside(verb, "--help")

    assert ended.code == 0
    assert "--json" in ended.out


def test_python_runs_the_same_program(airssys):
    python = PROGRAM.with_name("python")
    done = subprocess.run(
        [python, "-m", "airssys", "--version"], env=airssys.environment, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (0, airssys("--version").out)
    assert "wasmtime 50.0." in done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_gets_a_completion(airssys, shell):
    ended = airssys("--show-completion", shell)

    assert ended.code == 0
    assert "_AIRSSYS_COMPLETE" in ended.out


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("airssys ", {"init", "check", "inspect", "run", "doctor", "bench"}),
        ("airssys in", {"init", "inspect"}),
        ("airssys run --ti", {"--timeout", "--timeout-seconds"}),
        ("airssys init hello --lang ", {"wat", "c"}),
    ],
)
def test_words_are_completed(airssys, line, words):
    parts = line.split(" ")
    ended = airssys(_AIRSSYS_COMPLETE="complete_bash", COMP_WORDS=line, COMP_CWORD=str(len(parts) - 1))

    assert ended.code == 0
    assert words <= set(ended.out.split())
    assert all(word.startswith(parts[-1]) for word in ended.out.split())


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_closed_stream_is_no_reason_to_fail(airssys, guest, stream):
    number = {"stdout": 1, "stderr": 2}[stream]
    other = {"stdout": "stderr", "stderr": "stdout"}[stream]
    process = airssys.popen(
        "run", guest("hostile"), "count-calls", preexec_fn=lambda: os.close(number), **{other: subprocess.PIPE}
    )
    out, err = process.communicate(timeout=60)

    assert process.returncode == 0
    assert (out, err) == ((None, "") if stream == "stdout" else ("1\n", None))


def test_a_stream_that_knows_only_ascii_gets_escapes(airssys, guest):
    assert airssys("run", guest("echo"), "echo-string", "é", PYTHONIOENCODING="ascii").out == "\\xe9\n"
