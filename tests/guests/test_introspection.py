"""Promise: what a component offers, needs and takes is known before it runs, in the words of WIT."""

from __future__ import annotations

from hashlib import sha256

import pytest

from airssys import HostInterface
from airssys.engine import ImportNeed, StoreBounds, instantiate, link
from airssys.engine.wit import print_function
from airssys.errors import OutOfMemory
from tests.guests import echo, wat
from tests.guests.hosting import PAGE, Guests
from tests.guests.interfaces import CELLS_WIT, HOST_WIT
from tests.guests.wit_types import named_types


async def test_exports_are_printed_as_wit(guests: Guests):
    async with guests.host() as host:
        component = await guests.start(host, "add")
        assert dict(component.exports) == {
            "nothing": "func()",
            "add": "func(a: u32, b: u32) -> u32",
            "echo-string": "func(text: string) -> string",
            "echo-bytes": "func(bytes: list<u8>) -> list<u8>",
        }
        with pytest.raises(TypeError):
            component.exports["more"] = "func()"  # type: ignore[index]


async def test_functions_of_interfaces_have_the_name_of_their_interface(guests: Guests):
    async with guests.host() as host:
        component = await guests.start(host, "interface-exports")
        assert dict(component.exports) == {
            "greet": "func() -> u32",
            "airssys:test/greeting@1.0.0#greet": "func() -> u32",
            "airssys:test/greeting@2.0.0#greet": "func() -> u32",
            "airssys:test/other@1.0.0#greet": "func() -> u32",
        }
        assert [await component.call(name) for name in component.exports] == [0, 1, 2, 3]


async def test_every_kind_of_type_is_printed(guests: Guests):
    """Types with a name of their own are written out, as the engine does not tell their names."""
    signatures = (await guests.compiled("echo")).signatures
    plain = {one.name: one.signature for one in echo.EXPORTS if not any(named_types(one.result))}
    assert len(plain) > 40
    assert {name: signatures[name] for name in plain} == plain
    assert signatures["echo-flags"].count("flags { read, write, execute }") == 2
    assert "variant { none, text(string), large(u64), single(f32), " in signatures["echo-variant"]
    assert "record { street: string, number: option<u32> }" in signatures["echo-option-record"]
    assert "enum { red, green, blue, deep-sea }" in signatures["echo-enum"]


async def test_resources_are_printed_as_handles(guests: Guests):
    compiled = await guests.compiled("resources-export")
    assert compiled.signatures == {
        "airssys:test/counters@1.0.0#[constructor]counter": "func(start: u32) -> counter",
        "airssys:test/counters@1.0.0#[method]counter.increment": "func(self: borrow<counter>, by: u32) -> u32",
        "airssys:test/counters@1.0.0#[static]counter.sum": "func(a: borrow<counter>, b: borrow<counter>) -> u32",
        "airssys:test/counters@1.0.0#consume": "func(counter: counter) -> u32",
        "airssys:test/counters@1.0.0#leak": "func(count: u32)",
        "airssys:test/counters@1.0.0#dropped": "func() -> u32",
    }


async def test_imports_are_printed_as_the_interface_declares_them(guests: Guests):
    for guest, text in (("host-calls", HOST_WIT), ("resources-import", CELLS_WIT)):
        interface = HostInterface(text)
        declared = {name: print_function(of) for name, of in interface.interface.functions.items()}
        needs = list((await guests.compiled(guest)).needs())
        assert {need.interface for need in needs} == {interface.name}
        assert {need.function: need.signature for need in needs} == declared


async def test_imports_outside_of_interfaces_have_no_interface(guests: Guests):
    assert list((await guests.compiled("imports-unknown")).needs()) == [
        ImportNeed("", "mystery", "func(n: u32)"),
        ImportNeed("nobody:offers/this@1.2.3", "ask", "func(question: string) -> u32"),
        ImportNeed("nobody:offers/this@1.2.3", "forget", "func()"),
    ]


# ---------------------------------------------------------------- what it takes


@pytest.mark.parametrize(
    ("guest", "memories", "pages"),
    [
        ("hostile", 1, 1),
        ("two-memories", 2, 2),
        ("nested", 2, 2),
        ("hundred-memories", 100, 100),
        ("huge-minimum", 1, 80),
        ("many-instances", 0, 0),
    ],
)
async def test_memories_and_their_pages_are_known(guests: Guests, guest: str, memories: int, pages: int):
    facts = (await guests.compiled(guest)).facts
    assert sum(memory.count for memory in facts.memories) == memories
    assert sum(memory.count * memory.min_pages for memory in facts.memories) == pages
    assert (facts.smallest_limit_bytes, facts.exact) == (pages * PAGE, True)


async def test_the_largest_size_of_a_memory_is_known(guests: Guests):
    (memory,) = (await guests.compiled("two-memories")).facts.memories[:1]
    assert memory.max_pages == 64
    (memory,) = (await guests.compiled("hostile")).facts.memories
    assert memory.max_pages is None


@pytest.mark.parametrize(("guest", "tables"), [("hostile", [(1, 4)]), ("big-table", [(1, 10_000_000)]), ("add", [])])
async def test_tables_and_their_elements_are_known(guests: Guests, guest: str, tables: list[tuple[int, int]]):
    facts = (await guests.compiled(guest)).facts
    assert [(table.count, table.min_elements) for table in facts.tables] == tables


async def test_the_number_of_core_instances_is_known(guests: Guests):
    assert (await guests.compiled("many-instances")).facts.core_instances == 300


@pytest.mark.parametrize(
    "guest", ["hostile", "two-memories", "nested", "hundred-memories", "huge-minimum", "interface-exports"]
)
async def test_the_smallest_limit_starts_it_and_a_byte_less_does_not(guests: Guests, guest: str):
    linked = link(await guests.compiled(guest))
    bounds = StoreBounds(memories=200)
    smallest = linked.component.facts.smallest_limit_bytes
    instance = await instantiate(linked, max_memory_bytes=smallest, bounds=bounds)
    assert instance.limiter.usage.current_bytes == smallest
    instance.close()
    if smallest:
        with pytest.raises(OutOfMemory) as caught:
            await instantiate(linked, max_memory_bytes=smallest - 1, bounds=bounds)
        assert caught.value.requested_bytes == smallest


async def test_a_component_knows_its_size_and_its_digest(guests: Guests):
    source = wat.text("add")
    compiled = await guests.compiled("add")
    assert compiled.digest == sha256(source.encode()).hexdigest()
    assert 100 < compiled.size_bytes < len(source)
    assert compiled.digest[:12] in repr(compiled)
