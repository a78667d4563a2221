"""Every end of a command has its exit code."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

from tests.guests import wat

#: Asks for an interface that is known and not granted.
ROLLS = """(component
  (import "wasi:logging/random@0.1.0" (instance $random (export "get-random-u64" (func (result u64)))))
  (core func $u64 (canon lower (func $random "get-random-u64")))
  (core module $dice
    (import "random" "u64" (func $u64 (result i64)))
    (func (export "roll") (result i64) (call $u64)))
  (core instance $main (instantiate $dice (with "random" (instance (export "u64" (func $u64))))))
  (func (export "roll") (result u64) (canon lift (core func $main "roll"))))
"""


def test_an_answer_is_0(airssys, guest):
    assert airssys("run", guest("hostile"), "count-calls").code == 0


def test_a_trap_is_1_and_names_the_function(airssys, guest):
    ended = airssys("run", guest("hostile"), "trap")

    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("error: the guest trapped: ")
    assert "hostile!deeper-trap" in ended.err


def test_spent_fuel_is_1(airssys, guest):
    ended = airssys("run", guest("hostile", cpu="max_fuel = 100000"), "spin", "--json")

    assert (ended.code, ended.error["code"], ended.error["max_fuel"]) == (1, "fuel-exhausted", 100_000)


def test_an_error_that_the_guest_returns_is_1_with_its_value(airssys, guest):
    ended = airssys("run", guest("echo"), "echo-result-record", '{"err": {"text": "no\\u001b"}}')
    told = airssys("run", "echo", "echo-result-record", '{"err": {"text": "no"}}', "--json").error

    assert (ended.code, ended.out) == (1, "")
    assert ended.err.splitlines()[0] == r'error: the guest returned an error: {"text": "no\u001b"}'
    assert (told["code"], told["value"], told["exit_code"]) == ("guest-returned-error", {"text": "no"}, 1)


@pytest.mark.parametrize(
    "words",
    [
        ["bogus"],
        ["run"],
        ["run", "--bogus"],
        ["run", "nowhere"],
        ["run", "hostile"],
        ["run", "hostile", "no-such-export"],
        ["run", "hostile", "grow"],
        ["run", "hostile", "grow", "many"],
        ["run", "hostile", "grow", "-1"],
        ["run", "hostile", "pages", "--timeout", "soon"],
        ["run", "hostile", "pages", "--timeout", "0"],
        ["run", "hostile", "pages", "--max-memory", "1"],
        ["run", "hostile", "pages", "--profile", "none"],
        ["run", "hostile", "pages", "--config", "nowhere.toml"],
        ["run", "hostile/hostile.wat", "pages"],
        ["check", ""],
        ["check", "nowhere"],
        ["check", "hostile/hostile.wat"],
        ["inspect", "nowhere.wasm"],
        ["inspect", "hostile", "surplus"],
        ["init", "No Name"],
        ["init", "greeter", "--lang", "cobol"],
        ["doctor", "surplus"],
        ["bench", "surplus"],
    ],
)
def test_a_wrong_command_is_2_and_says_what_to_do(inside, guest, words):
    guest("hostile")
    ended = inside(*words, "--json")
    told = ended.error

    assert (ended.code, ended.out) == (2, "")
    assert told.keys() >= {"code", "message", "hint", "exit_code"}
    assert (told["exit_code"], bool(told["message"]), bool(told["hint"])) == (2, True, True)


def test_people_read_problem_cause_and_what_to_do(airssys, guest):
    ended = airssys("run", guest("hostile"), "grow", "many")

    assert (ended.code, ended.out) == (2, "")
    assert ended.err == (
        "error: argument pages: expected a whole number (u32), got a text\n  hint:     its type is u32\n"
    )


def test_an_import_that_nobody_answers_is_2(airssys, guest):
    ended = airssys("run", guest("imports-unknown"), "run", "--json")

    assert (ended.code, ended.error["code"]) == (2, "link-failed")
    assert len(ended.error["problems"]) == 2


def test_a_capability_that_was_not_granted_is_3(airssys, project):
    ended = airssys("run", project(ROLLS), "roll")

    assert ended.code == 3
    assert "wasi:logging/random@0.1.0#get-random-u64" in ended.err


def test_output_that_cannot_be_written_is_4(airssys, guest):
    with Path("/dev/full").open("w") as full:
        ended = airssys.popen("run", guest("hostile"), "count-calls", stdout=full, stderr=subprocess.PIPE)
        _, err = ended.communicate(timeout=60)

    assert ended.returncode == 4
    assert err.startswith("error: the system refused: ")
    assert "Traceback" not in err


def test_a_call_that_takes_too_long_is_124(airssys, guest):
    ended = airssys("run", guest("hostile"), "spin", "--timeout", "1", "--json")

    assert (ended.code, ended.error["code"], ended.error["timeout_seconds"]) == (124, "deadline-exceeded", 1)


def test_a_start_function_that_takes_too_long_is_124(airssys, guest):
    assert airssys("run", guest("start-spins"), "ready", "--timeout", "1").code == 124


def test_a_guest_that_is_out_of_memory_is_137(airssys, guest):
    ended = airssys("run", guest("hostile"), "exhaust", "--json")

    assert (ended.code, ended.error["code"], ended.error["limit_bytes"]) == (137, "out-of-memory", 1 << 20)


def test_a_component_that_does_not_fit_is_137_and_says_what_would_do(airssys, guest):
    ended = airssys("run", guest("huge-minimum", max_bytes=1 << 20), "pages")

    assert ended.code == 137
    assert str(80 * 65536) in ended.err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_a_call_without_a_traceback(airssys, guest, number, code):
    terminal = airssys.on_terminal("run", guest("hostile"), "spin", "--timeout", "60")
    terminal.wait_for("calling spin")
    terminal.process.send_signal(number)

    assert terminal.wait_end() == code
    assert "error" not in terminal.written


def test_holding_ctrl_c_is_as_quiet(airssys, guest):
    terminal = airssys.on_terminal("run", guest("hostile"), "spin", "--timeout", "60")
    terminal.wait_for("calling spin")
    while terminal.process.poll() is None:
        terminal.process.send_signal(signal.SIGINT)

    assert terminal.wait_end() in (130, -signal.SIGINT)  # the same for a shell
    assert "KeyboardInterrupt" not in terminal.written


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_compiling_process_as_well(airssys, project, number):
    terminal = airssys.on_terminal("inspect", project(wat.slow_to_compile()))
    terminal.wait_for("compiling guest.wat")
    [worker] = children(terminal.process.pid)
    terminal.process.send_signal(number)

    assert terminal.wait_end() == 128 + number
    assert not Path(f"/proc/{worker}").exists()


def children(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_reader_that_goes_away_is_141(airssys, guest):
    process = airssys.popen("inspect", guest("echo"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()

    assert (process.wait(timeout=60), err) == (141, "")


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["--version"], ["check", "hostile", "--json"]])
def test_so_it_is_for_every_kind_of_answer(airssys, guest, words):
    guest("hostile")
    process = airssys.popen(*words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()

    assert (process.wait(timeout=60), err) == (141, "")
