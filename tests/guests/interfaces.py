"""The interfaces that the test guests import, answered plainly unless a test answers one of their functions itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final, Self

from airssys import Err, HostInterface

#: What `host-calls` imports.
HOST_WIT: Final = """interface airssys:test/host@1.0.0 {
    log: func(message: string);
    give: func(size: u32) -> list<u8>;
    sleep: func(milliseconds: u32);
    count: func() -> u64;
    divide: func(a: u32, b: u32) -> result<u32, string>;
    relay: func(text: string) -> string;
}"""

#: What `resources-import` imports.
CELLS_WIT: Final = """interface airssys:test/cells@1.0.0 {
    resource cell {
        constructor(value: u32);
        get: func() -> u32;
        set: func(value: u32);
        merge: static func(a: cell, b: cell) -> cell;
    }
    same: func(a: borrow<cell>, b: borrow<cell>) -> bool;
    open: func(value: u32) -> option<cell>;
}"""


#: Exports `work: func(turns: u64)`: so many turns of a loop, then `log("")`; with `TURNS` it is on a worker by then.
WORKS_FIRST: Final = """(component
  (import "airssys:test/host@1.0.0" (instance $host (export "log" (func (param "message" string)))))
  (core module $memory (memory (export "memory") 1))
  (core instance $memory (instantiate $memory))
  (core func $log (canon lower (func $host "log") (memory (core memory $memory "memory"))))
  (core module $worker
    (import "host" "log" (func $log (param i32 i32)))
    (func (export "work") (param $turns i64)
      (loop $again
        (local.set $turns (i64.sub (local.get $turns) (i64.const 1)))
        (br_if $again (i64.ne (local.get $turns) (i64.const 0))))
      (call $log (i32.const 0) (i32.const 0))))
  (core instance $main (instantiate $worker (with "host" (instance (export "log" (func $log))))))
  (func (export "work") (param "turns" u64) (canon lift (core func $main "work"))))
"""
TURNS: Final = 20_000_000


async def sleep(milliseconds: int) -> None:
    """The plain answer of `sleep`."""
    await asyncio.sleep(milliseconds / 1000)


def divide(a: int, b: int) -> Any:
    """The plain answer of `divide`."""
    return a // b if b else Err("division by zero")


def host_interface(**answers: Callable[..., Any]) -> HostInterface:
    """`airssys:test/host` with these answers instead of the plain ones."""
    plain: dict[str, Callable[..., Any]] = {
        "log": lambda _message: None,
        "give": bytes,
        "sleep": sleep,
        "count": lambda: 1,
        "divide": divide,
        "relay": lambda text: text,
    }
    return HostInterface(HOST_WIT, {**plain, **answers})


class Cells:
    """`airssys:test/cells`, with a list of what was made and what was closed, by value."""

    def __init__(self) -> None:
        self.made: list[int] = []
        self.closed: list[int] = []
        cells = self

        class Cell:
            """One host resource."""

            def __init__(self, value: int) -> None:
                self.value = value
                cells.made.append(value)

            def get(self) -> int:
                return self.value

            def set(self, value: int) -> None:
                self.value = value

            @classmethod
            def merge(cls, a: Self, b: Self) -> Self:
                return cls(a.value + b.value)

            def close(self) -> None:
                cells.closed.append(self.value)

        self.cell = Cell
        self.interface = HostInterface(
            CELLS_WIT, {"same": lambda a, b: a is b, "open": lambda value: Cell(value) if value else None}
        )
        self.interface.resource("cell")(Cell)


def log_interface(log: Callable[..., Any]) -> HostInterface:
    """What `WORKS_FIRST` imports."""
    return HostInterface("interface airssys:test/host@1.0.0 { log: func(message: string); }", {"log": log})
