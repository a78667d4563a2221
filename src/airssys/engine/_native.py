"""The one file that touches the private side of the `wasmtime` wheel (pinned: 50.0.*).

Promise: everything native that airssys uses is declared here, with addresses as plain integers, so that nothing else
depends on the binding's private names. `tests/guests/test_native_signatures.py` compares every declaration with the
installed wheel.

Functions marked `keep_gil` neither wait nor run guest code; keeping the GIL saves a hand-over. Everything that can run
a guest or wait drops it.
"""

from __future__ import annotations

import ctypes
import importlib.metadata
from collections.abc import Callable
from ctypes import CFUNCTYPE, POINTER, PYFUNCTYPE, c_bool, c_int64, c_size_t, c_uint32, c_uint64, c_void_p
from typing import Any, Final, TypeAlias

from wasmtime import Config, Engine
from wasmtime import _bindings as bindings
from wasmtime import _ffi as ffi

#: The installed wheel.
VERSION: Final = importlib.metadata.version("wasmtime")

#: What `declare` was asked for: name -> (result, arguments); the signature test walks it.
DECLARED: Final[dict[str, tuple[Any, tuple[Any, ...]]]] = {}


def declare(name: str, result: Any, *arguments: Any, keep_gil: bool = False) -> Callable[..., Any]:
    """A C function of the wheel, by name, with pointers as integers."""
    DECLARED[name] = (result, arguments)
    kind = PYFUNCTYPE if keep_gil else CFUNCTYPE
    return kind(result, *arguments)((name, ffi.dll))


# ---------------------------------------------------------------- layout of C values (component/val.h)

VAL_SIZE: Final = ctypes.sizeof(bindings.wasmtime_component_val_t)
VAL_OF: Final = bindings.wasmtime_component_val_t.of.offset
RECORD_ENTRY_SIZE: Final = ctypes.sizeof(bindings.wasmtime_component_valrecord_entry_t)
NAME_SIZE: Final = ctypes.sizeof(bindings.wasm_byte_vec_t)
FUNC_SIZE: Final = ctypes.sizeof(bindings.wasmtime_component_func_t)
INSTANCE_SIZE: Final = ctypes.sizeof(bindings.wasmtime_component_instance_t)

KIND_BOOL: Final = ffi.WASMTIME_COMPONENT_BOOL.value
KIND_S8: Final = ffi.WASMTIME_COMPONENT_S8.value
KIND_U8: Final = ffi.WASMTIME_COMPONENT_U8.value
KIND_S16: Final = ffi.WASMTIME_COMPONENT_S16.value
KIND_U16: Final = ffi.WASMTIME_COMPONENT_U16.value
KIND_S32: Final = ffi.WASMTIME_COMPONENT_S32.value
KIND_U32: Final = ffi.WASMTIME_COMPONENT_U32.value
KIND_S64: Final = ffi.WASMTIME_COMPONENT_S64.value
KIND_U64: Final = ffi.WASMTIME_COMPONENT_U64.value
KIND_F32: Final = ffi.WASMTIME_COMPONENT_F32.value
KIND_F64: Final = ffi.WASMTIME_COMPONENT_F64.value
KIND_CHAR: Final = ffi.WASMTIME_COMPONENT_CHAR.value
KIND_STRING: Final = ffi.WASMTIME_COMPONENT_STRING.value
KIND_LIST: Final = ffi.WASMTIME_COMPONENT_LIST.value
KIND_RECORD: Final = ffi.WASMTIME_COMPONENT_RECORD.value
KIND_TUPLE: Final = ffi.WASMTIME_COMPONENT_TUPLE.value
KIND_VARIANT: Final = ffi.WASMTIME_COMPONENT_VARIANT.value
KIND_ENUM: Final = ffi.WASMTIME_COMPONENT_ENUM.value
KIND_OPTION: Final = ffi.WASMTIME_COMPONENT_OPTION.value
KIND_RESULT: Final = ffi.WASMTIME_COMPONENT_RESULT.value
KIND_FLAGS: Final = ffi.WASMTIME_COMPONENT_FLAGS.value
KIND_RESOURCE: Final = ffi.WASMTIME_COMPONENT_RESOURCE.value

# ---------------------------------------------------------------- functions

store_new = declare("wasmtime_store_new", c_void_p, c_void_p, c_void_p, c_void_p, keep_gil=True)
store_context = declare("wasmtime_store_context", c_void_p, c_void_p, keep_gil=True)
store_delete = declare("wasmtime_store_delete", None, c_void_p, keep_gil=True)
store_limiter = declare(
    "wasmtime_store_limiter", None, c_void_p, c_int64, c_int64, c_int64, c_int64, c_int64, keep_gil=True
)
context_set_epoch_deadline = declare("wasmtime_context_set_epoch_deadline", None, c_void_p, c_uint64, keep_gil=True)
context_yield_on_epoch = declare(
    "wasmtime_context_epoch_deadline_async_yield_and_update", c_void_p, c_void_p, c_uint64, keep_gil=True
)
context_set_fuel = declare("wasmtime_context_set_fuel", c_void_p, c_void_p, c_uint64, keep_gil=True)
context_get_fuel = declare("wasmtime_context_get_fuel", c_void_p, c_void_p, c_void_p, keep_gil=True)

component_export_index = declare(
    "wasmtime_component_get_export_index", c_void_p, c_void_p, c_void_p, c_void_p, c_size_t, keep_gil=True
)
component_export_index_delete = declare("wasmtime_component_export_index_delete", None, c_void_p, keep_gil=True)
instance_get_func = declare(
    "wasmtime_component_instance_get_func", c_bool, c_void_p, c_void_p, c_void_p, c_void_p, keep_gil=True
)
linker_instantiate_async = declare(
    "wasmtime_component_linker_instantiate_async",
    c_void_p, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p,
    keep_gil=True,
)  # fmt: skip
func_call_async = declare(
    "wasmtime_component_func_call_async",
    c_void_p, c_void_p, c_void_p, c_void_p, c_size_t, c_void_p, c_size_t, c_void_p,
    keep_gil=True,
)  # fmt: skip
future_poll = declare("wasmtime_call_future_poll", c_bool, c_void_p)
future_delete = declare("wasmtime_call_future_delete", None, c_void_p, keep_gil=True)

val_clone = declare("wasmtime_component_val_clone", None, c_void_p, c_void_p, keep_gil=True)
val_delete = declare("wasmtime_component_val_delete", None, c_void_p, keep_gil=True)
vallist_new = declare("wasmtime_component_vallist_new", None, c_void_p, c_size_t, c_void_p, keep_gil=True)

resource_any_clone = declare("wasmtime_component_resource_any_clone", c_void_p, c_void_p, keep_gil=True)
resource_any_delete = declare("wasmtime_component_resource_any_delete", None, c_void_p, keep_gil=True)
resource_any_to_host = declare(
    "wasmtime_component_resource_any_to_host", c_void_p, c_void_p, c_void_p, c_void_p, keep_gil=True
)
resource_host_new = declare("wasmtime_component_resource_host_new", c_void_p, c_bool, c_uint32, c_uint32, keep_gil=True)
resource_host_rep = declare("wasmtime_component_resource_host_rep", c_uint32, c_void_p, keep_gil=True)
resource_host_delete = declare("wasmtime_component_resource_host_delete", None, c_void_p, keep_gil=True)
resource_host_to_any = declare(
    "wasmtime_component_resource_host_to_any", c_void_p, c_void_p, c_void_p, c_void_p, keep_gil=True
)

linker_instance_add_func_async = declare(
    "wasmtime_component_linker_instance_add_func_async",
    c_void_p, c_void_p, c_void_p, c_size_t, c_void_p, c_void_p, c_void_p,
    keep_gil=True,
)  # fmt: skip
linker_instance_add_resource = declare(
    "wasmtime_component_linker_instance_add_resource",
    c_void_p, c_void_p, c_void_p, c_size_t, c_void_p, c_void_p, c_void_p, c_void_p,
    keep_gil=True,
)  # fmt: skip

_error_new = declare("wasmtime_error_new", c_void_p, ctypes.c_char_p, keep_gil=True)
_error_message = declare("wasmtime_error_message", None, c_void_p, c_void_p, keep_gil=True)
_error_delete = declare("wasmtime_error_delete", None, c_void_p, keep_gil=True)
_byte_vec_delete = declare("wasm_byte_vec_delete", None, c_void_p, keep_gil=True)
_increment_epoch = declare("wasmtime_engine_increment_epoch", None, c_void_p, keep_gil=True)

# ---------------------------------------------------------------- callbacks (pointers as integers)

#: A Python function becomes a C one; keep the result alive for as long as C may call it.
Prototype: TypeAlias = Callable[[Callable[..., Any]], Any]

#: env, context, type, args, nargs, results, nresults, error_out, continuation
HOST_FUNC: Prototype = CFUNCTYPE(
    None, c_void_p, c_void_p, c_void_p, c_void_p, c_size_t, c_void_p, c_size_t, c_void_p, c_void_p
)
#: env -> finished
CONTINUATION: Prototype = CFUNCTYPE(c_bool, c_void_p)
#: env, context, rep -> error
RESOURCE_DESTRUCTOR: Prototype = CFUNCTYPE(c_void_p, c_void_p, c_void_p, c_uint32)
#: env
FINALIZER: Prototype = CFUNCTYPE(None, c_void_p)
#: env, memory type, minimum, maximum, reserved, guard, result -> error
NEW_MEMORY: Prototype = CFUNCTYPE(c_void_p, c_void_p, c_void_p, c_size_t, c_size_t, c_size_t, c_size_t, c_void_p)
#: env, size out, capacity out -> base
GET_MEMORY: Prototype = CFUNCTYPE(c_void_p, c_void_p, POINTER(c_size_t), POINTER(c_size_t))
#: env, new size -> error
GROW_MEMORY: Prototype = CFUNCTYPE(c_void_p, c_void_p, c_size_t)


class LinearMemoryOut(ctypes.Structure):
    """`wasmtime_linear_memory_t`: what `NEW_MEMORY` fills in."""

    _fields_ = (("env", c_void_p), ("get", c_void_p), ("grow", c_void_p), ("finalizer", c_void_p))


class Continuation(ctypes.Structure):
    """`wasmtime_async_continuation_t`: how a host call is resumed."""

    _fields_ = (("callback", c_void_p), ("env", c_void_p), ("finalizer", c_void_p))


class _MemoryCreator(ctypes.Structure):
    """`wasmtime_memory_creator_t`."""

    _fields_ = (("env", c_void_p), ("new_memory", c_void_p), ("finalizer", c_void_p))


# ---------------------------------------------------------------- pointers, errors


def pointer_to(thing: Any) -> int:
    """The address that a binding object, a ctypes pointer or a callback holds."""
    pointer = thing.ptr() if hasattr(thing, "ptr") else thing
    address = ctypes.cast(pointer, c_void_p).value
    return address or 0


def address_of(buffer: bytearray) -> int:
    """The address of the first byte of a buffer, which must outlive its use and not be resized."""
    return ctypes.addressof(ctypes.c_char.from_buffer(buffer))


def new_error(text: str) -> int:
    """A native error that carries `text`; whoever it is returned to owns it."""
    return int(_error_new(text.encode("utf-8", "replace").replace(b"\0", b"?")))


def take_error(error: int) -> str:
    """The text of a native error, which is deleted."""
    name = bindings.wasm_byte_vec_t()
    _error_message(error, ctypes.addressof(name))
    text = ctypes.string_at(name.data, name.size).decode("utf-8", "replace") if name.size else ""
    _byte_vec_delete(ctypes.addressof(name))
    _error_delete(error)
    return text


def set_pointer(address: int, value: int) -> None:
    """Write a pointer where C expects one."""
    c_void_p.from_address(address).value = value


# ---------------------------------------------------------------- engine

#: Boolean switches of the safe configuration; design rules 1 to 3. Each was a crash or a hole in somebody's host.
SWITCHES: Final[dict[str, bool]] = {
    "wasmtime_config_epoch_interruption_set": True,
    "wasmtime_config_memory_init_cow_set": False,  # host memory + copy-on-write image aborts the process
    "wasmtime_config_wasm_component_model_async_set": False,  # a guest's future or stream aborts the process
    "wasmtime_config_concurrency_support_set": False,  # likewise; and calls are cheaper
    "wasmtime_config_wasm_threads_set": False,
    "wasmtime_config_shared_memory_set": False,
    "wasmtime_config_wasm_function_references_set": False,
    "wasmtime_config_wasm_gc_set": False,
    "wasmtime_config_gc_support_set": False,
    "wasmtime_config_wasm_exceptions_set": False,
    "wasmtime_config_wasm_memory64_set": False,
    "wasmtime_config_wasm_custom_page_sizes_set": False,
    "wasmtime_config_wasm_relaxed_simd_set": False,
    "wasmtime_config_wasm_stack_switching_set": False,
    "wasmtime_config_wasm_tail_call_set": True,  # QuickJS needs tail calls
    "wasmtime_config_wasm_multi_memory_set": True,  # off: compiling a composed component aborts the process
}

#: Most stack that guest frames may use, in bytes; deeper recursion is a trap. wasmtime's default.
MAX_WASM_STACK_BYTES: Final = 512 * 1024
#: Whole stack of a fiber, in bytes: the guest's share plus 1.5 MiB for host functions in Python. wasmtime's default.
FIBER_STACK_BYTES: Final = 2 * 1024 * 1024


def new_engine(*, consume_fuel: bool, new_memory: Any) -> Engine:
    """A native engine with the safe configuration, whose linear memories come from `new_memory` (a `NEW_MEMORY`).

    The callback must stay alive for as long as the process.
    """
    config = Config()
    pointer = config.ptr()
    for name, value in SWITCHES.items():
        getattr(bindings, name)(pointer, value)
    bindings.wasmtime_config_consume_fuel_set(pointer, consume_fuel)
    bindings.wasmtime_config_max_wasm_stack_set(pointer, MAX_WASM_STACK_BYTES)
    bindings.wasmtime_config_async_stack_size_set(pointer, FIBER_STACK_BYTES)
    if new_memory is not None:
        creator = _MemoryCreator(env=None, new_memory=pointer_to(new_memory), finalizer=None)
        bindings.wasmtime_config_host_memory_creator_set(
            pointer, ctypes.cast(ctypes.byref(creator), POINTER(bindings.wasmtime_memory_creator_t))
        )
    return Engine(config)


def epoch_incrementer(engine: Engine) -> Callable[[], None]:
    """A function that advances the engine's epoch by one; may be called from any thread."""
    pointer = c_void_p(pointer_to(engine))

    def increment() -> None:
        _increment_epoch(pointer)

    return increment
