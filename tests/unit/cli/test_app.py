"""What becomes of exceptions that no verb should let out."""

from __future__ import annotations

import contextlib
import json

import pytest

from airssys import cli
from airssys.cli import _app, _doctor


@pytest.fixture(autouse=True)
def leave_signals_alone(monkeypatch):
    monkeypatch.setattr(_app, "ending_on_signals", contextlib.nullcontext)


@pytest.fixture
def failing(monkeypatch):
    """Let `airssys doctor` raise."""

    def fail_with(error):
        async def fail():
            raise error

        monkeypatch.setattr(_doctor, "_findings", fail)

    return fail_with


def test_a_bug_is_an_internal_error_without_a_traceback(failing, capsys):
    failing(ZeroDivisionError("division by zero"))

    assert cli.main(["doctor"]) == 4
    told = capsys.readouterr().err
    assert told.startswith("error: ZeroDivisionError: division by zero\n")
    assert "AIRSSYS_TRACEBACK=1" in told
    assert "Traceback" not in told


def test_a_traceback_is_shown_to_those_who_ask(failing, capsys, monkeypatch):
    monkeypatch.setenv("AIRSSYS_TRACEBACK", "1")
    failing(ZeroDivisionError("division by zero"))

    assert cli.main(["doctor"]) == 4
    assert "Traceback" in capsys.readouterr().err


def test_a_bug_is_told_to_machines_as_well(failing, capsys):
    failing(ZeroDivisionError("division by zero"))

    assert cli.main(["doctor", "--json"]) == 4
    assert json.loads(capsys.readouterr().err)["code"] == "internal-error"


def test_what_the_system_refuses_is_a_fault_of_the_host(failing, capsys):
    failing(OSError(24, "Too many open files"))

    assert cli.main(["doctor"]) == 4
    assert capsys.readouterr().err.startswith("error: the system refused: [Errno 24] Too many open files\n")


def test_ctrl_c_has_an_exit_code_of_its_own(failing, capsys):
    failing(KeyboardInterrupt())

    assert cli.main(["doctor"]) == 130
    assert "Traceback" not in capsys.readouterr().err


def test_ctrl_c_before_anything_is_imported_has_the_same(monkeypatch):
    def interrupted(_argv):
        raise KeyboardInterrupt

    monkeypatch.setattr(_app, "run", interrupted)

    assert cli.main([]) == 130


def test_json_after_the_end_of_options_is_not_an_option(capsys):
    assert cli.main(["bogus", "--", "--json"]) == 2
    assert capsys.readouterr().err.startswith("error: ")
