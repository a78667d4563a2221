"""Promise: every import is answered and its types are compared before anything runs; what does not fit is listed."""

from __future__ import annotations

import pytest

from airssys import HostInterface
from airssys.engine import link
from airssys.errors import LinkError, OperatorError, WitSyntaxError
from tests.guests.hosting import Guests, call
from tests.guests.interfaces import CELLS_WIT, HOST_WIT, Cells, host_interface

COUNT = "interface airssys:test/host@{version} {{ count: func() -> {result}; }}"


def counting(version: str, result: str = "u64", answer: object = 5) -> HostInterface:
    return HostInterface(COUNT.format(version=version, result=result), {"count": lambda: answer})


async def problems(guests: Guests, guest: str, *interfaces: HostInterface, text: str | None = None) -> list[str]:
    """What linking complains about, each problem in the message and in `problems`."""
    compiled = await guests.compiled(guest, text=text)
    with pytest.raises(LinkError) as caught:
        link(compiled, interfaces)
    assert all(f"\n  - {problem}" in str(caught.value) for problem in caught.value.problems)
    return list(caught.value.problems)


async def test_everything_that_is_unknown_is_listed(guests: Guests):
    assert await problems(guests, "imports-unknown", host_interface()) == [
        "mystery: unknown function: func(n: u32)",
        "nobody:offers/this@1.2.3: unknown interface (ask, forget)",
    ]


async def test_a_host_refuses_to_start_what_cannot_be_linked(guests: Guests):
    async with guests.host() as host:
        with pytest.raises(LinkError, match="nobody:offers/this"):
            await guests.start(host, "imports-unknown")
        assert host.components == {}


async def test_a_wrong_type_is_told_with_both_signatures(guests: Guests):
    assert await problems(guests, "imports-wrong-type", host_interface()) == [
        "airssys:test/host@1.0.0#log: the component needs func(message: u32), the host has func(message: string)",
        "airssys:test/host@1.0.0#count: the component needs func() -> string, the host has func() -> u64",
    ]


DIFFERENT = {
    "another result": "count: func() -> u32;",
    "signed instead of unsigned": "count: func() -> s64;",
    "no result": "count: func();",
    "a parameter more": "count: func(n: u32) -> u64;",
    "a result type instead of a value": "count: func() -> result<u64>;",
    "an option instead of a value": "count: func() -> option<u64>;",
    "the same name in a list": "count: func() -> list<u64>;",
}


@pytest.mark.parametrize("declared", DIFFERENT.values(), ids=DIFFERENT)
async def test_any_difference_of_types_is_refused(guests: Guests, declared: str):
    interface = HostInterface(f"interface airssys:test/host@1.0.0 {{ {declared} }}", {"count": lambda *_: 1})
    (problem,) = await problems(guests, "start-calls-host", interface)
    assert problem.startswith("airssys:test/host@1.0.0#count: the component needs func() -> u64, the host has func(")


async def test_a_function_that_the_host_does_not_have_is_named(guests: Guests):
    interface = HostInterface("interface airssys:test/host@1.0.0 { other: func(); }", {"other": print})
    assert await problems(guests, "start-calls-host", interface) == [
        "airssys:test/host@1.0.0#count: airssys:test/host@1.0.0 has no such function"
    ]


async def test_a_function_that_is_declared_but_not_answered_is_named(guests: Guests):
    assert await problems(guests, "start-calls-host", HostInterface(HOST_WIT)) == [
        "airssys:test/host@1.0.0#count: declared by the host, but nobody answers it"
    ]


async def test_a_function_that_nobody_imports_need_not_be_answered(guests: Guests):
    interface = HostInterface(HOST_WIT, {"count": lambda: 9})
    instance = await guests.instance("start-calls-host", interfaces=[interface])
    assert await call(instance, "counted") == 9


async def test_a_resource_that_the_host_does_not_have_is_named(guests: Guests):
    text = """(component (import "airssys:test/cells@1.0.0" (instance
      (export "file" (type (sub resource))))))"""
    assert await problems(guests, "files", HostInterface(CELLS_WIT), text=text) == [
        "airssys:test/cells@1.0.0: airssys:test/cells@1.0.0 has no resource file"
    ]


async def test_a_resource_cannot_be_taken_for_another(guests: Guests):
    text = """(component (import "airssys:test/cells@1.0.0" (instance
      (export "cell" (type $cell (sub resource)))
      (export "other" (type $other (sub resource)))
      (export "same" (func (param "a" (borrow $cell)) (param "b" (borrow $other)) (result bool))))))"""
    wit = CELLS_WIT.replace("resource cell {", "resource other;\n    resource cell {")
    interface = HostInterface(wit, {"same": lambda *_: True})
    (problem,) = await problems(guests, "cells", interface, text=text)
    assert "needs func(a: borrow<cell>, b: borrow<other>) -> bool" in problem
    assert "has func(a: borrow<cell>, b: borrow<cell>) -> bool" in problem


# ---------------------------------------------------------------- versions


@pytest.mark.parametrize("version", ["1.0.0", "1.0.7", "1.4.0"])
async def test_a_compatible_version_of_the_host_answers(guests: Guests, version: str):
    instance = await guests.instance("start-calls-host", interfaces=[counting(version)])
    assert await call(instance, "counted") == 5


@pytest.mark.parametrize("version", ["2.0.0", "0.1.0", "1.0.0-rc1"])
async def test_an_incompatible_version_does_not(guests: Guests, version: str):
    assert await problems(guests, "start-calls-host", counting(version)) == [
        "airssys:test/host@1.0.0: unknown interface (count)"
    ]


@pytest.mark.parametrize(
    ("needed", "offered", "fits"),
    [
        ("0.2.0", "0.2.6", True),
        ("0.2.12", "0.2.0", True),  # wasmtime's rule as well: a patch adds nothing
        ("0.2.0", "0.3.0", False),
        ("0.0.1", "0.0.2", False),
        ("1.2.0", "1.2.0", True),
    ],
)
async def test_versions_before_one_are_compatible_within_their_minor_number(
    guests: Guests, needed: str, offered: str, fits: bool
):
    text = f"""(component
      (import "airssys:test/host@{needed}" (instance $host (export "count" (func (result u64)))))
      (core func $count (canon lower (func $host "count")))
      (core module $m (import "h" "count" (func $count (result i64))) (func (export "f") (result i64) (call $count)))
      (core instance $main (instantiate $m (with "h" (instance (export "count" (func $count))))))
      (func (export "f") (result u64) (canon lift (core func $main "f"))))"""
    if fits:
        instance = await guests.instance("versions", text=text, interfaces=[counting(offered)])
        assert await call(instance, "f") == 5
    else:
        assert await problems(guests, "versions", counting(offered), text=text)


async def test_of_several_versions_the_right_one_answers(guests: Guests):
    offers = [counting("2.0.0", answer=2), counting("1.0.0", answer=1), counting("0.9.0", answer=0)]
    instance = await guests.instance("start-calls-host", interfaces=offers)
    assert await call(instance, "counted") == 1


# ---------------------------------------------------------------- types of one interface used by another

SHARED = """(component
  (import "airssys:test/types@1.0.0" (instance $types
    (export "file" (type $file (sub resource)))
    (export "[method]file.size" (func (param "self" (borrow $file)) (result u32)))))
  (alias export $types "file" (type $file))
  (import "airssys:test/folders@1.0.0" (instance $folders
    (alias outer 1 $file (type $outer))
    (export "file" (type $same (eq $outer)))
    (export "open" (func (param "n" u32) (result (own $same))))))
  (core func $size (canon lower (func $types "[method]file.size")))
  (core func $open (canon lower (func $folders "open")))
  (core func $drop (canon resource.drop $file))
  (core module $m
    (import "h" "size" (func $size (param i32) (result i32)))
    (import "h" "open" (func $open (param i32) (result i32)))
    (import "h" "drop" (func $drop (param i32)))
    (func (export "f") (param $n i32) (result i32) (local $file i32) (local $size i32)
      (local.set $file (call $open (local.get $n)))
      (local.set $size (call $size (local.get $file)))
      (call $drop (local.get $file))
      (local.get $size)))
  (core instance $main (instantiate $m (with "h" (instance
    (export "size" (func $size)) (export "open" (func $open)) (export "drop" (func $drop))))))
  (func (export "f") (param "n" u32) (result u32) (canon lift (core func $main "f"))))
"""
TYPES = "interface airssys:test/types@1.0.0 { resource file { size: func() -> u32; } }"
FOLDERS = "interface airssys:test/folders@1.0.0 { use airssys:test/types@1.0.0.{file}; open: func(n: u32) -> file; }"


class File:
    """A host resource that two interfaces share."""

    closed: int = 0

    def __init__(self, size: int) -> None:
        self._size = size

    def size(self) -> int:
        return self._size

    def close(self) -> None:
        File.closed += 1


async def test_a_resource_of_one_interface_is_used_through_another(guests: Guests):
    types = HostInterface(TYPES)
    types.resource("file")(File)
    folders = HostInterface(FOLDERS, {"open": File}, known=(types,))
    File.closed = 0
    for order in ([types, folders], [folders, types]):
        instance = await guests.instance("shared", text=SHARED, interfaces=order)
        assert await call(instance, "f", 77) == 77
    assert File.closed == 2


async def test_an_interface_whose_types_come_from_one_that_is_missing_is_refused(guests: Guests):
    types = HostInterface(TYPES)
    folders = HostInterface(FOLDERS, {"open": File}, known=(types,))
    assert "airssys:test/types@1.0.0: unknown interface ([method]file.size)" in await problems(
        guests, "shared", folders, text=SHARED
    )


async def test_two_instances_share_a_link_but_no_resource(guests: Guests):
    cells = Cells()
    one = await guests.instance("resources-import", interfaces=[cells.interface])
    other = await guests.instance("resources-import", interfaces=[cells.interface])
    await call(one, "leak", 3)
    await call(other, "leak", 1)
    one.close()
    assert sorted(cells.closed) == [1, 2, 3]
    assert await call(other, "run") == 21


# ---------------------------------------------------------------- what is not an import


async def test_a_component_that_imports_a_module_cannot_be_linked(guests: Guests):
    text = '(component (import "library" (core module)))'
    (problem,) = await problems(guests, "library", text=text)
    assert problem.startswith("library: a ")
    assert "nobody can answer that" in problem


def test_a_host_interface_must_parse():
    with pytest.raises(WitSyntaxError):
        HostInterface("interface airssys:test/host@1.0.0 { count: func( -> u64; }")


def test_a_function_is_declared_once_and_answered_once():
    interface = HostInterface(HOST_WIT)
    interface.add("count", lambda: 1)
    with pytest.raises(OperatorError, match="count is answered already"):
        interface.add("count", lambda: 2)
    with pytest.raises(OperatorError, match="declares no function shout"):
        interface.add("shout", print)
