"""Functions that a world imports outside of any interface."""

from __future__ import annotations

import pytest

from airssys import HostInterface
from airssys.engine import link
from airssys.errors import LinkError, WitSyntaxError
from tests.guests.hosting import Guests

WORLD = """
(component
  (import "log" (func $log (param "message" string)))
  (core module $Libc (memory (export "memory") 1))
  (core instance $libc (instantiate $Libc))
  (core func $lowered (canon lower (func $log) (memory (core memory $libc "memory"))))
  (core module $Main
    (import "libc" "memory" (memory 1))
    (import "host" "log" (func $log (param i32 i32)))
    (data (i32.const 0) "hello")
    (func (export "go") (call $log (i32.const 0) (i32.const 5))))
  (core instance $main (instantiate $Main
    (with "libc" (instance $libc))
    (with "host" (instance (export "log" (func $lowered))))))
  (func (export "go") (canon lift (core func $main "go"))))
"""


async def test_a_function_of_the_world_is_answered(guests: Guests) -> None:
    heard: list[str] = []
    world = HostInterface.of_world("log: func(message: string);", {"log": heard.append})
    async with guests.host() as host:
        component = await guests.start(host, "world", text=WORLD, interfaces=[world])
        await component.call("go")
    assert heard == ["hello"]


async def test_a_function_of_the_world_with_another_type_is_told_with_both_signatures(guests: Guests) -> None:
    compiled = await guests.compiled("world", text=WORLD)
    with pytest.raises(LinkError) as refused:
        link(compiled, [HostInterface.of_world("log: func(message: u32);", {"log": print})])
    assert refused.value.problems == (
        "log: the component needs func(message: string), the host has func(message: u32)",
    )


async def test_a_function_of_the_world_that_nobody_offers_is_unknown(guests: Guests) -> None:
    compiled = await guests.compiled("world", text=WORLD)
    with pytest.raises(LinkError) as refused:
        link(compiled)
    assert refused.value.problems == ("log: unknown function: func(message: string)",)


async def test_an_interface_passed_twice_is_an_error(guests: Guests) -> None:
    compiled = await guests.compiled("world", text=WORLD)
    twice = [HostInterface("interface demo:a/b { f: func(); }") for _ in range(2)]
    with pytest.raises(LinkError, match="two host interfaces are named demo:a/b"):
        link(compiled, twice)


def test_the_items_of_a_world_have_to_parse() -> None:
    with pytest.raises(WitSyntaxError):
        HostInterface.of_world("log: function")
