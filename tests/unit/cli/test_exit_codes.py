"""What an error ends a command with, and how it is told."""

from __future__ import annotations

import json

import pytest

from airssys import errors
from airssys.approval import approval_required
from airssys.cli._errors import ExitCode, UsageError, error_as_json, error_as_text, exit_code_of, tell
from airssys.manifest import ManifestInvalid, Problem, UnknownProfile
from tests.approving import ask, opened

TRAP = errors.GuestTrapped("it trapped", kind="unreachable", backtrace=("inner", "outer"))
MEMORY = errors.OutOfMemory("too much", limit_bytes=1, requested_bytes=2, peak_bytes=3)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (TRAP, 1),
        (errors.GuestReturnedError("no"), 1),
        (errors.FuelExhausted("spent", max_fuel=1), 1),
        (errors.ResultTooLarge("large", size_bytes=2, limit_bytes=1), 1),
        (UsageError("no"), 2),
        (errors.ManifestError("no"), 2),
        (errors.LinkError("no"), 2),
        (errors.ExportNotFound("no"), 2),
        (errors.ApprovalSettled("no", approval=1, state="rejected", by="maria"), 2),
        (errors.ApprovalNotFound("no"), 2),
        (errors.ApprovalRequired("no", request=None), 3),
        (errors.ApprovalsFull("no", limit=1000), 3),
        (errors.CapabilityDenied("no"), 3),
        (errors.InstanceLimitReached("no"), 3),
        (errors.EngineFailed("no"), 4),
        (errors.InternalError("no"), 4),
        (errors.DeadlineExceeded("late", timeout_seconds=1), 124),
        (MEMORY, 137),
    ],
)
def test_every_party_at_fault_has_an_exit_code(error, code):
    assert exit_code_of(error) == code


def test_people_read_problem_then_place_then_what_to_do():
    assert error_as_text(TRAP).plain.splitlines() == [
        "error: it trapped",
        "  in:       inner",
        "            outer",
        "  hint:     the fault is in the component; the backtrace names the function",
    ]


def test_hints_for_programs_are_replaced_by_hints_for_the_command_line():
    text = error_as_text(errors.ArgumentValueError("no")).plain

    assert "component.exports" not in text
    assert "airssys inspect" in text


def test_nothing_in_an_error_steers_the_terminal():
    error = errors.GuestTrapped("a\x1b[2J\rb", kind="x", backtrace=("f\x1b[31m\nerror: forged",), hint="\x07")
    text = error_as_text(error).plain

    assert "\x1b" not in text
    assert "\r" not in text
    assert "\x07" not in text
    assert not any(line.startswith("error: forged") for line in text.splitlines())


def test_text_that_looks_like_markup_stays_text():
    assert "[bold]" in error_as_text(errors.EngineFailed("[bold]x[/bold]")).plain


@pytest.mark.parametrize(
    ("error", "facts"),
    [
        (TRAP, {"kind": "unreachable", "backtrace": ("inner", "outer")}),
        (MEMORY, {"limit_bytes": 1, "requested_bytes": 2, "peak_bytes": 3, "backtrace": ()}),
        (errors.DeadlineExceeded("late", timeout_seconds=2.5), {"timeout_seconds": 2.5, "backtrace": ()}),
        (errors.FuelExhausted("spent", max_fuel=7), {"max_fuel": 7, "backtrace": ()}),
        (errors.GuestReturnedError({"a": 1}), {"value": {"a": 1}, "backtrace": ()}),
        (errors.LinkError("no", problems=("x",)), {"problems": ("x",)}),
        (
            errors.ApprovalSettled("no", approval=7, state="rejected", by="maria"),
            {"approval": 7, "state": "rejected", "by": "maria"},
        ),
        (errors.ApprovalWidened("no", beyond=("x",)), {"beyond": ("x",)}),
        (errors.ApprovalsFull("no", limit=1000), {"limit": 1000}),
    ],
)
def test_machines_are_told_what_the_class_knows(error, facts):
    told = error_as_json(error)

    assert {key: told[key] for key in told if key not in ("code", "message", "hint", "exit_code")} == facts
    assert (told["code"], told["message"], told["exit_code"]) == (error.code, error.message, exit_code_of(error))


def test_machines_are_told_what_waits_for_approval():
    with opened() as desk:
        error = approval_required(desk.workflow.request(ask()))

    assert error_as_json(error)["approval"]["id"] == 1
    assert error_as_json(error)["approval"]["state"] == "pending"


def test_machines_are_told_every_problem_of_a_manifest():
    problems = [Problem("first", file="a.toml", line=3, key="x.y"), UnknownProfile("p", ("q",))]
    told = error_as_json(ManifestInvalid(problems))

    assert [each["code"] for each in told["problems"]] == ["manifest-problem", "unknown-profile"]
    assert told["problems"][0] | {"hint": ""} == {
        "code": "manifest-problem",
        "summary": "first",
        "file": "a.toml",
        "line": 3,
        "key": "x.y",
        "found": "",
        "expected": "",
        "write": "",
        "hint": "",
    }
    assert len(error_as_json(problems[0])["problems"]) == 1


def test_a_problem_is_told_on_standard_error(capsys):
    assert tell(MEMORY, as_json=True, more={"stats": 1}) is ExitCode.OUT_OF_MEMORY
    captured = capsys.readouterr()

    assert captured.out == ""
    assert json.loads(captured.err)["stats"] == 1
