"""The type section of a component: stepped over entry by entry, in search of async types.

Source: component model, Binary.md "Type Definitions"; opcodes are named after its text.
"""

from __future__ import annotations

from typing import NamedTuple

from airssys.engine.binary._module import read_memory, read_table, skip_core_value_type
from airssys.engine.binary._reader import MAX_DEPTH, Reader

_ERROR_CONTEXT = 0x64
_FUTURE, _STREAM = 0x65, 0x66
_RESOURCE = 0x3F
_FUNC, _ASYNC_FUNC = 0x40, 0x43
_COMPONENT, _INSTANCE = 0x41, 0x42
_CORE_FUNC, _CORE_MODULE = 0x60, 0x50
_PRIMITIVES = range(0x73, 0x80)


class Sort(NamedTuple):
    """What kind of thing an index or a name refers to; `core` is 0 unless `outer` is 0 (core)."""

    outer: int
    core: int


class TypeWalker:
    """Steps over types; `uses_async` turns True when one of them is async."""

    def __init__(self) -> None:
        self.uses_async = False

    def type_definition(self, reader: Reader, depth: int) -> None:
        """`deftype`."""
        if depth > MAX_DEPTH:
            raise reader.malformed(f"components and types nest deeper than {MAX_DEPTH} levels")
        form = reader.byte()
        if form in (_FUNC, _ASYNC_FUNC):
            self._function(reader, form)
        elif form in (_COMPONENT, _INSTANCE):
            for _ in range(reader.count()):
                self._declaration(reader, depth + 1)
        elif form == _RESOURCE:
            skip_core_value_type(reader)
            if reader.flag():
                reader.u32()
        else:
            self._value_definition(reader, form)

    def extern_type(self, reader: Reader) -> Sort:
        """`externtype`: what sort of thing it is the type of."""
        sort = read_sort(reader)
        if sort.outer == 0x02:
            self._value_bound(reader)
        elif sort.outer == 0x03:
            if not reader.flag():
                reader.u32()
        elif sort.outer <= 0x05:
            reader.u32()
        else:
            raise reader.malformed(f"unknown kind {sort.outer:#x} of import or export")
        return sort

    def extern_name(self, reader: Reader) -> bytes:
        """`nameattributes`: the name; what is attributed to it is stepped over."""
        form = reader.byte()
        if form > 0x02:
            raise reader.malformed(f"unknown form {form:#x} of name")
        name = reader.name()
        if form == 0x02:
            for _ in range(reader.count()):
                reader.byte()
                reader.name()
        return name

    def _value_bound(self, reader: Reader) -> None:
        if reader.flag():
            self.value_type(reader)
        else:
            reader.u32()

    def _declaration(self, reader: Reader, depth: int) -> None:
        form = reader.byte()
        if form == 0x00:
            self._core_type(reader, depth)
        elif form == 0x01:
            self.type_definition(reader, depth)
        elif form == 0x02:
            skip_alias(reader)
        elif form in (0x03, 0x04):
            self.extern_name(reader)
            self.extern_type(reader)
        else:
            raise reader.malformed(f"unknown declaration {form:#x}")

    def _function(self, reader: Reader, form: int) -> None:
        self.uses_async |= form == _ASYNC_FUNC
        self._labelled_types(reader)
        if not reader.flag():
            self.value_type(reader)
        elif reader.byte() != 0x00:
            raise reader.malformed("named results of functions are from before the current format")

    def _value_definition(self, reader: Reader, form: int) -> None:
        if form in _PRIMITIVES:
            return
        if form == 0x72:
            self._labelled_types(reader)
        elif form == 0x71:
            for _ in range(reader.count()):
                reader.name()
                self._optional(reader)
                reader.byte()
        elif form in (0x70, 0x6B):
            self.value_type(reader)
        elif form == 0x6F:
            for _ in range(reader.count()):
                self.value_type(reader)
        elif form in (0x6E, 0x6D):
            for _ in range(reader.count()):
                reader.name()
        else:
            self._rarer_definition(reader, form)

    def _rarer_definition(self, reader: Reader, form: int) -> None:
        if form == 0x6A:
            self._optional(reader)
            self._optional(reader)
        elif form in (0x69, 0x68):
            reader.u32()
        elif form in (_STREAM, _FUTURE):
            self.uses_async = True
            self._optional(reader)
        elif form == _ERROR_CONTEXT:
            self.uses_async = True
        elif form == 0x67:
            self.value_type(reader)
            reader.u32()
        elif form == 0x63:
            self.value_type(reader)
            self.value_type(reader)
        else:
            raise reader.malformed(f"unknown type {form:#x}")

    def value_type(self, reader: Reader) -> None:
        """`valtype`: an index, or a primitive."""
        index = reader.s33()
        if index < 0:
            primitive = index & 0x7F
            self.uses_async |= primitive == _ERROR_CONTEXT
            if index < -0x40 or (primitive not in _PRIMITIVES and primitive != _ERROR_CONTEXT):
                raise reader.malformed(f"unknown primitive type {primitive:#x}")

    def _labelled_types(self, reader: Reader) -> None:
        for _ in range(reader.count()):
            reader.name()
            self.value_type(reader)

    def _optional(self, reader: Reader) -> None:
        if reader.flag():
            self.value_type(reader)

    def _core_type(self, reader: Reader, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise reader.malformed(f"components and types nest deeper than {MAX_DEPTH} levels")
        form = reader.byte()
        if form == _CORE_FUNC:
            for _ in range(2):
                for _ in range(reader.count()):
                    skip_core_value_type(reader)
        elif form == _CORE_MODULE:
            for _ in range(reader.count()):
                self._module_declaration(reader, depth + 1)
        else:
            raise reader.malformed(f"core type {form:#x} is not supported (garbage collection)")

    def _module_declaration(self, reader: Reader, depth: int) -> None:
        form = reader.byte()
        if form == 0x00:
            reader.name()
            reader.name()
            _skip_core_extern_type(reader)
        elif form == 0x01:
            self._core_type(reader, depth)
        elif form == 0x02:
            reader.skip(2)
            reader.u32()
            reader.u32()
        elif form == 0x03:
            reader.name()
            _skip_core_extern_type(reader)
        else:
            raise reader.malformed(f"unknown declaration {form:#x} of a core module type")


def skip_alias(reader: Reader) -> None:
    """`alias` inside a type."""
    read_sort(reader)
    if reader.byte() in (0x00, 0x01):
        reader.u32()
        reader.name()
    else:
        reader.u32()
        reader.u32()


def read_sort(reader: Reader) -> Sort:
    """`sort`."""
    outer = reader.byte()
    return Sort(outer, reader.byte() if outer == 0x00 else 0)


def _skip_core_extern_type(reader: Reader) -> None:
    kind = reader.byte()
    if kind == 0x00:
        reader.u32()
    elif kind == 0x01:
        read_table(reader)
    elif kind == 0x02:
        read_memory(reader)
    elif kind == 0x03:
        skip_core_value_type(reader)
        reader.byte()
    elif kind == 0x04:
        reader.byte()
        reader.u32()
    else:
        raise reader.malformed(f"unknown kind {kind:#x} of core import or export")
