"""Promise: a guest holds host resources by handle only, and each is destroyed exactly once, whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from airssys import Component, Host, HostInterface
from airssys.engine import StoreBounds
from airssys.errors import ArgumentValueError, DeadlineExceeded, GuestTrapped, OperatorError
from tests.guests.hosting import Guests
from tests.guests.interfaces import CELLS_WIT, Cells

#: Takes a cell, lent or for good, and ends in the way of each export.
ENDINGS = """(component
  (import "airssys:test/cells@1.0.0" (instance $cells
    (export "cell" (type $cell (sub resource)))))
  (alias export $cells "cell" (type $cell))
  (core module $endings
    (func (export "return") (param i32))
    (func (export "trap") (param i32) unreachable)
    (func (export "spin") (param i32) (loop $again (br $again))))
  (core instance $main (instantiate $endings))
  (func (export "take-trap") (param "cell" (own $cell)) (canon lift (core func $main "trap")))
  (func (export "take-spin") (param "cell" (own $cell)) (canon lift (core func $main "spin")))
  (func (export "take-return") (param "cell" (own $cell)) (canon lift (core func $main "return")))
  (func (export "lend-trap") (param "cell" (borrow $cell)) (canon lift (core func $main "trap")))
  (func (export "lend-spin") (param "cell" (borrow $cell)) (canon lift (core func $main "spin"))))
"""


async def start(guests: Guests, host: Host, cells: Cells, text: str | None = None) -> Component:
    return await guests.start(host, "resources-import", text=text, interfaces=[cells.interface])


# ---------------------------------------------------------------- using them


async def test_a_guest_uses_a_resource_class_in_every_way(guests: Guests):
    """It makes 1 and 2, merges them, multiplies by seven, reads and drops."""
    cells = Cells()
    async with guests.host() as host:
        component = await start(guests, host, cells)
        assert await component.call("run") == 21
        assert (cells.made, cells.closed) == ([1, 2, 3], [21])  # what `merge` was given is the host's again
        assert await component.call("same-cell") is True
        assert [await component.call("open-and-get", value) for value in (5, 0)] == [5, 0]
        assert cells.closed == [21, 1, 5]


async def test_a_resource_goes_out_as_the_object_that_it_is(guests: Guests):
    cells = Cells()
    mine = cells.cell(8)
    async with guests.host() as host:
        component = await start(guests, host, cells)
        made = await component.call("make", 7)
        assert isinstance(made, cells.cell)
        assert made.value == 7
        assert await component.call("pass", mine) is mine
    assert cells.closed == []  # both are ours


async def test_a_lent_resource_stays_the_callers_and_a_given_one_does_not(guests: Guests):
    cells = Cells()
    mine = cells.cell(9)
    async with guests.host() as host:
        component = await start(guests, host, cells)
        assert [await component.call("read", mine) for _ in range(3)] == [9, 9, 9]
        assert cells.closed == []
        assert await component.call("consume", mine) == 9
        assert cells.closed == [9]


async def test_a_method_may_be_async(guests: Guests):
    class Cell:
        def __init__(self, value: int) -> None:
            self.value = value

        async def get(self) -> int:
            await asyncio.sleep(0.001)
            return self.value

        def set(self, value: int) -> None:
            self.value = value

        @staticmethod
        async def merge(a: Cell, b: Cell) -> Cell:
            await asyncio.sleep(0)
            return Cell(a.value * 10 + b.value)

    interface = HostInterface(CELLS_WIT, {"same": lambda *_: True, "open": lambda _: None})
    assert interface.resource("cell")(Cell) is Cell
    async with guests.host() as host:
        component = await guests.start(host, "resources-import", interfaces=[interface])
        assert await component.call("run") == 84  # 12 * 7


def test_a_resource_class_answers_what_was_declared_and_nothing_else():
    with pytest.raises(OperatorError, match="declares no resource file"):
        HostInterface(CELLS_WIT).resource("file")(object)
    interface = HostInterface(CELLS_WIT)

    @interface.resource("cell")
    class Cell:
        def get(self) -> int:
            return 1

    with pytest.raises(OperatorError, match=r"cell\.get is answered already"):
        interface.add("[method]cell.get", Cell.get)
    with pytest.raises(OperatorError, match=r"declares no function \[method\]cell\.shrink"):
        interface.add("[method]cell.shrink", Cell.get)


# ---------------------------------------------------------------- exactly once


@pytest.mark.parametrize("how", ["stop", "trap", "host closed"])
async def test_what_a_guest_leaks_is_destroyed_once_when_it_ends(guests: Guests, how: str):
    cells = Cells()
    both = HostInterface(CELLS_WIT, {"same": lambda a, b: a is b, "open": cells.cell})
    both.resource("cell")(cells.cell)
    async with guests.host() as host:
        component = await guests.start(host, "resources-import", interfaces=[both])
        await component.call("leak", 20)
        assert (sorted(cells.made), cells.closed) == (list(range(1, 21)), [])
        if how == "stop":
            await component.stop()
        elif how == "trap":
            with pytest.raises(GuestTrapped):
                await component.call("forge", 77)
    assert sorted(cells.closed) == list(range(1, 21))


@pytest.mark.parametrize("how", ["trap", "spin", "return"])
async def test_a_given_resource_is_destroyed_once_however_the_call_ends(guests: Guests, how: str):
    cells = Cells()
    async with guests.host() as host:
        component = await start(guests, host, cells, ENDINGS)
        if how == "return":
            await component.call("take-return", cells.cell(5))
            assert cells.closed == []
        else:
            with pytest.raises((GuestTrapped, DeadlineExceeded)):
                await component.call(f"take-{how}", cells.cell(5), timeout=0.05)
            assert cells.closed == [5]
    assert cells.closed == [5]


@pytest.mark.parametrize("how", ["trap", "spin", "cancel"])
async def test_a_lent_resource_is_not_destroyed_however_the_call_ends(guests: Guests, how: str):
    cells = Cells()
    async with guests.host() as host:
        component = await start(guests, host, cells, ENDINGS)
        if how == "cancel":
            task = asyncio.create_task(component.call("lend-spin", cells.cell(5)))
            await asyncio.sleep(0.02)
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled()
        else:
            with pytest.raises((GuestTrapped, DeadlineExceeded)):
                await component.call(f"lend-{how}", cells.cell(5), timeout=0.05)
    assert cells.closed == []


@pytest.mark.parametrize(
    ("export", "args"),
    [("drop-twice", ()), ("use-dropped", ()), ("forge", (1,)), ("forge", (0,)), ("forge", (2**32 - 1,))],
)
async def test_a_handle_that_does_not_exist_is_a_fault_and_destroys_nothing_twice(
    guests: Guests, export: str, args: tuple[int, ...]
):
    cells = Cells()
    async with guests.host() as host:
        component = await start(guests, host, cells)
        with pytest.raises(GuestTrapped) as caught:
            await component.call(export, *args)
        assert caught.value.kind == "bad-handle"
        assert cells.closed == cells.made


async def test_a_borrow_that_the_guest_keeps_is_a_fault(guests: Guests):
    cells = Cells()
    async with guests.host() as host:
        component = await start(guests, host, cells)
        with pytest.raises(GuestTrapped) as caught:
            await component.call("keep-borrow", cells.cell(4))
    assert (caught.value.kind, cells.closed) == ("bad-handle", [])


async def test_nothing_was_handed_over_when_another_argument_does_not_fit(guests: Guests):
    text = """(component
      (import "airssys:test/cells@1.0.0" (instance $cells (export "cell" (type $cell (sub resource)))))
      (alias export $cells "cell" (type $cell))
      (core module $m (func (export "f") (param i32 i32)))
      (core instance $main (instantiate $m))
      (func (export "f") (param "cell" (own $cell)) (param "small" u8) (canon lift (core func $main "f"))))"""
    cells = Cells()
    async with guests.host(instance=StoreBounds(resources=1)) as host:
        component = await start(guests, host, cells, text)
        for _ in range(3):
            with pytest.raises(ArgumentValueError):
                await component.call("f", cells.cell(1), 256)
        await component.call("f", cells.cell(2), 255)  # the only place is free
        assert cells.closed == []
    assert cells.closed == [2]


async def test_a_destructor_that_raises_ends_the_guest_and_reaches_the_caller(guests: Guests):
    closed: list[int] = []

    class Cell:
        def __init__(self, value: int) -> None:
            self.value = value

        def get(self) -> int:
            return self.value

        def set(self, _value: int) -> None:
            return None

        @staticmethod
        def merge(a: Cell, _b: Cell) -> Cell:
            return a

        def close(self) -> None:
            closed.append(self.value)
            raise ValueError("cannot be closed")

    interface = HostInterface(CELLS_WIT, {"same": lambda *_: True, "open": Cell})
    interface.resource("cell")(Cell)
    async with guests.host() as host:
        component = await guests.start(host, "resources-import", interfaces=[interface])
        with pytest.raises(ValueError, match="cannot be closed"):
            await component.call("open-and-get", 6)
        assert closed == [6]
        assert isinstance(component.status.last_failure, ValueError)


async def test_destructors_run_on_the_loops_thread(guests: Guests):
    threads: list[bool] = []

    class Cell(Cells().cell):  # type: ignore[misc]
        def close(self) -> None:
            threads.append(asyncio.get_running_loop() is loop)

    loop = asyncio.get_running_loop()
    interface = HostInterface(CELLS_WIT, {"same": lambda *_: True, "open": Cell})
    interface.resource("cell")(Cell)
    async with guests.host() as host:
        component = await guests.start(host, "resources-import", interfaces=[interface])
        await component.call("same-cell")
        await component.call("leak", 2)
    assert threads == [True] * 3


# ---------------------------------------------------------------- bounded


async def test_the_number_of_resources_is_bounded_and_each_of_them_is_destroyed(guests: Guests):
    cells = Cells()
    async with guests.host(instance=StoreBounds(resources=10)) as host:
        component = await start(guests, host, cells)
        await component.call("leak", 10)
        with pytest.raises(GuestTrapped, match="holds 10 host resources already") as caught:
            await component.call("leak", 1)
        assert caught.value.kind == "resource-limit"
    assert sorted(cells.closed) == sorted(cells.made) == [1, *range(1, 11)]


async def test_places_of_dropped_resources_are_free_again(guests: Guests):
    cells = Cells()
    async with guests.host(instance=StoreBounds(resources=3)) as host:
        component = await start(guests, host, cells)
        for _ in range(20):
            assert await component.call("run") == 21
            assert await component.call("read", cells.cell(3)) == 3
        assert component.status.restarts == 0


def _values(answer: Any) -> Callable[[int], Any]:
    return lambda _value: answer


async def test_a_host_function_may_answer_with_any_object_as_its_resource(guests: Guests):
    """The class is the host's own business; what the guest gets is a handle to whatever was returned."""
    cells = Cells()
    interface = HostInterface(CELLS_WIT, {"same": lambda *_: True, "open": _values("a plain str")})
    interface.add("[method]cell.get", lambda thing: len(thing))
    for name in ("[constructor]cell", "[method]cell.set", "[static]cell.merge"):
        interface.add(name, cells.cell)
    async with guests.host() as host:
        component = await guests.start(host, "resources-import", interfaces=[interface])
        assert await component.call("open-and-get", 1) == 11
