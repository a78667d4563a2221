"""Actors that several test folders use."""

from __future__ import annotations

import asyncio
from typing import Any

from airssys.actors import Actor, Context, ExitReason


class Echo(Actor):
    """Replies with the message."""

    async def handle(self, message: Any, context: Context) -> Any:
        return message


class Counter(Actor):
    """Counts messages; replies with the count."""

    def __init__(self) -> None:
        self.count = 0

    async def handle(self, message: Any, context: Context) -> int:
        self.count += 1
        return self.count


class Boom(Exception):
    """What test actors raise."""


def no_actor() -> Actor:
    """A factory that fails."""
    raise ZeroDivisionError("no actor")


class Obedient(Actor):
    """Does what the message says, and keeps a journal of its life.

    Args:
        journal: gets a line for everything that happens, shared between incarnations.
        name: stands before each line.
    """

    def __init__(self, journal: list[str] | None = None, name: str = "") -> None:
        self.journal = journal if journal is not None else []
        self.name = name

    def note(self, line: str) -> None:
        self.journal.append(f"{self.name} {line}".strip())

    async def pre_start(self, context: Context) -> None:
        self.note("started")

    async def on_restart(self, reason: ExitReason, context: Context) -> None:
        self.note(f"restarted after {reason.kind}")

    async def post_stop(self, context: Context) -> None:
        self.note("stopped")

    async def handle(self, message: Any, context: Context) -> Any:
        match message:
            case "boom":
                raise Boom("boom")
            case "stop":
                context.stop()
            case "sleep", seconds:
                await asyncio.sleep(seconds)
            case "forever":
                await asyncio.Event().wait()
            case BaseException() as error:
                raise error
            case ExitReason() as reason:
                context.stop(reason)
            case _:
                self.note(f"got {message}")
        return message
