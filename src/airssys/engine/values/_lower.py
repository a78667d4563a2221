"""From Python to C values: a WIT type becomes one function `lower(value, buffer, offset, arena)`.

The functions write into Python-owned buffers; what a value points to is placed in the arena. A wrong shape raises
`Mismatch`, which collects the path to the offending part on its way out.
"""

from __future__ import annotations

import math
import operator
import struct
from array import array
from collections.abc import Callable, Iterable, Mapping
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
    print_type,
)
from airssys.errors import InternalError

from ._border import Arena
from ._lift import NUMBER_FORMATS
from ._python import Case, Err, GuestResource, Ok, Some
from ._records import python_name

Lower: TypeAlias = "Callable[[Any, bytearray, int, Arena], None]"

_SIZE: Final = native.VAL_SIZE
_OF: Final = native.VAL_OF
_ENTRY: Final = native.RECORD_ENTRY_SIZE
_NAME: Final = native.NAME_SIZE
_put_size_and_pointer = struct.Struct("<QQ").pack_into
_put_pointer = struct.Struct("<Q").pack_into

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


def _wrong_type(expected: str, value: object) -> Mismatch:
    return Mismatch(f"expected {expected}, got {type(value).__name__}")


def _wrong_value(problem: str) -> Mismatch:
    return Mismatch(problem, is_value=True)


class LowerCompiler:
    """Makes lower functions, one for each type object; `shape_of` makes equal types one object.

    Args:
        resource_id: the engine's number of a host resource type, or None when the guest defines it.
    """

    def __init__(self, resource_id: Callable[[ResourceType], int | None]) -> None:
        self._resource_id = resource_id
        self._made: dict[int, tuple[ValueType, Lower]] = {}

    def compile(self, wit: ValueType) -> Lower:
        """The function that writes values of this type."""
        made = self._made.get(id(wit))
        if made is None:
            made = self._made[id(wit)] = (wit, self._make(wit))  # the type is kept, so that its id stays its own
        return made[1]

    def _make(self, wit: ValueType) -> Lower:
        match wit:
            case Primitive():
                return _primitive(wit)
            case ListType(element):
                return self._list(element)
            case OptionType(payload):
                return _option(self.compile(payload), nested=isinstance(payload, OptionType))
            case TupleType(elements):
                return _tuple([self.compile(element) for element in elements])
            case RecordType():
                return _record(wit, [self.compile(field) for _, field in wit.fields])
            case VariantType():
                return _variant(wit, [None if of is None else self.compile(of) for _, of in wit.cases])
            case EnumType(_, cases):
                return _enum(wit, cases)
            case FlagsType():
                return _flags(wit)
            case ResultType(ok, err):
                return _result(self._maybe(ok), self._maybe(err))
            case Own(resource):
                return self._handle(resource, owned=True)
            case Borrow(resource):
                return self._handle(resource, owned=False)
        raise InternalError(f"no lower function for {wit!r}")

    def _maybe(self, wit: ValueType | None) -> Lower | None:
        return None if wit is None else self.compile(wit)

    def _list(self, element: ValueType) -> Lower:
        if element is Primitive.U8:
            return _bytes
        if isinstance(element, Primitive) and element in NUMBER_FORMATS:
            return _numbers(element, self.compile(element))
        return _list(self.compile(element))

    def _handle(self, resource: ResourceType, *, owned: bool) -> Lower:
        number = self._resource_id(resource)
        if number is None:
            return _guest_handle(resource, owned=owned)
        return _host_handle(number, owned=owned)


def compile_lower(wit: ValueType) -> Lower:
    """The function that writes values of one type without resources."""
    return LowerCompiler(lambda _: None).compile(wit)


# ---------------------------------------------------------------- primitives


def _primitive(wit: Primitive) -> Lower:
    if wit is Primitive.BOOL:
        return _bool
    if wit is Primitive.CHAR:
        return _char
    if wit is Primitive.STRING:
        return _string
    return _float(wit) if wit in _FLOATS else _integer(wit)


def _bool(value: Any, buffer: bytearray, offset: int, _arena: Arena) -> None:
    if value is not True and value is not False:
        raise _wrong_type("bool", value)
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
            raise _wrong_type(f"int ({wit.value})", value)
        try:
            number = operator.index(value)
        except TypeError:
            raise _wrong_type(f"int ({wit.value})", value) from None
        if not low <= number <= high:
            raise _wrong_value(f"{_short(number)} is out of range for {wit.value} ({low}..{high})")
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
            raise _wrong_type(f"float ({wit.value})", value)
        try:
            put(buffer, offset + _OF, float(value))
        except OverflowError:
            raise _wrong_value(f"the number is out of range for {wit.value}") from None
        buffer[offset] = kind

    return lower


def _char(value: Any, buffer: bytearray, offset: int, _arena: Arena) -> None:
    if not isinstance(value, str):
        raise _wrong_type("str of length 1 (char)", value)
    if len(value) != 1:
        raise _wrong_value(f"a char is a str of length 1, got length {len(value)}")
    code = ord(value)
    if 0xD800 <= code <= 0xDFFF:
        raise _wrong_value(f"U+{code:04X} is a surrogate, which is no Unicode scalar value")
    buffer[offset] = native.KIND_CHAR
    buffer[offset + _OF : offset + _OF + 4] = code.to_bytes(4, "little")


def _string(value: Any, buffer: bytearray, offset: int, arena: Arena) -> None:
    if not isinstance(value, str):
        raise _wrong_type("str", value)
    try:
        data = value.encode()
    except UnicodeEncodeError as error:
        raise _wrong_value(f"the text has a lone surrogate at index {error.start}, which UTF-8 cannot carry") from None
    buffer[offset] = native.KIND_STRING
    _put_size_and_pointer(buffer, offset + _OF, len(data), arena.place_bytes(data))


# ---------------------------------------------------------------- lists


def _template(kind: int) -> bytes:
    return bytes([kind]) + bytes(_SIZE - 1)


def _put_array(buffer: bytearray, offset: int, kind: int, count: int, items: bytearray, arena: Arena) -> None:
    buffer[offset] = kind
    _put_size_and_pointer(buffer, offset + _OF, count, arena.place(items) if count else 0)


_U8_TEMPLATE: Final = _template(native.KIND_U8)


def _bytes(value: Any, buffer: bytearray, offset: int, arena: Arena) -> None:
    try:
        view = memoryview(value)
    except TypeError:
        raise _wrong_type("bytes or another buffer (list<u8>)", value) from None
    data = value if isinstance(value, bytes) else view.tobytes()
    items = bytearray(_U8_TEMPLATE * len(data))
    items[_OF::_SIZE] = data
    _put_array(buffer, offset, native.KIND_LIST, len(data), items, arena)


def _sequence(value: Any, expected: str) -> list[Any] | tuple[Any, ...]:
    """The items of a list-like value; text, bytes, mappings and sets are not lists."""
    if isinstance(value, list | tuple):
        return value
    if isinstance(value, str | bytes | bytearray | Mapping | set | frozenset) or not isinstance(value, Iterable):
        raise _wrong_type(expected, value)
    return list(value)


def _numbers(element: Primitive, slow: Lower) -> Lower:
    code = NUMBER_FORMATS[element]
    template = _template(KINDS[element])
    width = struct.calcsize(code)
    first, step = _OF // width, _SIZE // width
    general = _list(slow)

    def lower(value: Any, buffer: bytearray, offset: int, arena: Arena) -> None:
        numbers = _sequence(value, f"list of {element.value}")
        packed = _packed(code, numbers)
        if packed is None:
            general(numbers, buffer, offset, arena)  # finds and names the item that does not fit
            return
        items = bytearray(template * len(numbers))
        if numbers:
            with memoryview(items) as plain, plain.cast(code) as view:  # type: ignore[call-overload]
                view[first::step] = memoryview(packed)
        _put_array(buffer, offset, native.KIND_LIST, len(numbers), items, arena)

    return lower


def _packed(code: str, numbers: list[Any] | tuple[Any, ...]) -> array[Any] | None:
    """The numbers in their machine form, or None when one of them needs a closer look."""
    if bool in set(map(type, numbers)):
        return None
    try:
        packed = array(code, numbers)
    except (TypeError, OverflowError):
        return None
    if code == "f" and math.inf in map(abs, packed):  # array rounds what is too large to infinity
        return None
    return packed


def _list(element: Lower) -> Lower:
    def lower(value: Any, buffer: bytearray, offset: int, arena: Arena) -> None:
        values = _sequence(value, "list")
        items = bytearray(len(values) * _SIZE)
        for index, item in enumerate(values):
            try:
                element(item, items, index * _SIZE, arena)
            except Mismatch as mismatch:
                raise mismatch.inside(f"[{index}]") from None
        _put_array(buffer, offset, native.KIND_LIST, len(values), items, arena)

    return lower


# ---------------------------------------------------------------- products


def _tuple(elements: list[Lower]) -> Lower:
    def lower(value: Any, buffer: bytearray, offset: int, arena: Arena) -> None:
        values = _sequence(value, f"tuple of {len(elements)}")
        if len(values) != len(elements):
            raise _wrong_value(f"expected a tuple of {len(elements)} items, got {len(values)}")
        items = bytearray(len(elements) * _SIZE)
        for index, element in enumerate(elements):
            try:
                element(values[index], items, index * _SIZE, arena)
            except Mismatch as mismatch:
                raise mismatch.inside(f"[{index}]") from None
        _put_array(buffer, offset, native.KIND_TUPLE, len(elements), items, arena)

    return lower


class _Names:
    """Names as the C API wants them (size, address), in memory that lives as long as the converter."""

    def __init__(self, names: Iterable[str]) -> None:
        self._arena = Arena()
        self.entries = {name: self._entry(name.encode()) for name in names}

    def _entry(self, data: bytes) -> bytes:
        return struct.pack("<QQ", len(data), self._arena.place_bytes(data))


def _record(wit: RecordType, fields: list[Lower]) -> Lower:
    names = _Names(name for name, _ in wit.fields)
    template = b"".join(names.entries[name] + bytes(_SIZE) for name, _ in wit.fields)
    places = [
        (name, python_name(name), lower, index * _ENTRY + _NAME)
        for index, ((name, _), lower) in enumerate(zip(wit.fields, fields, strict=True))
    ]
    known = {key for name, attribute, _, _ in places for key in (name, attribute)}

    def lower(value: Any, buffer: bytearray, offset: int, arena: Arena) -> None:
        items = bytearray(template)
        get = _mapping_reader(value, known) if isinstance(value, Mapping) else _attribute_reader(value)
        for name, attribute, field, at in places:
            try:
                field(get(name, attribute), items, at, arena)
            except Mismatch as mismatch:
                raise mismatch.inside(f".{name}") from None
        _put_array(buffer, offset, native.KIND_RECORD, len(places), items, arena)
        arena.keep(names)

    return lower


def _mapping_reader(value: Mapping[Any, Any], known: set[str]) -> Callable[[str, str], Any]:
    unknown = [str(key) for key in value if key not in known]
    if unknown:
        raise _wrong_value(f"unknown field {', '.join(sorted(unknown))}")

    def get(name: str, attribute: str) -> Any:
        if name in value:
            return value[name]
        if attribute in value:
            return value[attribute]
        raise Mismatch("the field is missing", is_value=True)

    return get


def _attribute_reader(value: Any) -> Callable[[str, str], Any]:
    def get(_name: str, attribute: str) -> Any:
        try:
            return getattr(value, attribute)
        except AttributeError:
            raise Mismatch(f"{type(value).__name__} is no mapping and has no attribute {attribute}") from None

    return get


def _flags(wit: FlagsType) -> Lower:
    names = _Names(wit.labels)

    def lower(value: Any, buffer: bytearray, offset: int, arena: Arena) -> None:
        if isinstance(value, str | bytes) or not isinstance(value, Iterable):
            raise _wrong_type("a set of str (flags)", value)
        entries = []
        for label in dict.fromkeys(value):
            if not isinstance(label, str):
                raise _wrong_type("str (a flag)", label)
            if label not in names.entries:
                raise _wrong_value(f"{label!r} is no flag; known: {', '.join(wit.labels)}")
            entries.append(names.entries[label])
        _put_array(buffer, offset, native.KIND_FLAGS, len(entries), bytearray(b"".join(entries)), arena)
        arena.keep(names)

    return lower


# ---------------------------------------------------------------- sums


def _payload(lower: Lower | None, value: Any, arena: Arena, owner: str) -> int:
    if lower is None:
        if value is not None:
            raise Mismatch(f"{owner} carries no value, got {type(value).__name__}")
        return 0
    item = bytearray(_SIZE)
    lower(value, item, 0, arena)
    return arena.place(item)


def _enum(wit: EnumType, cases: tuple[str, ...]) -> Lower:
    names = _Names(cases)

    def lower(value: Any, buffer: bytearray, offset: int, arena: Arena) -> None:
        if not isinstance(value, str):
            raise _wrong_type("str (enum)", value)
        if value not in names.entries:
            raise _wrong_value(f"{value!r} is no case of {print_type(wit)}")
        buffer[offset] = native.KIND_ENUM
        buffer[offset + _OF : offset + _OF + _NAME] = names.entries[value]
        arena.keep(names)

    return lower


def _variant(wit: VariantType, payloads: list[Lower | None]) -> Lower:
    names = _Names(name for name, _ in wit.cases)
    cases = {name: lower for (name, _), lower in zip(wit.cases, payloads, strict=True)}

    def lower(value: Any, buffer: bytearray, offset: int, arena: Arena) -> None:
        case = Case(value) if isinstance(value, str) else value
        if not isinstance(case, Case):
            raise _wrong_type("Case(name, value)", value)
        if case.name not in cases:
            raise _wrong_value(f"{case.name!r} is no case; known: {', '.join(cases)}")
        try:
            pointer = _payload(cases[case.name], case.value, arena, "the case")
        except Mismatch as mismatch:
            raise mismatch.inside(f"({case.name})") from None
        buffer[offset] = native.KIND_VARIANT
        buffer[offset + _OF : offset + _OF + _NAME] = names.entries[case.name]
        _put_pointer(buffer, offset + _OF + _NAME, pointer)
        arena.keep(names)

    return lower


def _option(payload: Lower, *, nested: bool) -> Lower:
    def lower(value: Any, buffer: bytearray, offset: int, arena: Arena) -> None:
        if value is None:
            pointer = 0
        elif isinstance(value, Some):
            pointer = _payload(payload, value.value, arena, "")
        elif nested:
            raise _wrong_type("None or Some(...) (option of option)", value)
        else:
            pointer = _payload(payload, value, arena, "")
        buffer[offset] = native.KIND_OPTION
        _put_pointer(buffer, offset + _OF, pointer)

    return lower


def _result(ok: Lower | None, err: Lower | None) -> Lower:
    def lower(value: Any, buffer: bytearray, offset: int, arena: Arena) -> None:
        if not isinstance(value, Ok | Err):
            raise _wrong_type("Ok(...) or Err(...) (result)", value)
        good = isinstance(value, Ok)
        side = "Ok" if good else "Err"
        try:
            pointer = _payload(ok if good else err, value.value, arena, side)
        except Mismatch as mismatch:
            raise mismatch.inside(f"({side})") from None
        buffer[offset] = native.KIND_RESULT
        buffer[offset + _OF] = good
        _put_pointer(buffer, offset + _OF + 8, pointer)

    return lower


# ---------------------------------------------------------------- resources


def _host_handle(number: int, *, owned: bool) -> Lower:
    def lower(value: Any, buffer: bytearray, offset: int, arena: Arena) -> None:
        buffer[offset] = native.KIND_RESOURCE
        arena.hand_over(native.address_of(buffer) + offset + _OF, value, number, owned=owned)

    return lower


def _guest_handle(resource: ResourceType, *, owned: bool) -> Lower:
    def lower(value: Any, buffer: bytearray, offset: int, arena: Arena) -> None:
        if not isinstance(value, GuestResource):
            raise _wrong_type(f"a GuestResource ({resource.name})", value)
        if value.closed:
            raise _wrong_value(f"the handle to {resource.name} is closed")
        buffer[offset] = native.KIND_RESOURCE
        _put_pointer(buffer, offset + _OF, value.pointer)
        arena.keep(value)
        if owned:
            arena.give_away(value)

    return lower
