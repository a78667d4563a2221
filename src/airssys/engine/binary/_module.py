"""The memories and tables that a core module defines; everything else in it is stepped over.

Source: WebAssembly core specification, "Binary Format: Modules" and "Limits"; for the limit flags also the proposals
threads (shared), memory64 and custom-page-sizes.
"""

from __future__ import annotations

from dataclasses import dataclass

from airssys.engine.binary._facts import MemoryFacts, TableFacts
from airssys.engine.binary._reader import Reader

PREAMBLE = b"\x00asm\x01\x00\x00\x00"

_TABLE_SECTION = 4
_MEMORY_SECTION = 5
_HAS_MAX, _SHARED, _IS_64, _HAS_PAGE_SIZE = 1, 2, 4, 8
_STANDARD_PAGE_LOG2 = 16
_TYPED_REFERENCES = (0x63, 0x64)
_TABLE_WITH_INITIALISER = 0x40


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """What one instance of the module creates."""

    memories: tuple[MemoryFacts, ...]
    tables: tuple[TableFacts, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limits:
    minimum: int
    maximum: int | None
    flags: int
    page_log2: int


def read_module(reader: Reader) -> Module:
    """The module whose preamble was just read."""
    memories: list[MemoryFacts] = []
    tables: list[TableFacts] = []
    while not reader.at_end:
        section_id, content = reader.section()
        if section_id == _MEMORY_SECTION:
            memories.extend([read_memory(content) for _ in range(content.count())])
            content.finish()
        elif section_id == _TABLE_SECTION:
            tables.extend([read_table(content) for _ in range(content.count())])
            content.finish()
    return Module(memories=tuple(memories), tables=tuple(tables))


def read_memory(reader: Reader) -> MemoryFacts:
    """A memory type."""
    limits = _limits(reader)
    return MemoryFacts(
        min_pages=limits.minimum,
        max_pages=limits.maximum,
        page_bytes=1 << limits.page_log2,
        is_64=bool(limits.flags & _IS_64),
        is_shared=bool(limits.flags & _SHARED),
    )


def read_table(reader: Reader) -> TableFacts:
    """A table type."""
    if reader.peek() == _TABLE_WITH_INITIALISER:
        raise reader.malformed("tables with an initialiser are not supported (function references)")
    skip_core_value_type(reader)
    limits = _limits(reader)
    return TableFacts(min_elements=limits.minimum, max_elements=limits.maximum)


def skip_core_value_type(reader: Reader) -> None:
    """A number, vector or reference type."""
    if reader.byte() in _TYPED_REFERENCES:
        reader.s33()


def _limits(reader: Reader) -> _Limits:
    flags = reader.byte()
    if flags > _HAS_MAX | _SHARED | _IS_64 | _HAS_PAGE_SIZE:
        raise reader.malformed(f"unknown flags {flags:#x} of a memory or table")
    number = reader.u64 if flags & _IS_64 else reader.u32
    minimum = number()
    maximum = number() if flags & _HAS_MAX else None
    page_log2 = reader.u32() if flags & _HAS_PAGE_SIZE else _STANDARD_PAGE_LOG2
    if page_log2 > _STANDARD_PAGE_LOG2:
        raise reader.malformed(f"a page of 2**{page_log2} bytes is larger than 64 KiB")
    return _Limits(minimum=minimum, maximum=maximum, flags=flags, page_log2=page_log2)
