"""From a parsed file to checked settings: what each key was set to, and by which line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from ._document import Document
from ._fields import Field
from ._key import Key
from ._problem import ManifestInvalid, Problem, Report
from ._shown import dotted
from ._value_problems import UnknownKey, WrongType

T = TypeVar("T")

#: What may stand in a table, by name: a key, a table of its own, or a name that is known and refused here.
Shape = Mapping[str, "Field[object] | Shape | Callable[[str, object], Problem]"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A value that passed the check of its key, still as TOML has it.

    Attributes:
        value: what was written.
        file: the file, or the option of the command line.
        line: line number in that file; `None` for an option.
    """

    value: object
    file: str
    line: int | None = None

    @property
    def source(self) -> str:
        """`file:line`, or the option."""
        return self.file if self.line is None else f"{self.file}:{self.line}"


#: Settings by the path of their key.
Settings = Mapping[str, Setting]


def read_settings(
    document: Document, table: Mapping[str, object], shape: Shape, report: Report, *, at: tuple[str, ...] = ()
) -> dict[str, Setting]:
    """Check every key of a table that stands at path `at` of the document; what is wrong goes into the report."""
    settings: dict[str, Setting] = {}
    for name, value in table.items():
        path = (*at, name)
        line = document.line_of(path)
        try:
            entry = _entry(shape, path, value)
            if isinstance(entry, Field):
                entry.decode(value, path=dotted(path))
                settings[entry.key.path] = Setting(value=value, file=document.file, line=line)
            elif isinstance(entry, Mapping):
                settings |= read_settings(document, table_at(path, value), entry, report, at=path)
            else:
                raise entry(dotted(path), value)
        except Problem as problem:
            report.add(problem.located(document.file, line))
        except ManifestInvalid as several:
            for each in several.problems:
                report.add(each.located(document.file, line))
    return settings


def table_at(path: tuple[str, ...], value: object) -> dict[str, object]:
    """Accept a table.

    Raises:
        WrongType: it is something else.
    """
    if isinstance(value, dict):
        return value
    raise WrongType(Key(path=dotted(path), example=""), value, "a table", write=f"[{dotted(path)}]")


def value_of(settings: Settings, field: Field[T]) -> T:
    """The typed value of a key that is known to be set."""
    return field.decode(settings[field.key.path].value)


def value_if_set(settings: Settings, field: Field[T]) -> T | None:
    """The typed value of a key, or `None`."""
    return value_of(settings, field) if field.key.path in settings else None


def _entry(
    shape: Shape, path: tuple[str, ...], value: object
) -> Field[object] | Shape | Callable[[str, object], Problem]:
    entry = shape.get(path[-1])
    if entry is None:
        raise UnknownKey(path, value, [name for name, known in shape.items() if isinstance(known, (Field, Mapping))])
    return entry
