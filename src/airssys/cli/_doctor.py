"""`airssys doctor`: whether this machine has what airssys needs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any, Final

from rich.text import Text

from airssys.cli import _checks as checks
from airssys.cli._checks import Finding, State
from airssys.cli._console import plural, printable, show, show_json
from airssys.cli._errors import ExitCode
from airssys.cli._options import JsonFlag
from airssys.cli._progress import Waiting
from airssys.engine import default_cache_folder

_STYLES: Final = {State.OK: "green", State.NOTE: "yellow", State.BROKEN: "bold red"}
#: How long the checks that start something may take together; far above what they do take.
_BOUND_SECONDS: Final = 120.0


def doctor(as_json: JsonFlag = False) -> int:
    """Check that this machine has what airssys needs, and show its limits."""
    findings = asyncio.run(_findings())
    is_broken = any(finding.state is State.BROKEN for finding in findings)
    if as_json:
        show_json({"healthy": not is_broken, "checks": [finding_as_json(finding) for finding in findings]})
    else:
        show(findings_as_lines(findings))
    return ExitCode.HOST if is_broken else ExitCode.OK


async def _findings() -> Sequence[Finding]:
    with Waiting() as waiting:
        waiting.begin("checking", _BOUND_SECONDS)
        return (
            checks.check_python(),
            checks.check_engine(),
            checks.check_system(),
            checks.check_cores(),
            checks.check_capacity(),
            checks.check_addresses(),
            checks.check_overcommit(),
            checks.check_files(),
            checks.check_cache(default_cache_folder()),
            await checks.check_compiling(),
            await checks.check_running(),
        )


def finding_as_json(finding: Finding) -> dict[str, Any]:
    """One finding, for machines."""
    return {"name": finding.name, "state": finding.state.value, "found": finding.found, "advice": finding.advice}


def findings_as_lines(findings: Sequence[Finding]) -> Iterator[Text]:
    """All findings, and what they come to."""
    states = max(len(state.value) for state in State)
    names = max(len(finding.name) for finding in findings)
    for finding in findings:
        line = Text(finding.state.value.ljust(states), style=_STYLES[finding.state])
        yield Text.assemble(line, f"  {finding.name.ljust(names)}  {printable(finding.found)}")
        if finding.advice:
            yield Text(" " * (states + names + 4) + f"-> {printable(finding.advice)}")
    broken = sum(finding.state is State.BROKEN for finding in findings)
    yield Text()
    if broken:
        yield Text(f"{plural(broken, 'thing')} broken: see what to do above", style="bold red")
    else:
        yield Text("this machine has everything that airssys needs", style="bold green")
