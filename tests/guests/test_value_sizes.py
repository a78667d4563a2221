"""Promise: a value of the guest builds no more Python objects than the ceiling, and is refused before it is built."""

from __future__ import annotations

import contextlib
import tracemalloc

import pytest

from airssys.engine import StoreBounds
from airssys.errors import ResultTooLarge
from tests.guests.hosting import MIB, Guests


async def test_a_result_up_to_the_ceiling_arrives_and_one_beyond_it_is_refused(guests: Guests):
    async with guests.host(instance=StoreBounds(value_bytes=MIB)) as host:
        component = await guests.start(host, "hostile", max_bytes=4 * MIB)
        assert len(await component.call("bytes", MIB - 1024)) == MIB - 1024
        with pytest.raises(ResultTooLarge) as caught:
            await component.call("bytes", MIB + 1)
        assert caught.value.limit_bytes == MIB
        assert caught.value.size_bytes > MIB


async def test_an_instance_answers_on_after_a_result_was_too_large(guests: Guests):
    async with guests.host(instance=StoreBounds(value_bytes=MIB)) as host:
        component = await guests.start(host, "hostile", max_bytes=4 * MIB)
        with pytest.raises(ResultTooLarge):
            await component.call("bytes", 2 * MIB)
        assert len(await component.call("bytes", 100)) == 100
        assert component.status.restarts == 0


@pytest.mark.parametrize(
    ("export", "args"), [("bytes", (2 * MIB,)), ("strings", (200, 60_000)), ("lists", (1000, 1000))]
)
async def test_a_result_beyond_the_ceiling_is_refused_before_it_is_built(
    guests: Guests, export: str, args: tuple[int, ...]
):
    async with guests.host(instance=StoreBounds(value_bytes=64 * 1024)) as host:
        component = await guests.start(host, "hostile", max_bytes=4 * MIB)
        await component.call("bytes", 10)
        tracemalloc.start()
        try:
            with pytest.raises(ResultTooLarge):
                await component.call(export, *args)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 256 * 1024


def long_labels(kind: str) -> str:
    """Returns a list of so many values of a type whose label is 60,000 letters long: one byte each in the guest."""
    first, other = "a" * 60_000, "b"
    types = {
        "enum": f'(enum "{first}" "{other}")',
        "flags": f'(flags "{first}" "{other}")',
        "variant": f'(variant (case "{first}") (case "{other}"))',
    }
    return f"""(component
  (core module $labels
    (memory (export "memory") 1)
    (func (export "many") (param $count i32) (result i32)
      (memory.fill (i32.const 0) (i32.const {int(kind == "flags")}) (i32.const 65528))
      (i32.store (i32.const 65528) (i32.const 0))
      (i32.store (i32.const 65532) (local.get $count))
      (i32.const 65528)))
  (core instance $main (instantiate $labels))
  (type $the-label {types[kind]})
  (export $label "label" (type $the-label))
  (func (export "many") (param "count" u32) (result (list $label))
    (canon lift (core func $main "many") (memory (core memory $main "memory")))))
"""


@pytest.mark.parametrize("kind", ["enum", "flags", "variant"])
async def test_long_labels_cannot_build_more_than_the_ceiling(guests: Guests, kind: str):
    async with guests.host(instance=StoreBounds(value_bytes=MIB)) as host:
        component = await guests.start(host, "labels", text=long_labels(kind))
        await component.call("many", 1)
        tracemalloc.start()
        with contextlib.suppress(ResultTooLarge):
            await component.call("many", 500)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 2 * MIB
