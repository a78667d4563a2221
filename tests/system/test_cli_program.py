"""`airssys run` with programs: arguments, streams, variables, folders, exit status, and what they would need."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.guests.wasi.programs import ends, program
from tests.system.conftest import EXAMPLES, PROGRAM, Shell

WC, CAT, SNOOP = EXAMPLES / "wc", EXAMPLES / "cat", EXAMPLES / "misbehaving" / "snoop"
TEXT = b"to be\nor not\n"
COUNTED = b"      2       4      13"


def run(airssys: Shell, *words: str | Path, stdin: bytes = b"", **options: Any) -> subprocess.CompletedProcess[bytes]:
    """The command with pipes on all three streams."""
    done = subprocess.run(
        [PROGRAM, "run", *words],
        cwd=airssys.folder,
        env={**airssys.environment, "AIRSSYS_STATE": str(airssys.folder / "state"), **options},
        input=stdin,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert b"Traceback" not in done.stderr, done.stderr
    return done


@pytest.fixture
def texts(airssys):
    """A folder with a text."""
    folder = airssys.folder.resolve() / "texts"
    folder.mkdir()
    (folder / "one.txt").write_bytes(TEXT)
    return folder


@pytest.fixture
def with_rights(airssys):
    """An example under a manifest of its own, which asks for these rights; gives its path."""

    def write(example: Path, rights: str) -> str:
        folder = airssys.folder / example.name
        folder.mkdir(exist_ok=True)
        shutil.copy(example / f"{example.name}.wasm", folder)
        manifest = (example / "Component.toml").read_text("utf-8")
        (folder / "Component.toml").write_text(f"{manifest}\n{rights}\n", "utf-8")
        return example.name

    return write


# ---------------------------------------------------------------- streams, arguments, status


def test_a_program_reads_a_pipe_and_writes_one(airssys):
    done = run(airssys, WC, stdin=TEXT)

    assert (done.returncode, done.stdout, done.stderr) == (0, COUNTED + b"\n", b"")


def test_bytes_go_through_a_program_as_they_are(airssys):
    data = os.urandom(300_000)
    done = run(airssys, CAT, stdin=data)

    assert (done.returncode, done.stdout == data, done.stderr) == (0, True, b"")


def test_a_program_without_a_standard_input_finds_it_empty(airssys):
    process = airssys.popen("run", WC, preexec_fn=lambda: os.close(0), stdout=subprocess.PIPE)
    out, _ = process.communicate(timeout=60)

    assert (process.returncode, out) == (0, "      0       0       0\n")


def test_what_stands_after_two_dashes_is_the_programs_options_and_all(airssys):
    numbered = run(airssys, CAT, "--", "-n", stdin=b"a\nb\n")
    named = run(airssys, CAT, "--json", "--", "--json", "--", "-5")

    assert numbered.stdout == b"     1\ta\n     2\tb\n"
    assert [line.split(b":")[1] for line in named.stderr.splitlines()] == [b" --json", b" --", b" -5"]


def test_a_program_that_fails_ends_the_command_with_its_status(airssys):
    done = run(airssys, WC, "--", "nowhere.txt")

    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr == b"wc: nowhere.txt: No such file or directory\n"


@pytest.mark.parametrize("status", [7, 124, 255])
def test_every_status_is_passed_on(inside, project, status):
    source = program(ends(f"(call $exit-exit-with-code (i32.const {status}))"))
    ended = inside("run", project(source))

    assert (ended.code, ended.out, ended.err) == (status, "", "")


def test_machines_get_the_status_and_the_programs_output_apart(airssys):
    done = run(airssys, WC, "--json", stdin=TEXT)
    failed = run(airssys, WC, "--json", "--", "nowhere.txt")

    answer = {"component": "word-count", "export": "wasi:cli/run@0.2.0#run", "status": 0}
    assert (done.returncode, json.loads(done.stdout), done.stderr) == (0, answer, COUNTED + b"\n")
    assert (failed.returncode, json.loads(failed.stdout)) == (1, {**answer, "status": 1})


def test_what_a_program_used_is_told_beside_its_output(airssys):
    done = run(airssys, WC, "--stats", stdin=TEXT)

    assert done.stdout == COUNTED + b"\n"
    assert done.stderr.startswith(b"memory: ")


def test_a_program_that_waits_longer_than_its_deadline_is_ended(airssys):
    reader, writer = os.pipe()
    process = airssys.popen("run", WC, "--timeout", "1", stdin=reader, stderr=subprocess.PIPE)
    _, err = process.communicate(timeout=60)
    os.close(reader)
    os.close(writer)

    assert process.returncode == 124
    assert "was not finished after 1 s" in err


def test_a_reader_that_sleeps_does_not_keep_the_command_from_ending(airssys):
    """The pipe behind standard output is full, and nobody will ever read it."""
    with open("/dev/zero", "rb") as zeros:
        process = airssys.popen(
            "run", CAT, "--timeout", "1", stdin=zeros, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
    assert process.wait(timeout=60) == 124
    process.stdout.close()
    process.stderr.close()


def test_a_reader_that_goes_away_ends_the_program(airssys):
    with open("/dev/zero", "rb") as zeros:
        process = airssys.popen("run", CAT, stdin=zeros, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout.read(10) == "\0" * 10
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()

    assert process.wait(timeout=60) == 1
    assert err == "cat: standard output: Broken pipe\n"


def test_what_a_called_export_prints_is_not_its_answer(airssys):
    done = run(airssys, WC, "run", stdin=TEXT)

    assert (done.returncode, done.stdout) == (0, b"")
    assert done.stderr == b"      0       0       0\n", "standard input is a program's"


def test_an_export_takes_arguments_after_two_dashes_too(airssys, guest):
    guest("echo")

    assert airssys("run", "echo", "echo-s32", "--", "-5").out == "-5\n"
    assert airssys("run", "--", "echo", "echo-s32", "-5").out == "-5\n"
    assert airssys("run", "--json", "--", "echo", "echo-s32", "-5").json["result"] == -5
    assert airssys("run", "--json", "--").error["code"] == "usage"


# ---------------------------------------------------------------- on a terminal


def test_on_a_terminal_lines_say_whose_they_are_and_cannot_steer_it(airssys):
    terminal = airssys.on_terminal("run", CAT)
    terminal.type("\x1b]0;owned\x07 red \x1b[31m\ntwo\n\x04")

    assert terminal.wait_end() == 0
    assert "cat | \\u001b]0;owned\\u0007 red \\u001b[31m\r\n" in terminal.written
    assert "cat | two\r\n" in terminal.written
    assert "\x1b]0;" not in terminal.written


def test_on_a_terminal_what_follows_an_unfinished_line_begins_a_new_one(airssys):
    terminal = airssys.on_terminal("run", CAT)
    terminal.type("unfinished\x04\x04")

    assert terminal.wait_end() == 0
    assert terminal.written.endswith("cat | unfinished\r\n")


def test_on_a_terminal_complaints_say_whose_they_are(airssys):
    terminal = airssys.on_terminal("run", WC, "--", "nowhere.txt")

    assert terminal.wait_end() == 1
    assert "word-count | wc: nowhere.txt: No such file or directory\r\n" in terminal.written


# ---------------------------------------------------------------- variables and folders


def test_a_variable_is_there_when_it_is_named_and_its_capabilities_let_it_read_it(airssys, with_rights):
    snoop = with_rights(SNOOP, '[capabilities]\nenvironment.read = ["GREETING", "OTHER"]')
    given = run(airssys, snoop, "--development", "--env", "GREETING=hi=there", "--env", "SECRET=x", OTHER="inherited")
    nothing = run(airssys, SNOOP, "--env", "GREETING=hi")

    found = re.findall(rb"^variable +(\S+) +OBTAINED$", given.stdout, re.MULTILINE)
    assert sorted(found) == [b"GREETING=hi=there", b"OTHER=inherited"]
    assert given.returncode == 1
    assert re.search(rb"^variables +all +none there$", nothing.stdout, re.MULTILINE)


def test_a_file_is_read_once_a_person_approved_it(airssys, with_rights, texts):
    wc = with_rights(WC, f'[capabilities]\nfilesystem.read = ["{texts}/**"]')
    held = run(airssys, wc, "--", texts / "one.txt")
    approved = airssys("approve", "1", AIRSSYS_STATE=str(airssys.folder / "state"))
    done = run(airssys, wc, "--", texts / "one.txt")

    assert (held.returncode, held.stdout) == (3, b"")
    assert approved.code == 0
    assert (done.returncode, done.stdout) == (0, COUNTED + f" {texts}/one.txt\n".encode())


@pytest.mark.parametrize(
    ("option", "path"),
    [
        ("texts::/data", "/data/one.txt"),
        ("{texts}::/data", "/data/one.txt"),
        ("texts::/", "/one.txt"),
        ("texts", "texts/one.txt"),
        ("{texts}", "{texts}/one.txt"),
        ("./texts/../texts::where/ever", "where/ever/one.txt"),
    ],
)
def test_a_folder_has_the_name_that_was_given_to_it(inside, with_rights, texts, option, path):
    wc = with_rights(WC, f'[capabilities]\nfilesystem.read = ["{texts}/**"]')
    option, path = option.format(texts=texts), path.format(texts=texts)
    done = inside("run", wc, "--development", "--dir", option, "--", path)

    assert (done.code, done.out) == (0, f"{COUNTED.decode()} {path}\n")


def test_to_name_a_folder_gives_no_right(inside, texts):
    done = inside("run", str(WC), "--dir", f"{texts}::/data", "--", "/data/one.txt")

    assert (done.code, done.out, done.err) == (1, "", "wc: /data/one.txt: Permission denied\n")


@pytest.mark.parametrize(
    ("option", "problem"),
    [
        (("--dir", "nowhere"), "--dir: there is no folder 'nowhere'"),
        (("--dir", "nowhere::/data"), "--dir: there is no folder 'nowhere'"),
        (("--dir", "file"), "--dir: there is no folder 'file'"),
        (("--dir", "::/data"), "--dir: '::/data' is not of the form PATH::NAME"),
        (("--env", "NAME"), "--env: 'NAME' is not of the form NAME=VALUE"),
        (("--env", "=value"), "--env: '=value' is not of the form NAME=VALUE"),
        (("--env", ""), "--env: '' is not of the form NAME=VALUE"),
    ],
)
def test_an_option_that_says_nothing_sensible_is_refused(inside, airssys, option, problem):
    (airssys.folder / "file").touch()
    ended = inside("run", str(WC), *option, "--json")

    assert (ended.code, ended.out) == (2, "")
    assert (ended.error["code"], ended.error["message"]) == ("usage", problem)


def test_what_it_prints_is_kept_in_a_folder(airssys):
    for text in (b"one\n\x1b[31mtwo", b"three\n"):
        assert run(airssys, CAT, "--log-folder", "logs", stdin=text).stdout == text
    lines = (airssys.folder / "logs" / "cat.log").read_text("utf-8").splitlines()

    assert [line.split(" ", 2)[2] for line in lines] == ["stdout one", "stdout \\u001b[31mtwo", "stdout three"]


def test_a_log_folder_that_cannot_be_made_is_no_reason_to_fail(airssys):
    (airssys.folder / "logs").touch()
    done = run(airssys, WC, "--log-folder", "logs", stdin=TEXT)

    assert (done.returncode, done.stdout) == (0, COUNTED + b"\n")


# ---------------------------------------------------------------- what it would need


def test_what_is_learned_lets_the_program_do_its_work_once_it_is_written_into_the_manifest(inside, with_rights, texts):
    path = str(texts / "one.txt")
    learned = inside("run", str(WC), "--learn", "--", path)
    done = inside("run", with_rights(WC, learned.out), "--development", "--", path)

    assert learned.code == 0
    assert tomllib.loads(learned.out)["capabilities"] == {"filesystem": {"read": [path]}}
    assert (done.code, done.out) == (0, f"{COUNTED.decode()} {path}\n")


def test_nothing_that_was_learned_is_in_force(inside, airssys, monkeypatch, with_rights, texts):
    monkeypatch.setenv("AIRSSYS_STATE", str(airssys.folder / "state"))
    wc = with_rights(WC, f'[capabilities]\nfilesystem.read = ["{texts}/**"]')
    learned = inside("run", wc, "--learn", "--", str(texts / "one.txt"))

    assert f"wc: {texts}/one.txt: Permission denied\n" in learned.err
    assert "word-count ended with 1, with everything denied." in learned.err
    assert not (airssys.folder / "state").exists(), "it asked nobody and recorded nothing"
    assert inside("run", wc, "--", str(texts / "one.txt")).code == 3


def test_every_line_comes_with_a_remark_and_what_no_line_can_allow_is_a_comment(inside):
    section = inside("run", str(WC), "--learn", "--", "/etc/hostname", "/etc/shadow", "/srv/secret.txt").out

    assert tomllib.loads(section)["capabilities"] == {"filesystem": {"read": ["/etc/hostname", "/srv/secret.txt"]}}
    assert '  "/etc/hostname",  # how this machine is set up\n' in section
    assert '  "/srv/secret.txt",  # it may hold credentials\n' in section
    assert "# not to be had: filesystem read /etc/shadow (forbidden to everybody: " in section


def test_machines_learn_the_same(inside):
    told = inside("run", str(WC), "--learn", "--json", "--", "/etc/hostname", "/etc/shadow").json

    assert (told["component"], told["status"], told["error"]) == ("word-count", 1, None)
    assert told["capabilities"] == {"filesystem.read": ["/etc/hostname"]}
    assert told["remarks"] == {"filesystem read /etc/hostname": "how this machine is set up"}
    assert list(told["not_to_be_had"]) == ["filesystem read /etc/shadow"]


def test_a_program_that_needs_nothing_is_told_so_and_its_output_is_not_in_the_way(airssys):
    learned = run(airssys, WC, "--learn", stdin=TEXT)

    assert learned.stdout.startswith(b"# it asked for nothing that a capability could allow\n")
    assert learned.stderr.startswith(COUNTED + b"\nword-count ended with 0")


@pytest.mark.parametrize("folder", [(), ("--dir", "scratch::/scratch"), ("--dir", "scratch")])
def test_snoop_gets_hold_of_nothing(inside, airssys, monkeypatch, folder):
    monkeypatch.setenv("GREETING", "hi")
    (airssys.folder / "scratch").mkdir()
    done = inside("run", str(SNOOP), *folder)

    assert done.code == 0, done.out
    assert done.out.endswith("everything was refused\n")
    assert "OBTAINED" not in done.out
    assert list((airssys.folder / "scratch").iterdir()) == []
