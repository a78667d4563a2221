"""Values without parts, from Python to C, and the way a misfit is told."""

from __future__ import annotations

import operator
import struct
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from airssys.engine import _native as native
from airssys.engine.wit import Primitive

from ._border import Arena
from ._lift import NUMBER_FORMATS

Lower: TypeAlias = "Callable[[Any, bytearray, int, Arena], None]"

_OF: Final = native.VAL_OF
_put_size_and_pointer = struct.Struct("<QQ").pack_into

KINDS: Final[dict[Primitive, int]] = {
    Primitive.BOOL: native.KIND_BOOL,
    Primitive.S8: native.KIND_S8,
    Primitive.U8: native.KIND_U8,
    Primitive.S16: native.KIND_S16,
    Primitive.U16: native.KIND_U16,
    Primitive.S32: native.KIND_S32,
    Primitive.U32: native.KIND_U32,
    Primitive.S64: native.KIND_S64,
    Primitive.U64: native.KIND_U64,
    Primitive.F32: native.KIND_F32,
    Primitive.F64: native.KIND_F64,
    Primitive.CHAR: native.KIND_CHAR,
    Primitive.STRING: native.KIND_STRING,
}
_FLOATS: Final = (Primitive.F32, Primitive.F64)


class Mismatch(Exception):
    """A value does not fit its WIT type. `path` leads to the part that does not, outermost first."""

    def __init__(self, problem: str, *, is_value: bool = False) -> None:
        super().__init__(problem)
        self.problem = problem
        self.is_value = is_value
        self.path: list[str] = []

    def inside(self, step: str) -> Mismatch:
        """The same mismatch seen from the container around it."""
        self.path.insert(0, step)
        return self


def wrong_type(expected: str, value: object) -> Mismatch:
    return Mismatch(f"expected {expected}, got {type(value).__name__}")


def wrong_value(problem: str) -> Mismatch:
    return Mismatch(problem, is_value=True)


# ---------------------------------------------------------------- primitives


def lower_primitive(wit: Primitive) -> Lower:
    if wit is Primitive.BOOL:
        return _bool
    if wit is Primitive.CHAR:
        return _char
    if wit is Primitive.STRING:
        return _string
    return _float(wit) if wit in _FLOATS else _integer(wit)


def _bool(value: Any, buffer: bytearray, offset: int, _arena: Arena) -> None:
    if value is not True and value is not False:
        raise wrong_type("bool", value)
    buffer[offset] = native.KIND_BOOL
    buffer[offset + _OF] = value


def integer_bounds(wit: Primitive) -> tuple[int, int]:
    """Smallest and largest value of an integer type."""
    bits = int(wit.value[1:])
    return (0, (1 << bits) - 1) if wit.value[0] == "u" else (-(1 << (bits - 1)), (1 << (bits - 1)) - 1)


def _integer(wit: Primitive) -> Lower:
    kind = KINDS[wit]
    low, high = integer_bounds(wit)
    put = struct.Struct("<" + NUMBER_FORMATS[wit]).pack_into

    def lower(value: Any, buffer: bytearray, offset: int, _arena: Arena) -> None:
        if value is True or value is False:
            raise wrong_type(f"int ({wit.value})", value)
        try:
            number = operator.index(value)
        except TypeError:
            raise wrong_type(f"int ({wit.value})", value) from None
        if not low <= number <= high:
            raise wrong_value(f"{_short(number)} is out of range for {wit.value} ({low}..{high})")
        buffer[offset] = kind
        put(buffer, offset + _OF, number)

    return lower


def _short(number: int) -> str:
    """A number for a message; Python refuses to print huge ones."""
    return str(number) if number.bit_length() <= 128 else f"an integer of {number.bit_length()} bits"


def _float(wit: Primitive) -> Lower:
    kind = KINDS[wit]
    put = struct.Struct("<" + NUMBER_FORMATS[wit]).pack_into

    def lower(value: Any, buffer: bytearray, offset: int, _arena: Arena) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise wrong_type(f"float ({wit.value})", value)
        try:
            put(buffer, offset + _OF, float(value))
        except OverflowError:
            raise wrong_value(f"the number is out of range for {wit.value}") from None
        buffer[offset] = kind

    return lower


def _char(value: Any, buffer: bytearray, offset: int, _arena: Arena) -> None:
    if not isinstance(value, str):
        raise wrong_type("str of length 1 (char)", value)
    if len(value) != 1:
        raise wrong_value(f"a char is a str of length 1, got length {len(value)}")
    code = ord(value)
    if 0xD800 <= code <= 0xDFFF:
        raise wrong_value(f"U+{code:04X} is a surrogate, which is no Unicode scalar value")
    buffer[offset] = native.KIND_CHAR
    buffer[offset + _OF : offset + _OF + 4] = code.to_bytes(4, "little")


def _string(value: Any, buffer: bytearray, offset: int, arena: Arena) -> None:
    if not isinstance(value, str):
        raise wrong_type("str", value)
    try:
        data = value.encode()
    except UnicodeEncodeError as error:
        raise wrong_value(f"the text has a lone surrogate at index {error.start}, which UTF-8 cannot carry") from None
    buffer[offset] = native.KIND_STRING
    _put_size_and_pointer(buffer, offset + _OF, len(data), arena.place_bytes(data))
