"""Promise: every switch of the engine's configuration is there for a reason that a guest can show.

Each switch is tried in both positions: with the safe one the guest is refused or harmless, with the other it is not. So
a switch that is dropped, or that lost its effect in a new wheel, is noticed here. What ends a process is tried in one.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from wasmtime import Engine, Linker, Module, Store, WasmtimeError, wat2wasm
from wasmtime.component import Component

from airssys.engine import _native as native
from tests.guests import proposals
from tests.guests.apart import ROOT

CONFIG = "wasmtime_config_"
THREADS, SHARED = f"{CONFIG}wasm_threads_set", f"{CONFIG}shared_memory_set"
REFERENCES, STACKS = f"{CONFIG}wasm_function_references_set", f"{CONFIG}wasm_stack_switching_set"
ASYNC, CONCURRENT = f"{CONFIG}wasm_component_model_async_set", f"{CONFIG}concurrency_support_set"

#: Switch -> the proposal that it alone refuses.
REFUSES = {
    THREADS: "threads",
    REFERENCES: "function-references",
    f"{CONFIG}wasm_gc_set": "function-references",  # which are a part of it
    f"{CONFIG}gc_support_set": "gc-externref",
    f"{CONFIG}wasm_exceptions_set": "exceptions",
    f"{CONFIG}wasm_memory64_set": "memory64",
    f"{CONFIG}wasm_custom_page_sizes_set": "custom-page-sizes",
    f"{CONFIG}wasm_relaxed_simd_set": "relaxed-simd",
}
#: Switch -> the program that shows in a process of its own what it is for.
APART = {
    f"{CONFIG}epoch_interruption_set": "spin",
    f"{CONFIG}memory_init_cow_set": "data",
    ASYNC: "engine",
}


@pytest.fixture
def flip(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Puts switches into the other position, for engines that the test makes."""

    def flip(*names: str) -> None:
        for name in names:
            monkeypatch.setitem(native.SWITCHES, name, not native.SWITCHES[name])

    return flip


def engine() -> Engine:
    assert native.SWITCHES[CONCURRENT] or not native.SWITCHES[ASYNC], "the engine ends the process for these switches"
    return native.new_engine(consume_fuel=False, new_memory=None)


def compiles(text: str) -> bool:
    """Whether an engine of ours takes a component."""
    try:
        Component(engine(), wat2wasm(text))
    except WasmtimeError:
        return False
    return True


def test_every_switch_has_a_test_here():
    others = {SHARED, STACKS, CONCURRENT, f"{CONFIG}wasm_tail_call_set", f"{CONFIG}wasm_multi_memory_set"}
    assert {*REFUSES, *APART, *others} == native.SWITCHES.keys()


@pytest.mark.parametrize(("switch", "proposal"), REFUSES.items())
def test_a_switch_refuses_its_proposal(flip: Callable[..., None], switch: str, proposal: str):
    text = proposals.component(proposals.REFUSED[proposal])
    assert not compiles(text)
    flip(switch)
    assert compiles(text)


def test_stack_switching_stays_off_whatever_it_is_built_on(flip: Callable[..., None]):
    text = proposals.component(proposals.REFUSED["stack-switching"])
    flip(REFERENCES, f"{CONFIG}wasm_exceptions_set", f"{CONFIG}gc_support_set")
    assert not compiles(text)
    flip(STACKS)
    assert compiles(text)


def test_shared_memory_cannot_be_made_even_with_threads(flip: Callable[..., None]):
    def made() -> bool:
        host = engine()
        try:
            Linker(host).instantiate(Store(host), Module(host, "(module (memory 1 1 shared))"))
        except WasmtimeError:
            return False
        return True

    flip(THREADS)
    assert not made()
    flip(SHARED)
    assert made()


@pytest.mark.parametrize(
    ("switch", "proposal"),
    [(f"{CONFIG}wasm_tail_call_set", "tail-calls"), (f"{CONFIG}wasm_multi_memory_set", "multi-memory")],
)
def test_what_toolchains_need_is_on(flip: Callable[..., None], switch: str, proposal: str):
    text = proposals.component(proposals.ACCEPTED[proposal])
    assert compiles(text)
    flip(switch)
    assert not compiles(text)


# ---------------------------------------------------------------- in a process of their own

#: Arguments: which program, and the switches to flip first.
PROGRAM = '''
import asyncio, resource, signal, sys
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
from airssys.engine import _native as native
for name in sys.argv[2:]:
    native.SWITCHES[name] = not native.SWITCHES[name]
from wasmtime import wat2wasm
from wasmtime.component import Component
from airssys.engine import CompiledComponent, instantiate, link, runtime
from airssys.engine.binary import analyse
from airssys.errors import DeadlineExceeded
from tests.guests.hosting import call

GUEST = """(component
  (core module $m
    (memory 1)
    (data (i32.const 0) "data")
    (func (export "spin") (param $on i32) (loop $again (br_if $again (local.get $on)))))
  (core instance $main (instantiate $m))
  (func (export "spin") (param "on" bool) (canon lift (core func $main "spin"))))"""
FUTURE = """(component (type (future u32)))"""

async def main():
    engine = runtime().engine(consume_fuel=False)
    if sys.argv[1] == "engine":
        print("made")
        Component(engine, wat2wasm(FUTURE))
        print("takes futures")
        return
    wasm = bytes(wat2wasm(GUEST))
    artifact = bytes(Component(engine, wasm).serialize())
    compiled = CompiledComponent(
        digest="", facts=analyse(wasm), size_bytes=len(wasm), consumes_fuel=False, engine=engine, artifact=artifact
    )
    instance = await instantiate(link(compiled), max_memory_bytes=65536)
    print("started", flush=True)  # it may be killed
    signal.setitimer(signal.ITIMER_REAL, 1.5)  # ends the process when the guest cannot be interrupted
    try:
        await call(instance, "spin", sys.argv[1] == "spin", timeout_seconds=0.1)
    except DeadlineExceeded:
        pass
    print("done", flush=True)

asyncio.run(main())
'''


def end_of(program: str, *flipped: str) -> tuple[bool, list[str]]:
    """Whether a program of this file left in good order, and what it said."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, program, *flipped],
        cwd=ROOT,
        env={**os.environ, "RUST_BACKTRACE": "0"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode == 0, done.stdout.split()


def test_epochs_interrupt_a_guest_that_never_returns():
    (switch,) = (name for name, program in APART.items() if program == "spin")
    assert end_of("spin") == (True, ["started", "done"])
    assert end_of("spin", switch) == (False, ["started"])


def test_memory_of_ours_and_copy_on_write_images_do_not_mix():
    (switch,) = (name for name, program in APART.items() if program == "data")
    assert end_of("data") == (True, ["started", "done"])
    assert end_of("data", switch) == (False, [])


def test_futures_need_two_switches_and_both_are_off():
    """With one of them the engine does not take a future or does not even start; only with both it would."""
    assert not compiles("(component (type (future u32)))")
    assert end_of("engine", ASYNC) == (False, [])
    in_good_order, said = end_of("engine", CONCURRENT)
    assert (in_good_order, said) == (False, ["made"])
    assert end_of("engine", ASYNC, CONCURRENT) == (True, ["made", "takes", "futures"])


# ---------------------------------------------------------------- what is no switch


def test_the_guests_stack_ends_long_before_the_fibers():
    """What is left is for host functions in Python, which run on the fiber's stack as well."""
    assert native.FIBER_STACK_BYTES - native.MAX_WASM_STACK_BYTES >= 1024 * 1024
