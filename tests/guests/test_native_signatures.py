"""Promise: every native declaration that airssys makes for itself is what the installed wheel says."""

from __future__ import annotations

import ctypes
import importlib.metadata
from _ctypes import CFuncPtr
from typing import Any

import pytest
from wasmtime import _bindings as bindings
from wasmtime import _ffi as ffi

from airssys.engine import _native as native

#: Our callback type -> the binding's.
CALLBACKS = {
    "HOST_FUNC": "wasmtime_component_func_async_callback_t",
    "CONTINUATION": "wasmtime_func_async_continuation_callback_t",
    "RESOURCE_DESTRUCTOR": "wasmtime_component_resource_destructor_t",
    "NEW_MEMORY": "wasmtime_new_memory_callback_t",
    "GET_MEMORY": "wasmtime_memory_get_callback_t",
    "GROW_MEMORY": "wasmtime_memory_grow_callback_t",
}

#: Our structure -> the binding's.
STRUCTURES = {
    "LinearMemoryOut": "wasmtime_linear_memory_t",
    "Continuation": "wasmtime_async_continuation_t",
    "_MemoryCreator": "wasmtime_memory_creator_t",
}


def machine_type(kind: Any) -> str:
    """What the machine makes of a ctypes type: pointers of every kind are one, integers are their sign and width."""
    if kind is None:
        return "nothing"
    if issubclass(kind, ctypes._Pointer | CFuncPtr | ctypes.c_void_p | ctypes.c_char_p):
        return "pointer"
    code: str = kind._type_
    if code == "?":
        return "bool"
    return f"{'unsigned' if code.isupper() else 'signed'} {8 * ctypes.sizeof(kind)}"


def callback_result(kind: Any) -> str:
    """ctypes cannot return pointers from callbacks, so the binding calls them integers of that width."""
    return "pointer" if kind is ctypes.c_size_t else machine_type(kind)


@pytest.mark.parametrize("name", native.DECLARED)
def test_a_function_is_declared_as_the_wheel_declares_it(name: str):
    result, arguments = native.DECLARED[name]
    theirs = getattr(bindings, f"_{name}")
    assert [machine_type(kind) for kind in arguments] == [machine_type(kind) for kind in theirs.argtypes]
    assert machine_type(result) == machine_type(theirs.restype)
    assert getattr(ffi.dll, name)


def test_every_function_of_the_file_is_declared_through_one_door():
    """No native function is called that the test above does not see."""
    used = {name for name, value in vars(native).items() if isinstance(value, CFuncPtr)}
    assert len(used) == len(native.DECLARED)


@pytest.mark.parametrize(("ours", "theirs"), CALLBACKS.items())
def test_a_callback_is_declared_as_the_wheel_declares_it(ours: str, theirs: str):
    mine, binding = getattr(native, ours), getattr(bindings, theirs)
    assert [machine_type(kind) for kind in mine._argtypes_] == [machine_type(kind) for kind in binding._argtypes_]
    assert callback_result(mine._restype_) == callback_result(binding._restype_)


def test_every_callback_type_is_compared():
    kinds = {name for name, kind in vars(native).items() if isinstance(kind, type) and issubclass(kind, CFuncPtr)}
    assert kinds == {*CALLBACKS, "FINALIZER"}
    assert (native.FINALIZER._argtypes_, native.FINALIZER._restype_) == ((ctypes.c_void_p,), None)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("ours", "theirs"), STRUCTURES.items())
def test_a_structure_has_the_layout_of_the_wheel(ours: str, theirs: str):
    assert layout(getattr(native, ours)) == layout(getattr(bindings, theirs))


def layout(structure: Any) -> tuple[int, list[tuple[int, str]]]:
    """Size, and where each field is and what it is; names are a matter of taste."""
    fields = [(getattr(structure, name).offset, machine_type(kind)) for name, kind, *_ in structure._fields_]
    return ctypes.sizeof(structure), fields


# ---------------------------------------------------------------- C values


def offset(structure: Any, field: str) -> int:
    return int(getattr(structure, field).offset)


def test_the_converters_know_the_layout_of_c_values():
    value, union = bindings.wasmtime_component_val_t, bindings.wasmtime_component_valunion_t
    assert (native.VAL_SIZE, offset(value, "kind"), native.VAL_OF) == (32, 0, 8)
    assert offset(value, "of") == native.VAL_OF
    assert {offset(union, name) for name, *_ in union._fields_} == {0}
    numbers = {name: kind for name, kind, *_ in union._fields_ if name[1:].isdigit()}
    assert {name: 8 * ctypes.sizeof(kind) for name, kind in numbers.items()} == {n: int(n[1:]) for n in numbers}
    assert numbers.keys() == {f"{letter}{bits}" for letter in "su" for bits in (8, 16, 32, 64)} | {"f32", "f64"}


@pytest.mark.parametrize("name", ["vallist", "valtuple", "valrecord", "valflags"])
def test_sequences_are_a_size_and_a_pointer(name: str):
    structure = getattr(bindings, f"wasmtime_component_{name}_t")
    assert (offset(structure, "size"), offset(structure, "data"), ctypes.sizeof(structure)) == (0, 8, 16)


def test_names_records_variants_and_results_are_laid_out_as_the_converters_read_them():
    name = bindings.wasm_byte_vec_t
    assert (offset(name, "size"), offset(name, "data"), ctypes.sizeof(name)) == (0, 8, native.NAME_SIZE)
    entry = bindings.wasmtime_component_valrecord_entry_t
    assert (offset(entry, "name"), offset(entry, "val")) == (0, native.NAME_SIZE)
    assert ctypes.sizeof(entry) == native.RECORD_ENTRY_SIZE == native.NAME_SIZE + native.VAL_SIZE
    variant = bindings.wasmtime_component_valvariant_t
    assert (offset(variant, "discriminant"), offset(variant, "val")) == (0, native.NAME_SIZE)
    result = bindings.wasmtime_component_valresult_t
    assert (offset(result, "is_ok"), offset(result, "val")) == (0, 8)


OTHER_NUMBERS = ("WASMTIME_COMPONENT_VALTYPE_", "WASMTIME_COMPONENT_ITEM_")


def test_every_kind_of_value_has_the_number_of_the_wheel():
    kinds = {name for name in vars(native) if name.startswith("KIND_")}
    theirs = {
        f"KIND_{name.removeprefix('WASMTIME_COMPONENT_')}": value.value
        for name, value in vars(ffi).items()
        if name.startswith("WASMTIME_COMPONENT_") and not name.startswith(OTHER_NUMBERS)
    }
    assert {name: getattr(native, name) for name in kinds} == {name: theirs[name] for name in kinds}
    assert len({getattr(native, name) for name in kinds}) == len(kinds) == 22
    assert theirs.keys() - kinds <= {"KIND_MAP"}  # maps are refused


def test_the_installed_wheel_is_the_one_that_is_pinned():
    assert importlib.metadata.version("wasmtime") == native.VERSION
    assert native.VERSION.startswith("50.0.")
    wants = [line for line in importlib.metadata.requires("airssys") or () if line.startswith("wasmtime")]
    assert wants == ["wasmtime==50.0.*"]
