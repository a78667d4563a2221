"""From C values to Python: a WIT type becomes one function `lift(buffer, offset, border)`.

`buffer` holds C values (`wasmtime_component_val_t`, 32 bytes each) copied in one piece; what they point to is read by
address, bounded by the border before anything is built.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from ctypes import string_at
from typing import Any, Final, TypeAlias

from airssys.engine import _native as native
from airssys.engine.wit import (
    Borrow,
    EnumType,
    FlagsType,
    ListType,
    OptionType,
    Own,
    Primitive,
    RecordType,
    ResourceType,
    ResultType,
    TupleType,
    ValueType,
    VariantType,
)
from airssys.errors import InternalError

from ._border import Border
from ._bulk import LEAST_BYTES, MOST_BYTES, get_bytes
from ._python import Case, Err, Ok, Some
from ._records import record_class

Buffer: TypeAlias = "bytes | bytearray"
Lift: TypeAlias = "Callable[[Buffer, int, Border], Any]"

_SIZE: Final = native.VAL_SIZE
_OF: Final = native.VAL_OF
_ENTRY: Final = native.RECORD_ENTRY_SIZE
_NAME: Final = native.NAME_SIZE
_size_and_pointer = struct.Struct("<QQ").unpack_from
_pointer = struct.Struct("<Q").unpack_from

#: What one small Python object costs, in bytes, header and slot of its container included (CPython 3.11, 64 bits).
_OBJECT_BYTES: Final = 64

#: struct and memoryview format of every number.
NUMBER_FORMATS: Final[dict[Primitive, str]] = {
    Primitive.S8: "b",
    Primitive.U8: "B",
    Primitive.S16: "h",
    Primitive.U16: "H",
    Primitive.S32: "i",
    Primitive.U32: "I",
    Primitive.S64: "q",
    Primitive.U64: "Q",
    Primitive.F32: "f",
    Primitive.F64: "d",
}


class LiftCompiler:
    """Makes lift functions, one for each type object; `shape_of` makes equal types one object.

    Args:
        host_resources: which resource types are the host's own; every other one is the guest's.
    """

    def __init__(self, host_resources: Callable[[ResourceType], bool]) -> None:
        self._is_host = host_resources
        self._made: dict[int, tuple[ValueType, Lift]] = {}

    def compile(self, wit: ValueType) -> Lift:
        """The function that reads values of this type."""
        made = self._made.get(id(wit))
        if made is None:
            made = self._made[id(wit)] = (wit, self._make(wit))  # the type is kept, so that its id stays its own
        return made[1]

    def _make(self, wit: ValueType) -> Lift:
        match wit:
            case Primitive():
                return _primitive(wit)
            case ListType(element):
                return self._list(element)
            case OptionType(payload):
                return self._option(payload)
            case TupleType(elements):
                return _tuple([self.compile(element) for element in elements])
            case RecordType():
                return _record(record_class(wit), [self.compile(field) for _, field in wit.fields])
            case VariantType(_, cases):
                return _variant({name: self._maybe(of) for name, of in cases})
            case EnumType(_, cases):
                return _enum(cases)
            case FlagsType(_, labels):
                return _flags(labels)
            case ResultType(ok, err):
                return _result(self._maybe(ok), self._maybe(err))
            case Own(resource):
                return _owned(resource) if self._is_host(resource) else _guest_handle(resource)
            case Borrow(resource):
                return _borrowed if self._is_host(resource) else _guest_handle(resource)
        raise InternalError(f"no lift function for {wit!r}")

    def _maybe(self, wit: ValueType | None) -> Lift | None:
        return None if wit is None else self.compile(wit)

    def _list(self, element: ValueType) -> Lift:
        if element is Primitive.U8:
            return _bytes
        if isinstance(element, Primitive) and element in NUMBER_FORMATS:
            return _numbers(NUMBER_FORMATS[element])
        return _list(self.compile(element))

    def _option(self, payload: ValueType) -> Lift:
        lift = self.compile(payload)
        return _nested_option(lift) if isinstance(payload, OptionType) else _option(lift)


def compile_lift(wit: ValueType, host_resources: Callable[[ResourceType], bool] = lambda _: True) -> Lift:
    """The function that reads values of one type."""
    return LiftCompiler(host_resources).compile(wit)


# ---------------------------------------------------------------- primitives


def _primitive(wit: Primitive) -> Lift:
    if wit is Primitive.BOOL:
        return lambda buffer, offset, _border: buffer[offset + _OF] != 0
    if wit is Primitive.STRING:
        return _string
    if wit is Primitive.CHAR:
        unpack_char = struct.Struct("<I").unpack_from
        return lambda buffer, offset, _border: chr(unpack_char(buffer, offset + _OF)[0])
    unpack = struct.Struct("<" + NUMBER_FORMATS[wit]).unpack_from
    return lambda buffer, offset, _border: unpack(buffer, offset + _OF)[0]


def _string(buffer: Buffer, offset: int, border: Border) -> str:
    size, pointer = _size_and_pointer(buffer, offset + _OF)
    border.take(size + _OBJECT_BYTES)
    return string_at(pointer, size).decode() if size else ""


# ---------------------------------------------------------------- lists


def _bytes(buffer: Buffer, offset: int, border: Border) -> bytes:
    count, pointer = _size_and_pointer(buffer, offset + _OF)
    border.take(count + _OBJECT_BYTES)
    if LEAST_BYTES <= count <= MOST_BYTES:
        return get_bytes(pointer, count)
    return string_at(pointer, count * _SIZE)[_OF::_SIZE] if count else b""


def _numbers(code: str) -> Lift:
    width = struct.calcsize(code)
    first, step = _OF // width, _SIZE // width

    def lift(buffer: Buffer, offset: int, border: Border) -> list[Any]:
        count, pointer = _size_and_pointer(buffer, offset + _OF)
        border.take(count * _OBJECT_BYTES)
        if not count:
            return []
        return memoryview(string_at(pointer, count * _SIZE)).cast(code)[first::step].tolist()  # type: ignore[call-overload, no-any-return]

    return lift


def _list(element: Lift) -> Lift:
    def lift(buffer: Buffer, offset: int, border: Border) -> list[Any]:
        count, pointer = _size_and_pointer(buffer, offset + _OF)
        border.take(count * _OBJECT_BYTES)
        if not count:
            return []
        items = string_at(pointer, count * _SIZE)
        return [element(items, at, border) for at in range(0, count * _SIZE, _SIZE)]

    return lift


# ---------------------------------------------------------------- products


def _tuple(elements: list[Lift]) -> Lift:
    size = len(elements) * _SIZE
    places = [(lift, index * _SIZE) for index, lift in enumerate(elements)]

    def lift(buffer: Buffer, offset: int, border: Border) -> tuple[Any, ...]:
        border.take(len(places) * _OBJECT_BYTES)
        items = string_at(_pointer(buffer, offset + _OF + 8)[0], size)
        return tuple([element(items, at, border) for element, at in places])

    return lift


def _record(cls: type[Any], fields: list[Lift]) -> Lift:
    size = len(fields) * _ENTRY
    places = [(lift, index * _ENTRY + _NAME) for index, lift in enumerate(fields)]

    def lift(buffer: Buffer, offset: int, border: Border) -> Any:
        border.take(len(places) * _OBJECT_BYTES)
        items = string_at(_pointer(buffer, offset + _OF + 8)[0], size)
        return cls(*[field(items, at, border) for field, at in places])

    return lift


_NO_FLAGS: Final[frozenset[str]] = frozenset()


def _flags(labels: tuple[str, ...]) -> Lift:
    known = _by_bytes(labels)

    def lift(buffer: Buffer, offset: int, border: Border) -> frozenset[str]:
        count, pointer = _size_and_pointer(buffer, offset + _OF)
        if not count:
            return _NO_FLAGS
        border.take((count + 1) * _OBJECT_BYTES)
        names = string_at(pointer, count * _NAME)
        return frozenset([known[_name(names, at)] for at in range(0, count * _NAME, _NAME)])

    return lift


def _by_bytes(names: Iterable[str]) -> dict[bytes, str]:
    """One text per name, found by what the engine writes: a guest's value never makes another copy of a long name."""
    return {name.encode(): name for name in names}


def _name(buffer: Buffer, offset: int) -> bytes:
    size, pointer = _size_and_pointer(buffer, offset)
    return string_at(pointer, size)


# ---------------------------------------------------------------- sums


def _payload(lift: Lift | None, pointer: int, border: Border) -> Any:
    if lift is None or not pointer:
        return None
    return lift(string_at(pointer, _SIZE), 0, border)


def _enum(cases: tuple[str, ...]) -> Lift:
    known = _by_bytes(cases)
    return lambda buffer, offset, _border: known[_name(buffer, offset + _OF)]


def _variant(cases: dict[str, Lift | None]) -> Lift:
    known = {name.encode(): (name, lift) for name, lift in cases.items()}

    def lift(buffer: Buffer, offset: int, border: Border) -> Case:
        border.take(_OBJECT_BYTES)
        name, payload = known[_name(buffer, offset + _OF)]
        pointer = _pointer(buffer, offset + _OF + _NAME)[0]
        return Case(name, _payload(payload, pointer, border))

    return lift


def _option(payload: Lift) -> Lift:
    def lift(buffer: Buffer, offset: int, border: Border) -> Any:
        return _payload(payload, _pointer(buffer, offset + _OF)[0], border)

    return lift


def _nested_option(payload: Lift) -> Lift:
    def lift(buffer: Buffer, offset: int, border: Border) -> Some[Any] | None:
        pointer = _pointer(buffer, offset + _OF)[0]
        return Some(_payload(payload, pointer, border)) if pointer else None

    return lift


def _result(ok: Lift | None, err: Lift | None) -> Lift:
    def lift(buffer: Buffer, offset: int, border: Border) -> Ok[Any] | Err[Any]:
        border.take(_OBJECT_BYTES)
        pointer = _pointer(buffer, offset + _OF + 8)[0]
        if buffer[offset + _OF]:
            return Ok(_payload(ok, pointer, border))
        return Err(_payload(err, pointer, border))

    return lift


# ---------------------------------------------------------------- resources


def _borrowed(buffer: Buffer, offset: int, border: Border) -> Any:
    return border.resources.get(border.host_rep(_pointer(buffer, offset + _OF)[0]))


def _owned(resource: ResourceType) -> Lift:
    def lift(buffer: Buffer, offset: int, border: Border) -> Any:
        return border.resources.pop(border.host_rep(_pointer(buffer, offset + _OF)[0]))

    return lift


def _guest_handle(resource: ResourceType) -> Lift:
    name = resource.name

    def lift(buffer: Buffer, offset: int, border: Border) -> Any:
        border.take(_OBJECT_BYTES)
        return border.guest_resource(name, _pointer(buffer, offset + _OF)[0])

    return lift
