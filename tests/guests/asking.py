"""A guest that asks its host, whose answers a test decides while it runs."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

from airssys import Component, HostInterface
from tests.guests.hosting import Guests

#: Calls the host while it starts, and again in `ask`; `trap` traps.
ASKS = """(component
  (import "airssys:test/host@1.0.0" (instance $host (export "count" (func (result u64)))))
  (core func $count (canon lower (func $host "count")))
  (core module $main
    (import "host" "count" (func $count (result i64)))
    (memory 1)
    (global $asked (mut i32) (i32.const 0))
    (func $start (drop (call $count)))
    (start $start)
    (func (export "ask") (result i64) (call $count))
    (func (export "ask-then-spin") (drop (call $count)) (loop $again (br $again)))
    (func (export "asked") (result i32)
      (global.set $asked (i32.add (global.get $asked) (i32.const 1))) (global.get $asked))
    (func (export "trap") unreachable))
  (core instance $main (instantiate $main (with "host" (instance (export "count" (func $count))))))
  (func (export "ask") (result u64) (canon lift (core func $main "ask")))
  (func (export "ask-then-spin") (canon lift (core func $main "ask-then-spin")))
  (func (export "asked") (result u32) (canon lift (core func $main "asked")))
  (func (export "trap") (canon lift (core func $main "trap"))))
"""


class Answers:
    """Answers `count` of `ASKS`: its start at once, and later calls with whatever the test wants."""

    def __init__(self) -> None:
        self.calls = 0
        self.answer: Callable[[], Any] = lambda: 0
        self.interface = HostInterface(
            "interface airssys:test/host@1.0.0 { count: func() -> u64; }", {"count": self._count}
        )

    async def _count(self) -> int:
        self.calls += 1
        answer = self.answer()
        return int(await answer) if hasattr(answer, "__await__") else int(answer)


@contextlib.asynccontextmanager
async def asking(guests: Guests, **limits: Any) -> AsyncIterator[tuple[Component, Answers]]:
    """A host with one component that asks, under limits as in `Guests.start`, and what answers it."""
    answers = Answers()
    async with guests.host() as host:
        yield await guests.start(host, "asks", text=ASKS, interfaces=[answers.interface], **limits), answers
