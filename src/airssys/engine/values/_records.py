"""Records as frozen dataclasses made from their WIT type."""

from __future__ import annotations

import dataclasses
import keyword
from typing import Any

from airssys.engine.wit import RecordType


def python_name(wit_name: str) -> str:
    """A WIT name as a Python identifier.

    >>> python_name("content-type"), python_name("class")
    ('content_type', 'class_')
    """
    name = wit_name.replace("-", "_")
    return name + "_" if keyword.iskeyword(name) else name


def record_class(wit: RecordType) -> type[Any]:
    """A frozen, slotted dataclass with one field per WIT field, in order, made by position or by keyword."""
    title = "".join(part.capitalize() for part in (wit.name or "record").split("-"))
    return dataclasses.make_dataclass(
        title,
        [(python_name(name), Any) for name, _ in wit.fields],
        frozen=True,
        slots=True,
        namespace={"__doc__": f"A WIT record with the fields {', '.join(name for name, _ in wit.fields)}."},
    )
