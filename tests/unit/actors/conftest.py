"""Runs `async def` tests in fake time, inside an entered `ActorSystem` when they take one."""

from __future__ import annotations

import inspect

import pytest

from airssys.actors import ActorSystem
from airssys.testing import FakeClock
from tests.quiet import quiet  # noqa: F401 - a fixture for every test of this folder


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Each test has a loop of its own; it fails when it leaves a task or an unretrieved exception behind."""
    test = pyfuncitem.obj
    if not inspect.iscoroutinefunction(test):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in inspect.signature(test).parameters}
    system, clock = pyfuncitem.funcargs.get("system"), pyfuncitem.funcargs["clock"]
    assert isinstance(clock, FakeClock)

    async def scenario() -> None:
        if isinstance(system, ActorSystem):
            async with system:
                await test(**arguments)
        else:
            await test(**arguments)

    clock.run(scenario())
    return True


@pytest.fixture(autouse=True)
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def system() -> ActorSystem:
    return ActorSystem()
