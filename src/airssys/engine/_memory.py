"""Where every linear memory of every guest comes from: our own mappings, charged to a budget before they exist.

The engine asks through four callbacks. It does not say for whom, so whoever polls an instantiation names the budget in
its thread's `PollSlot` first (design rules 4 and 5). Nothing may cross the C frame: every callback catches everything
and answers with an error.
"""

from __future__ import annotations

import ctypes
import itertools
import mmap
from ctypes import c_int, c_long, c_size_t, c_void_p
from typing import Any, Final

from . import _native as native
from ._limiter import ResourceLimiter
from ._slot import current_slot

_libc = ctypes.CDLL(None, use_errno=True)
_mmap = _libc.mmap
_mmap.restype, _mmap.argtypes = c_void_p, [c_void_p, c_size_t, c_int, c_int, c_int, c_long]
_mprotect = _libc.mprotect
_mprotect.argtypes = [c_void_p, c_size_t, c_int]
_munmap = _libc.munmap
_munmap.argtypes = [c_void_p, c_size_t]

_NOTHING: Final = 0
_READ_WRITE: Final = mmap.PROT_READ | mmap.PROT_WRITE
#: Linux; reserves addresses without promising memory. Python's mmap module has no name for it before 3.13.
_MAP_NORESERVE: Final = 0x4000
_FLAGS: Final = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _MAP_NORESERVE
_FAILED: Final = c_void_p(-1).value


class LinearMemory:
    """One mapping: `capacity` addresses of which the first `size` are usable, then a guard."""

    __slots__ = ("base", "capacity", "limiter", "mapped", "size")

    def __init__(self, limiter: ResourceLimiter, minimum: int, reserved: int, guard: int) -> None:
        self.limiter = limiter
        self.capacity = max(reserved, minimum)
        self.mapped = self.capacity + guard
        self.size = 0
        base = _mmap(None, self.mapped, _NOTHING, _FLAGS, -1, 0)
        if base == _FAILED:
            raise OSError(ctypes.get_errno(), "cannot map linear memory")
        self.base: int = base
        try:
            self.extend(minimum)
        except OSError:
            self.unmap()
            raise

    def extend(self, size: int) -> None:
        """Make the first `size` bytes usable; fresh pages are zero."""
        if size > self.size and _mprotect(self.base, size, _READ_WRITE):
            raise OSError(ctypes.get_errno(), "cannot extend linear memory")
        self.size = size

    def unmap(self) -> None:
        """Give the addresses back."""
        _munmap(self.base, self.mapped)


_live: Final[dict[int, LinearMemory]] = {}
_keys: Final = itertools.count(1)


def live_memories() -> int:
    """How many linear memories exist in this process."""
    return len(_live)


@native.GET_MEMORY
def _get(key: int, size: Any, capacity: Any) -> int:
    memory = _live[key]
    size[0] = memory.size
    capacity[0] = memory.capacity
    return memory.base


@native.GROW_MEMORY
def _grow(key: int, new_size: int) -> int:
    try:
        memory = _live[key]
        limiter = memory.limiter
        more = new_size - memory.size
        if not limiter.charge(more):
            return native.new_error("memory limit")
        try:
            memory.extend(new_size)
        except OSError as error:
            limiter.give_back(more)
            limiter.host_fault = str(error)
            return native.new_error(str(error))
        return 0
    except BaseException as error:  # nothing may cross the C frame
        return native.new_error(repr(error))


@native.FINALIZER
def _free(key: int) -> None:
    memory = _live.pop(key, None)
    if memory is not None:
        memory.limiter.give_back(memory.size)
        memory.unmap()


_LINEAR_MEMORY_OUT: Final = ctypes.sizeof(native.LinearMemoryOut)
_callbacks: Final = tuple(native.pointer_to(callback) for callback in (_get, _grow, _free))


@native.NEW_MEMORY
def new_memory(_env: int, _type: int, minimum: int, _maximum: int, reserved: int, guard: int, result: int) -> int:
    """The callback behind every memory: charge first, then map."""
    try:
        limiter = current_slot().limiter
        if limiter is None:
            return native.new_error("a memory was asked for outside an instantiation")
        if not limiter.charge(minimum):
            return native.new_error("memory limit")
        try:
            memory = LinearMemory(limiter, minimum, reserved, guard)
        except OSError as error:
            limiter.give_back(minimum)
            limiter.host_fault = str(error)
            return native.new_error(str(error))
        key = next(_keys)
        _live[key] = memory
        out = native.LinearMemoryOut.from_address(result)
        out.env = key
        out.get, out.grow, out.finalizer = _callbacks
        return 0
    except BaseException as error:  # nothing may cross the C frame
        return native.new_error(repr(error))
