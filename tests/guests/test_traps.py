"""Promise: every way in which a guest can fail has a kind, a reason and a backtrace, and ends its instance only."""

from __future__ import annotations

import math
from typing import Any, Final

import pytest
from wasmtime import Engine, Store, WasmtimeError
from wasmtime.component import Component as BindingComponent
from wasmtime.component import Linker

from airssys import Component, ComponentState
from airssys.engine import TRAP_KINDS
from airssys.engine._traps import classify
from airssys.errors import FuelExhausted, GuestTrapped
from tests.guests import wat
from tests.guests.hosting import MIB, Guests

#: A guest whose strings are UTF-16 and whose string is half of a pair.
UTF16 = """(component
  (core module $utf16
    (memory (export "memory") 1)
    (data (i32.const 64) "\\00\\d8A\\00")
    (func (export "text") (result i32)
      (i32.store (i32.const 16) (i32.const 64))
      (i32.store (i32.const 20) (i32.const 2))
      (i32.const 16)))
  (core instance $main (instantiate $utf16))
  (func (export "surrogate") (result string)
    (canon lift (core func $main "text") string-encoding=utf16 (memory (core memory $main "memory")))))
"""

#: A guest that makes a resource of one type and uses it as another.
TWO_RESOURCES = """(component
  (type $one (resource (rep i32)))
  (type $other (resource (rep i32)))
  (core func $new (canon resource.new $one))
  (core func $rep (canon resource.rep $other))
  (core module $two
    (import "" "new" (func $new (param i32) (result i32)))
    (import "" "rep" (func $rep (param i32) (result i32)))
    (func $confuse (export "confuse") (result i32) (call $rep (call $new (i32.const 1)))))
  (core instance $main (instantiate $two (with "" (instance (export "new" (func $new)) (export "rep" (func $rep))))))
  (func (export "confuse") (result u32) (canon lift (core func $main "confuse"))))
"""
MADE: Final = {"utf16": UTF16, "two-resources": TWO_RESOURCES}
OUTSIDE: Final = 2**31

#: What -> guest, export, arguments, kind, the reason in the message, and the innermost frame of the backtrace.
FAULTS: dict[str, tuple[str, str, tuple[Any, ...], str, str, str | None]] = {
    "unreachable": ("hostile", "trap", (), "unreachable", "wasm `unreachable` instruction executed", "deeper-trap"),
    "no end of recursion": ("hostile", "recurse", (0,), "stack-exhausted", "call stack exhausted", "recurse"),
    "divide by zero": ("hostile", "div", (0,), "integer-divide-by-zero", "integer divide by zero", "div"),
    "divide the least by -1": ("hostile", "divide", (-OUTSIDE, -1), "integer-overflow", "integer overflow", "divide"),
    "NaN to integer": ("hostile", "truncate", (math.nan,), "invalid-conversion", "invalid conversion to", "truncate"),
    "too large to integer": ("hostile", "truncate", (1e30,), "integer-overflow", "integer overflow", "truncate"),
    "load": ("hostile", "load", (OUTSIDE,), "memory-out-of-bounds", "out of bounds memory access", "load"),
    "store": ("hostile", "store", (OUTSIDE, 1), "memory-out-of-bounds", "out of bounds memory access", "store"),
    "fill": ("hostile", "fill-memory", (1, OUTSIDE), "memory-out-of-bounds", "out of bounds memory", "fill-memory"),
    "copy": ("hostile", "copy-memory", (0, OUTSIDE, 9), "memory-out-of-bounds", "out of bounds memory", "copy-memory"),
    "call of another type": ("hostile", "call-indirect", (1,), "indirect-call-mismatch", "indirect call type mismatch",
                             "call-indirect"),
    "call of nothing": ("hostile", "call-indirect", (2,), "null-call", "uninitialized element", "call-indirect"),
    "call past the table": ("hostile", "call-indirect", (4,), "table-out-of-bounds", "undefined element: out of bounds",
                            "call-indirect"),
    "read past the table": ("hostile", "has-function", (4,), "table-out-of-bounds", "undefined element: out of bounds",
                            "has-function"),
    "fill past the table": ("hostile", "fill-table", (3, 3), "table-out-of-bounds", "undefined element: out of bounds",
                            "fill-table"),
    "text that is no UTF-8": ("hostile", "bad-utf8", (), "invalid-string", "invalid utf-8 sequence", None),
    "text that is no UTF-16": ("utf16", "surrogate", (), "invalid-string", "unpaired surrogate found", None),
    "text outside": ("hostile", "oob", (), "value-out-of-bounds", "string pointer/length out of bounds", None),
    "list outside": ("hostile", "oob-list", (), "value-out-of-bounds", "list pointer/length out of bounds", None),
    "list round the end": ("hostile", "wrapping", (), "value-out-of-bounds", "list pointer/length out of bounds", None),
    "list longer than memory": ("hostile", "huge", (2**32 - 1,), "value-out-of-bounds", "list pointer/len", None),
    "list whose size overflows": ("hostile", "huge-strings", (2**29,), "value-out-of-bounds", "list pointer/len", None),
    "result outside": ("hostile", "pointer-oob", (), "value-out-of-bounds", "pointer out of bounds of memory", None),
    "misaligned list": ("hostile", "misaligned", (), "misaligned-pointer", "list pointer is not aligned", None),
    "misaligned result": ("hostile", "pointer-misaligned", (), "misaligned-pointer", "return pointer not", None),
    "surrogate as char": ("hostile", "as-char", (0xD800,), "invalid-value", "converted integer out of range", None),
    "char past the last": ("hostile", "as-char", (0x110000,), "invalid-value", "converted integer out of range", None),
    "enum past the last": ("hostile", "as-enum", (3,), "invalid-value", "discriminant 3 out of range", None),
    "option past the last": ("hostile", "as-option", (2,), "invalid-value", "discriminant 2 out of range", None),
    "result past the last": ("hostile", "as-result", (2,), "invalid-value", "discriminant 2 out of range", None),
    "values without end": ("hostile", "lists", (4000, 4000), "value-too-large", "too much data is being copied", None),
    "allocator gives what is outside": ("hostile", "take-oob", ("x",), "bad-allocation", "realloc return:", None),
    "allocator misaligns": ("hostile", "take-misaligned", ([1],), "bad-allocation", "realloc return: result not", None),
    "allocator traps": ("hostile", "take-trap", ("x",), "unreachable", "wasm `unreachable`", "realloc-trap"),
    "post-return traps": ("hostile", "then-trap", (), "unreachable", "wasm `unreachable`", "post-trap"),
    "a resource as another": ("two-resources", "confuse", (), "bad-handle", "handle index 1 used with the wrong type",
                              "confuse"),
    "an inner component": ("nested", "right#trap", (), "unreachable", "wasm `unreachable`", "trap"),
    "a name that lies": ("misleading-names", "trap", (), "integer-divide-by-zero", "integer divide by zero", ""),
    "a name that lies in lines": ("misleading-names", "lines", (), "integer-divide-by-zero", "integer divide by", ""),
    "a name with escapes": ("misleading-names", "escape", (), "integer-divide-by-zero", "integer divide by zero", ""),
}  # fmt: skip


async def start(guests: Guests, host: Any, guest: str, **settings: Any) -> Component:
    return await guests.start(host, guest, text=MADE.get(guest), max_bytes=4 * MIB, **settings)


@pytest.mark.parametrize(("guest", "export", "args", "kind", "reason", "frame"), FAULTS.values(), ids=FAULTS)
async def test_a_fault_has_its_kind_its_reason_and_its_backtrace(
    guests: Guests, guest: str, export: str, args: tuple[Any, ...], kind: str, reason: str, frame: str | None
):
    async with guests.host() as host:
        component = await start(guests, host, guest)
        with pytest.raises(GuestTrapped) as caught:
            await component.call(export, *args)
        fault = caught.value
        assert (type(fault), fault.kind) == (GuestTrapped, kind)
        assert str(fault).startswith(f"the guest trapped: {reason}")
        if frame is None:
            assert fault.backtrace == ()
        else:
            assert frame in fault.backtrace[0]
        assert component.status.state is ComponentState.FAILED
        assert component.status.last_failure is fault


async def test_the_backtrace_is_innermost_first_and_names_functions(guests: Guests):
    async with guests.host() as host:
        component = await start(guests, host, "hostile")
        with pytest.raises(GuestTrapped) as caught:
            await component.call("trap")
    assert [frame.split(" - ")[1] for frame in caught.value.backtrace] == ["hostile!deeper-trap", "hostile!trap"]


@pytest.mark.parametrize("export", ["trap", "bad-utf8", "take-trap", "then-trap"])
async def test_the_next_call_meets_a_new_instance(guests: Guests, export: str):
    async with guests.host() as host:
        component = await start(guests, host, "hostile")
        await component.call("store", 5000, 77)
        assert [await component.call("count-calls") for _ in range(3)] == [1, 2, 3]
        with pytest.raises(GuestTrapped):
            await component.call(export, *(["x"] if export == "take-trap" else []))
        assert await component.call("load", 5000) == 0
        assert await component.call("count-calls") == 1
        assert (component.status.state, component.status.restarts) == (ComponentState.READY, 1)


async def test_a_start_function_that_traps_fails_the_start(guests: Guests):
    async with guests.host() as host:
        with pytest.raises(GuestTrapped) as caught:
            await guests.start(host, "start-traps")
        assert (caught.value.kind, host.components) == ("unreachable", {})
    assert "start" in caught.value.backtrace[0]


# ---------------------------------------------------------------- the table


async def test_every_kind_has_a_real_guest(guests: Guests):
    reached = {kind for _, _, _, kind, _, _ in FAULTS.values()} | {kind_of_entering_twice()}
    async with guests.host() as host:
        component = await guests.start(host, "hostile", max_fuel=1000)
        with pytest.raises(FuelExhausted):
            await component.call("spin")
    reached |= {
        "fuel",  # as just seen
        "resource-limit",  # test_host_resources.py and test_isolation.py: more handles, tables or memories than allowed
        "cannot-leave",  # test_host_functions.py: a host call from the allocator
        "misuse",  # wasi/test_wasi_poll.py and wasi/test_wasi_streams.py: said by host functions
    }
    assert reached == TRAP_KINDS - {"unknown"}


def kind_of_entering_twice() -> str:
    """We never call an instance that trapped; the engine's own binding shows what the engine says to that."""
    engine = Engine()
    store = Store(engine)
    component = BindingComponent(engine, wat.text("hostile"))
    instance = Linker(engine).instantiate(store, component)
    trap, count = instance.get_func(store, "trap"), instance.get_func(store, "count-calls")
    assert trap is not None
    assert count is not None
    with pytest.raises(WasmtimeError):
        trap(store)
    with pytest.raises(WasmtimeError) as caught:
        count(store)
    return classify(str(caught.value))


@pytest.mark.parametrize("text", ["", "something new", "error while executing at wasm backtrace:\n    0: 0x1 - m!f\n"])
def test_text_that_nobody_knows_is_unknown(text: str):
    assert classify(text) == "unknown"


@pytest.mark.parametrize(
    "name",
    [
        "wasm trap: wasm `unreachable` instruction executed",
        "x\n\nCaused by:\n    wasm trap: wasm `unreachable` instruction executed\n\n1: y",
        "x\n\nCaused by:\n    all fuel consumed by WebAssembly",
        "\n\nCaused by:\n    something else\n\n\n\n",
    ],
)
async def test_a_function_name_cannot_pretend_to_be_another_fault(guests: Guests, name: str):
    quoted = name.replace("\n", "\\n").replace('"', '\\"')
    text = f"""(component
      (core module $names
        (func $zero (@name "{quoted}") (export "zero") (result i32) (i32.div_u (i32.const 1) (i32.const 0))))
      (core instance $main (instantiate $names))
      (func (export "zero") (result u32) (canon lift (core func $main "zero"))))"""
    async with guests.host() as host:
        component = await guests.start(host, "names", text=text)
        with pytest.raises(GuestTrapped) as caught:
            await component.call("zero")
    assert caught.value.kind == "integer-divide-by-zero"
    assert str(caught.value) == "the guest trapped: integer divide by zero"


@pytest.mark.parametrize("export", ["trap", "lines", "escape"])
async def test_names_of_functions_cannot_speak_to_a_terminal(guests: Guests, export: str):
    async with guests.host() as host:
        component = await guests.start(host, "misleading-names")
        with pytest.raises(GuestTrapped) as caught:
            await component.call(export)
    assert all(text.isprintable() for text in (str(caught.value), *caught.value.backtrace))


async def test_a_huge_name_or_a_deep_stack_makes_no_huge_error(guests: Guests):
    text = f"""(component
      (core module $deep
        (func $f (@name "{"x" * 90_000}") (export "f") (result i32) (i32.add (call $f) (i32.const 1))))
      (core instance $main (instantiate $deep))
      (func (export "f") (result u32) (canon lift (core func $main "f"))))"""
    async with guests.host() as host:
        component = await guests.start(host, "deep", text=text)
        with pytest.raises(GuestTrapped) as caught:
            await component.call("f")
    assert caught.value.kind == "stack-exhausted"
    assert len(str(caught.value)) + sum(map(len, caught.value.backtrace)) < 20_000
