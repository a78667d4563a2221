"""From Python to C values: a WIT type becomes one function `lower(value, buffer, offset, arena)`.

The functions write into Python-owned buffers; what a value points to is placed in the arena. A wrong shape raises
`Mismatch`, which collects the path to the offending part on its way out.
"""

from __future__ import annotations

import math
import struct
from array import array
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

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
from ._scalars import KINDS, Lower, Mismatch, lower_primitive, wrong_type, wrong_value

_SIZE: Final = native.VAL_SIZE
_OF: Final = native.VAL_OF
_ENTRY: Final = native.RECORD_ENTRY_SIZE
_NAME: Final = native.NAME_SIZE
_put_size_and_pointer = struct.Struct("<QQ").pack_into
_put_pointer = struct.Struct("<Q").pack_into


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
                return lower_primitive(wit)
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


# ---------------------------------------------------------------- lists


def _template(kind: int) -> bytes:
    return bytes([kind]) + bytes(_SIZE - 1)


def _put_array(buffer: bytearray, offset: int, kind: int, count: int, items: bytearray, arena: Arena) -> None:
    buffer[offset] = kind
    _put_size_and_pointer(buffer, offset + _OF, count, arena.place(items) if count else 0)


class _Templates:
    """C values of one kind without payloads, as many as are asked for. Copying them takes a tenth of the time that it
    takes to repeat one (0.15 and 1.5 ms for 65,536), so those that lists usually need are kept.

    Args:
        most: so many are kept; for more, pieces are put together.
    """

    def __init__(self, kind: int, most: int) -> None:
        self._one = _template(kind)
        self._most = most
        self._kept = memoryview(b"")

    def make(self, count: int) -> bytearray:
        """So many, to be filled in."""
        size = count * _SIZE
        if size > len(self._kept):
            kept = 64
            while kept < min(count, self._most):
                kept *= 2
            self._kept = memoryview(self._one * kept)
        if size <= len(self._kept):
            return bytearray(self._kept[:size])
        items = bytearray()
        while len(items) < size:
            items += self._kept[: size - len(items)]
        return items


#: 64 Ki is the largest piece in which files are read; 2 MiB.
_U8_TEMPLATES: Final = _Templates(native.KIND_U8, 65_536)


def _bytes(value: Any, buffer: bytearray, offset: int, arena: Arena) -> None:
    try:
        view = memoryview(value)
    except TypeError:
        raise wrong_type("bytes or another buffer (list<u8>)", value) from None
    data = value if isinstance(value, bytes) else view.tobytes()
    items = _U8_TEMPLATES.make(len(data))
    items[_OF::_SIZE] = data
    _put_array(buffer, offset, native.KIND_LIST, len(data), items, arena)


def _sequence(value: Any, expected: str) -> list[Any] | tuple[Any, ...]:
    """The items of a list-like value; text, bytes, mappings and sets are not lists."""
    if isinstance(value, list | tuple):
        return value
    if isinstance(value, str | bytes | bytearray | Mapping | set | frozenset) or not isinstance(value, Iterable):
        raise wrong_type(expected, value)
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
            raise wrong_value(f"expected a tuple of {len(elements)} items, got {len(values)}")
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
        raise wrong_value(f"unknown field {', '.join(sorted(unknown))}")

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
            raise wrong_type("a set of str (flags)", value)
        entries = []
        for label in dict.fromkeys(value):
            if not isinstance(label, str):
                raise wrong_type("str (a flag)", label)
            if label not in names.entries:
                raise wrong_value(f"{label!r} is no flag; known: {', '.join(wit.labels)}")
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
            raise wrong_type("str (enum)", value)
        if value not in names.entries:
            raise wrong_value(f"{value!r} is no case of {print_type(wit)}")
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
            raise wrong_type("Case(name, value)", value)
        if case.name not in cases:
            raise wrong_value(f"{case.name!r} is no case; known: {', '.join(cases)}")
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
            raise wrong_type("None or Some(...) (option of option)", value)
        else:
            pointer = _payload(payload, value, arena, "")
        buffer[offset] = native.KIND_OPTION
        _put_pointer(buffer, offset + _OF, pointer)

    return lower


def _result(ok: Lower | None, err: Lower | None) -> Lower:
    def lower(value: Any, buffer: bytearray, offset: int, arena: Arena) -> None:
        if not isinstance(value, Ok | Err):
            raise wrong_type("Ok(...) or Err(...) (result)", value)
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
            raise wrong_type(f"a GuestResource ({resource.name})", value)
        if value.closed:
            raise wrong_value(f"the handle to {resource.name} is closed")
        if not arena.belongs(value):
            raise wrong_value(f"the handle to {resource.name} belongs to another instance")
        buffer[offset] = native.KIND_RESOURCE
        _put_pointer(buffer, offset + _OF, value.pointer)
        arena.keep(value)
        if owned:
            arena.give_away(value)

    return lower
