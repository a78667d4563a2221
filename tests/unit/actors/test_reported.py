"""Wherever an actor fails, somebody is told, and the loop's exception handler is not the one."""

from __future__ import annotations

import asyncio
import logging

import pytest

from airssys.actors import Actor, ActorSystem, Directive, HookFailed, Resumed, Stopped
from airssys.testing import EventLog, FakeClock
from tests.actors_at_work import Boom


class Failing(Actor):
    """Raises where it is told to.

    Args:
        where: the name of a method.
    """

    def __init__(self, where: str) -> None:
        self.where = where
        self.fail_in("__init__")

    def fail_in(self, method: str) -> None:
        if method == self.where:
            raise Boom(f"in {method}")

    async def pre_start(self, context):
        self.fail_in("pre_start")

    async def on_restart(self, reason, context):
        self.fail_in("on_restart")

    async def handle(self, message, context):
        self.fail_in("handle")
        if self.where in ("on_error", "on_restart", "resumed"):
            raise LookupError

    def on_error(self, error, message, context):
        self.fail_in("on_error")
        return Directive.RESUME if self.where == "resumed" else Directive.RESTART

    async def post_stop(self, context):
        self.fail_in("post_stop")


@pytest.mark.parametrize(
    ("where", "kind"),
    [
        ("__init__", Stopped),
        ("pre_start", Stopped),
        ("handle", Stopped),
        ("on_restart", Stopped),
        ("on_error", HookFailed),
        ("post_stop", HookFailed),
        ("resumed", Resumed),
    ],
)
async def test_no_exception_of_a_child_reaches_the_loops_handler_unreported(clock: FakeClock, caplog, where, kind):
    unhandled: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: unhandled.append(context))
    logging.getLogger("airssys.actors").addHandler(caplog.handler)
    async with ActorSystem(max_restarts=100) as system:
        log = EventLog(system)
        ref = system.spawn(lambda: Failing(where), id="it", restart="transient")
        await clock.settle()
        ref.tell("go")
        await clock.advance(0.5)
        ref.stop()
        await clock.advance(0.5)
    logging.getLogger("airssys.actors").removeHandler(caplog.handler)

    assert unhandled == []
    told = [getattr(event, "error", None) or getattr(event, "reason", None) for event in log.of(kind)]
    expected = "LookupError" if where == "resumed" else f"in {where}"
    assert any(expected in f"{about!r}" for about in told)
    assert any(record.exc_info and expected in f"{record.exc_info[1]!r}" for record in caplog.records)
