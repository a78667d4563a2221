"""`docs/guides/actors.md` says what is true: its programs print what it shows, its tables are those of the code."""

from __future__ import annotations

import contextlib
import io
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from airssys import testing
from airssys.actors import (
    DeadLetterReason,
    ExitReason,
    MailboxSpec,
    Overflow,
    RestartType,
    Strategy,
    SupervisorSpec,
)
from airssys.actors._decide import should_restart

TEXT = (Path(__file__).parents[3] / "docs" / "guides" / "actors.md").read_text(encoding="utf-8")
#: Each program, with what the page says that it prints; the last one is a file of tests and prints nothing.
PROGRAMS = re.findall(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```)?", TEXT, re.M | re.S)


@pytest.fixture(autouse=True)
def logger() -> Iterator[None]:
    """A program of the page says how much is logged; that ends with it."""
    level = logging.getLogger("airssys.actors").level
    yield
    logging.getLogger("airssys.actors").setLevel(level)


@pytest.mark.parametrize(("code", "shown"), PROGRAMS[:-1])
def test_a_program_prints_what_the_page_shows(code, shown):
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(code, {"__name__": "program"})

    assert printed.getvalue() == shown
    assert shown


def test_the_tests_of_the_page_pass():
    names: dict[str, Any] = {"__name__": "tests"}
    exec(PROGRAMS[-1][0], names)
    tests = [value for name, value in names.items() if name.startswith("test_")]
    for test in tests:
        test()

    assert len(tests) == 3


def test_the_table_of_restarts_is_the_one_of_the_code():
    for restart in RestartType:
        clean, other = (
            "restart" if should_restart(restart, ExitReason(kind=kind)) else "remove" for kind in ("normal", "failed")
        )
        assert f"| `{restart}` | {clean} | {other} |" in TEXT


@pytest.mark.parametrize("choice", [*Strategy, *Overflow, *DeadLetterReason])
def test_every_choice_is_explained(choice):
    assert f"`{choice}`" in TEXT


@pytest.mark.parametrize("name", sorted(set(testing.__all__) - {"Received"}))
def test_every_tool_for_tests_is_explained(name):
    assert name in TEXT.partition("## Tests")[2]


def test_the_defaults_are_those_that_are_told():
    spec, mailbox = SupervisorSpec(), MailboxSpec()

    assert f"`max_restarts = {spec.max_restarts}` within `period_seconds = {spec.period_seconds:g}`" in TEXT
    assert f"{mailbox.capacity} messages, unless `MailboxSpec` says otherwise" in TEXT
    assert f"Restarts wait: {spec.backoff.initial_seconds:g} s first, twice" in TEXT
    assert f"at most {spec.backoff.max_seconds:g} s" in TEXT
    assert f"Who has lived for {spec.backoff.reset_after_seconds:g} s" in TEXT
    assert (mailbox.overflow, spec.backoff.factor, spec.backoff.jitter) == (Overflow.REJECT, 2.0, 0.5)
