"""Asking the person at the terminal whether a component of unknown origin may run."""

from __future__ import annotations

import asyncio
import os
import sys
import termios
from typing import Final

from airssys.approval import ApprovalRequest, Approver, Choice, Verdict, approval_required
from airssys.cli._approval_shown import request_as_lines
from airssys.cli._approval_store import this_person
from airssys.cli._console import remarks
from airssys.cli._progress import Waiting

_MEANING: Final = (
    "  once    for this start; the next one asks again\n"
    "  always  these bytes with these rights, until `airssys withdraw` takes it back\n"
    "  no      not these bytes with these rights, until somebody approves them after all"
)
_PROMPT: Final = "may it run? once, always or no: "

#: The longest line of a terminal on Linux (termios(3), canonical mode).
_MAX_LINE: Final = 4096


def approver_at_terminal(waiting: Waiting) -> Approver | None:
    """Who is shown requests and answers them: the person at the terminal, or nobody where there is none.

    Args:
        waiting: a bar that may be on the screen; it goes away first.
    """
    if sys.stdin is None or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None

    async def ask(request: ApprovalRequest) -> Verdict:
        waiting.end()
        return await _ask(request)

    return ask


async def _ask(request: ApprovalRequest) -> Verdict:
    """Show the request and wait for an answer, which is one of the words or its first letter.

    Raises:
        ApprovalRequired: the person left without an answer (Ctrl-D); the request waits on.
    """
    console = remarks()
    for line in request_as_lines(request):
        console.print(line)
    console.print(_MEANING)
    termios.tcflush(sys.stdin, termios.TCIFLUSH)  # what was typed before the question is no answer to it
    while True:
        console.print(_PROMPT, end="")
        typed = await _next_line()
        if not typed:
            console.print()
            raise approval_required(request)
        word = typed.strip().lower()
        for choice in Choice:
            if word in (choice.value, choice.value[0]):
                return Verdict(choice=choice, by=this_person())


async def _next_line() -> str:
    """The next line that is typed; empty at the end of the input. Waits without a thread, so that a signal ends it."""
    loop, readable, terminal = asyncio.get_running_loop(), asyncio.Event(), sys.stdin.fileno()
    loop.add_reader(terminal, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(terminal)
    return os.read(terminal, _MAX_LINE).decode(errors="replace")
