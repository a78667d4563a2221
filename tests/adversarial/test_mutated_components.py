"""Threat: malformed binaries. Real components with bytes changed at random never harm the process that starts them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.guests.apart import run_apart

#: Changes a guest, starts what still compiles, calls everything that it exports with whatever fits, and goes on. It
#: compiles as the worker does, but here: what a worker that dies does to its host is shown by test_compile_bounds.
PROGRAM = """
import random
from airssys.engine import _compile, _worker
from airssys.engine.wit import Primitive
from wasmtime import WasmtimeError, wat2wasm
from tests.guests.interfaces import Cells, host_interface

original = bytes(wat2wasm(wat.text({guest!r})))
engine = runtime().engine(consume_fuel=False)
outcomes = {{"refused": 0, "failed": 0, "answered": 0}}

def mutated(chance):
    data = bytearray(original)
    for _ in range(chance.choice([1, 1, 1, 2, 4])):
        at = chance.randrange(8, len(data))
        kind = chance.randrange(6)
        if kind <= 2:
            data[at] ^= 1 << chance.randrange(8)
        elif kind == 3:
            data[at] = chance.choice([0, 1, 0x7F, 0x80, 0xFF])
        elif kind == 4:
            del data[at : at + chance.randrange(1, 9)]
        else:
            data[at:at] = data[at - 8 : at]
    return bytes(data)

def argument(of):
    return {{Primitive.STRING: "text", Primitive.F64: 1.0, Primitive.F32: 1.0, Primitive.BOOL: True}}.get(of, 1)

async def try_out(seed, source):
    try:
        header, artifact = _worker._compile(source, consume_fuel=False)
        compiled = CompiledComponent(
            digest=str(seed), facts=_compile._facts(header["facts"]), size_bytes=len(source), consumes_fuel=False,
            engine=engine, artifact=artifact,
        )
        linked = link(compiled, [host_interface(), Cells().interface])
        instance = await instantiate(linked, max_memory_bytes=1 << 20, cpu=CpuConfig(timeout_seconds=1))
    except (AirssysError, WasmtimeError):
        outcomes["refused"] += 1
        return
    for name, of in compiled.exports.items():
        try:
            if not instance.alive:
                instance = await instantiate(linked, max_memory_bytes=1 << 20)
            await call(instance, name, *[argument(kind) for _, kind in of.params], timeout_seconds=0.005)
            outcomes["answered"] += 1
        except AirssysError:
            outcomes["failed"] += 1
    instance.close()

for seed in range({count}):
    sys.stderr.write(f"seed {{seed}}\\n")
    await try_out(seed, mutated(random.Random(seed)))
print(*outcomes.values(), len(runtime().stores), live_memories())
"""


@pytest.mark.parametrize("guest", ["hostile", "host-calls", "resources-export"])
def test_a_mutated_guest_is_refused_or_fails_or_answers(cache_folder: Path, guest: str):
    refused, failed, answered, stores, memories = map(
        int, run_apart(PROGRAM.format(guest=guest, count=120), cache_folder).split()
    )
    assert refused > 0
    assert failed + answered > 0, "no mutant got as far as running"
    assert (stores, memories) == (0, 0)


@pytest.fixture
def cache_folder(tmp_path: Path) -> Path:
    return tmp_path
