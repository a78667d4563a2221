"""Any value of any type goes through a real guest and comes back the same."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airssys.engine import Call, CompiledComponent, Compiler, Instance, instantiate, link
from tests.guests import echo
from tests.guests.arrivals import difference, echoed
from tests.guests.wit_types import Type
from tests.properties.value_strategies import types, values


class Caller:
    """An instance of an echo guest."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance

    async def call(self, export: str, /, *args: Any) -> Any:
        outcome = self._instance.begin(export, args)
        return await outcome.finish() if isinstance(outcome, Call) else outcome


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def every_shape(runner: asyncio.Runner) -> CompiledComponent:
    return runner.run(Compiler().compile(echo.component(echo.EXPORTS).encode()))


async def come_back(component: CompiledComponent, sent: list[tuple[echo.Echo, tuple[Any, ...]]]) -> None:
    """One call after the other in one instance."""
    instance = await instantiate(link(component), max_memory_bytes=4 << 20)
    try:
        for one, args in sent:
            got = await echoed(Caller(instance), one, *args)
            assert difference(one.result, args[0] if len(args) == 1 else args, got) is None
    finally:
        instance.close()


def calls_of(one: echo.Echo) -> st.SearchStrategy[tuple[echo.Echo, tuple[Any, ...]]]:
    return st.tuples(st.just(one), st.tuples(*map(values, one.params)))


@settings(max_examples=300)
@given(sent=st.lists(st.sampled_from(echo.EXPORTS).flatmap(calls_of), min_size=1, max_size=8))
def test_any_value_of_every_shape_comes_back(
    runner: asyncio.Runner, every_shape: CompiledComponent, sent: list[tuple[echo.Echo, tuple[Any, ...]]]
):
    runner.run(come_back(every_shape, sent))


@settings(max_examples=20)
@given(kinds=types(), data=st.data())
def test_any_value_of_any_type_comes_back(runner: asyncio.Runner, kinds: list[Type], data: st.DataObject):
    exports = [echo.Echo(f"echo{i}", (kind,)) for i, kind in enumerate(kinds)]
    component = runner.run(Compiler().compile(echo.component(exports).encode()))
    sent = [data.draw(calls_of(one)) for one in exports * 3]
    runner.run(come_back(component, sent))
