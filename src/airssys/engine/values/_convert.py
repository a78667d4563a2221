"""Both directions of one function's values, made once and kept with the function."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from ctypes import string_at
from typing import Any, Final

from airssys.engine import _native as native
from airssys.engine.wit import FuncType, Primitive, ResourceType, ResultType, ValueType, print_type
from airssys.errors import ArgumentTypeError, ArgumentValueError, GuestReturnedError, HostFunctionFailed

from ._border import Arena, Border
from ._bulk import Place, place_in, put_bytes, without_bytes
from ._lift import NUMBER_FORMATS, LiftCompiler
from ._lower import LowerCompiler
from ._python import Err, Ok
from ._scalars import KINDS, Lower, Mismatch

_SIZE: Final = native.VAL_SIZE
_OF: Final = native.VAL_OF

#: Types whose C value points to nothing, so that nothing has to be freed.
_FLAT: Final = frozenset(Primitive) - {Primitive.STRING}


class FunctionConverter:
    """Converts arguments and results of one function type, as caller (`lower_arguments`, `lift_result`) and as callee.

    Args:
        wit: the signature.
        resource_id: the engine's number of a host resource type, or None when the guest defines it.
    """

    def __init__(self, wit: FuncType, resource_id: Callable[[ResourceType], int | None]) -> None:
        lift = LiftCompiler(lambda resource: resource_id(resource) is not None)
        lower = LowerCompiler(resource_id)
        self.wit = wit
        self.arity = len(wit.params)
        self._names = [name for name, _ in wit.params]
        self._lower = [lower.compile(of) for _, of in wit.params]
        self._lift = [lift.compile(of) for _, of in wit.params]
        self.write_numbers = _number_writer([of for _, of in wit.params])
        self._lift_result = None if wit.result is None else lift.compile(wit.result)
        self._lower_result = None if wit.result is None else lower.compile(wit.result)
        self._answers_result = isinstance(wit.result, ResultType)
        self.result_is_flat = wit.result is None or wit.result in _FLAT
        self.read_number = _number_reader(wit.result)
        self._bulk = place_in(wit)

    # -- calling a guest

    def lower_arguments(self, args: Sequence[Any], buffer: bytearray, border: Border) -> Arena:
        """Write the arguments; returns what must be kept and released after the call.

        `write_numbers` is to be tried first: where it returns True there is nothing to keep.

        Raises:
            ArgumentTypeError, ArgumentValueError: naming the parameter. Nothing has been handed over then.
        """
        if len(args) != self.arity:
            raise ArgumentTypeError(
                f"the function takes {self.arity} argument{'' if self.arity == 1 else 's'} "
                f"({', '.join(self._names) or 'none'}), got {len(args)}"
            )
        arena = Arena(border)
        try:
            for index, lower in enumerate(self._lower):
                _lower_one(self._names[index], lower, args[index], buffer, index * _SIZE, arena)
            arena.settle()
        except BaseException:
            arena.release()
            raise
        return arena

    def lift_result(self, buffer: bytearray, border: Border) -> Any:
        """The Python value of the result, which is freed whether or not this succeeds.

        Raises:
            GuestReturnedError: the function has type `result<_, E>` and this is its error.
            ResultTooLarge: the value is beyond the border's ceiling.
        """
        if self._lift_result is None:
            return None
        border.reset()
        try:
            value = self._lift_result(buffer, 0, border)
        finally:
            if not self.result_is_flat:
                native.val_delete(native.address_of(buffer))
                buffer[0] = native.KIND_BOOL  # the next result replaces this one, and would free it once more
        if self._answers_result:
            if isinstance(value, Err):
                raise GuestReturnedError(value.value)
            return value.value
        return value

    # -- answering a guest

    def lift_arguments(self, address: int, border: Border) -> list[Any]:
        """The Python values of a host call's arguments, which stay the engine's."""
        if not self.arity:
            return []
        border.reset()
        values = string_at(address, self.arity * _SIZE)
        return [lift(values, index * _SIZE, border) for index, lift in enumerate(self._lift)]

    def lower_answer(self, value: Any, border: Border, name: str) -> HostAnswer | None:
        """Turn what a host function returned into C values; None when the function has no result.

        Raises:
            HostFunctionFailed: the value does not fit the declared type.
        """
        if self._lower_result is None:
            if value is not None:
                raise HostFunctionFailed(f"the host function {name} has no result, and returned {type(value).__name__}")
            return None
        if self._answers_result and not isinstance(value, Ok | Err):
            value = Ok(value)
        place, data = self._bulk, None
        if place is not None and (split := without_bytes(place, value)) is not None:
            value, data = split
        arena = Arena(border)
        buffer = bytearray(_SIZE)
        try:
            self._lower_result(value, buffer, 0, arena)
        except Mismatch as mismatch:
            arena.orphan()
            where = "".join(mismatch.path)
            raise HostFunctionFailed(
                f"the host function {name} returned what does not fit `{_result_text(self.wit.result)}`: "
                f"{where + ': ' if where else ''}{mismatch.problem}"
            ) from None
        if place is None or data is None:
            return HostAnswer(buffer, arena)
        return BulkAnswer(buffer, arena, place, data)


class HostAnswer:
    """The result of a host function in C values, waiting for the guest to take it."""

    __slots__ = ("_arena", "_buffer")

    def __init__(self, buffer: bytearray, arena: Arena) -> None:
        self._buffer = buffer
        self._arena = arena

    def deliver(self, address: int) -> None:
        """Copy the answer to where the engine expects it; only in a callback of the waiting fiber."""
        self._arena.settle()
        native.val_clone(native.address_of(self._buffer), address)
        self._arena.release()

    def discard(self) -> None:
        """Forget an answer that nobody will take."""
        self._arena.orphan()


class BulkAnswer(HostAnswer):
    """A result with a long list of bytes in it, which is put in its place at the end."""

    __slots__ = ("_data", "_place")

    def __init__(self, buffer: bytearray, arena: Arena, place: Place, data: bytes | bytearray) -> None:
        super().__init__(buffer, arena)
        self._place = place
        self._data = data

    def deliver(self, address: int) -> None:
        """See `HostAnswer`."""
        super().deliver(address)
        put_bytes(self._place, address, self._data)


def _result_text(wit: ValueType | None) -> str:
    return "_" if wit is None else print_type(wit)


def _lower_one(name: str, lower: Lower, value: Any, buffer: bytearray, offset: int, arena: Arena) -> None:
    try:
        lower(value, buffer, offset, arena)
    except Mismatch as mismatch:
        kind = ArgumentValueError if mismatch.is_value else ArgumentTypeError
        raise kind(f"argument {name}{''.join(mismatch.path)}: {mismatch.problem}") from None


def _number_writer(params: list[ValueType]) -> Callable[[tuple[Any, ...], bytearray], bool]:
    """Writes all arguments in one `struct` call, when every parameter is a number and every value has the plain type.

    What it returns answers False when the careful way has to look at the arguments.
    """
    numbers = [of for of in params if isinstance(of, Primitive) and of in NUMBER_FORMATS]
    if len(numbers) != len(params):
        return lambda _args, _buffer: False
    expected = tuple(float if of in (Primitive.F32, Primitive.F64) else int for of in numbers)
    kinds = [KINDS[of] for of in numbers]
    pack = struct.Struct("<" + "".join(_padded(NUMBER_FORMATS[of]) for of in numbers)).pack_into
    faults = (struct.error, OverflowError)

    def write(args: tuple[Any, ...], buffer: bytearray) -> bool:
        if tuple(map(type, args)) != expected:
            return False
        try:
            if expected:
                pack(buffer, 0, *[part for pair in zip(kinds, args, strict=True) for part in pair])
        except faults:
            return False
        return True

    def write_two(args: tuple[Any, ...], buffer: bytearray) -> bool:
        if len(args) != 2 or type(args[0]) is not first_type or type(args[1]) is not second_type:
            return False
        try:
            pack(buffer, 0, first_kind, args[0], second_kind, args[1])
        except faults:
            return False
        return True

    if len(numbers) != 2:
        return write
    (first_type, second_type), (first_kind, second_kind) = expected, kinds
    return write_two


def _padded(code: str) -> str:
    """The layout of one C value: kind, padding, payload, padding."""
    return f"B{_OF - 1}x{code}{_SIZE - _OF - struct.calcsize(code)}x"


def _number_reader(wit: ValueType | None) -> Callable[[bytearray], tuple[Any, ...]] | None:
    """How to read a result that is one plain number."""
    if isinstance(wit, Primitive) and wit in NUMBER_FORMATS:
        return struct.Struct(f"<{_OF}x{NUMBER_FORMATS[wit]}").unpack_from
    return None
