"""Promise: a store has one owner and one fiber; whoever breaks in is refused before anything native is touched."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from airssys.errors import OperatorError
from tests.guests.apart import run_apart
from tests.guests.hosting import Guests, call, native_things


def test_a_dead_instance_refuses_calls(cache_folder: Path):
    said = run_apart(
        """
        instance = await started("hostile")
        instance.begin("count-calls", ())
        try:
            instance.begin("trap", ())
        except GuestTrapped:
            pass
        for export in ("count-calls", "spin", "trap"):
            try:
                instance.begin(export, ())
            except ComponentStopped:
                print("refused")
        """,
        cache_folder,
    )
    assert said.split() == ["refused"] * 3


def test_a_closed_instance_refuses_calls(cache_folder: Path):
    said = run_apart(
        """
        instance = await started("echo")
        instance.close()
        instance.close()
        try:
            instance.begin("echo-string", ("text",))
        except ComponentStopped:
            print("refused")
        """,
        cache_folder,
    )
    assert said == "refused"


def test_a_second_call_in_one_store_is_refused_and_the_first_goes_on(cache_folder: Path):
    said = run_apart(
        """
        instance = await started("hostile")
        first = instance.begin("spin-for", (20_000_000,))
        for export in ("count-calls", "pages", "trap"):
            try:
                instance.begin(export, ())
            except InternalError:
                print("refused")
        await first.finish()
        print(instance.begin("count-calls", ()))
        """,
        cache_folder,
    )
    assert said.split() == ["refused"] * 3 + ["1"]


async def test_a_call_from_another_event_loop_is_refused(guests: Guests):
    instance = await guests.instance("hostile")
    caught: list[BaseException] = []

    async def intrude() -> None:
        try:
            await call(instance, "count-calls")
        except OperatorError as error:
            caught.append(error)

    thread = threading.Thread(target=lambda: asyncio.run(intrude()))
    thread.start()
    await asyncio.to_thread(thread.join)
    assert "another event loop" in str(caught[0])
    assert await call(instance, "count-calls") == 1


async def test_a_component_of_another_event_loop_is_refused(guests: Guests):
    async with guests.host() as host:
        component = await guests.start(host, "hostile")

        def intrude() -> None:
            with pytest.raises(OperatorError, match="another event loop"):
                asyncio.run(component.call("count-calls"))

        await asyncio.to_thread(intrude)
        assert await component.call("count-calls") == 1


async def test_a_call_that_nobody_awaits_ends_with_its_instance(guests: Guests):
    before = native_things()
    instance = await guests.instance("hostile")
    instance.begin("spin", ())
    instance.close()
    assert native_things() == before


async def test_instances_of_one_component_share_nothing(guests: Guests):
    one, other = await guests.instance("hostile"), await guests.instance("hostile")
    await call(one, "store", 5000, 1)
    assert [await call(one, "count-calls"), await call(one, "count-calls")] == [1, 2]
    assert await call(other, "count-calls") == 1
    assert await call(other, "load", 5000) == 0
