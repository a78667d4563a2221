"""The files of a log in a folder: their names, and their lines.

`audit-00000000000000000001.jsonl` begins with record 1. A file that grew large is followed by the next one, whose name
says with which record it begins; the chain goes on across them. Nothing here deletes a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

_NAME: Final = re.compile(r"audit-([0-9]{20})\.jsonl", re.ASCII)

#: No record is longer: a resource of 4096 characters takes six bytes each as a JSON escape, twice over sixteen bits.
MAX_LINE_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file.

    Attributes:
        file: the file's name.
        number: which line, from 1.
        end: how many bytes of the file end with it.
        content: without the line break.
        is_whole: it has a line break.
    """

    file: str
    number: int
    end: int
    content: bytes
    is_whole: bool

    @property
    def place(self) -> str:
        """Where it is, for messages."""
        return f"{self.file}:{self.number}"


def file_name(first: int) -> str:
    """The name of the file that begins with a record."""
    return f"audit-{first:020d}.jsonl"


def first_of(name: str) -> int:
    """The record that a file begins with, by its name."""
    match = _NAME.fullmatch(name)
    return int(match[1]) if match else 0


def files_in(folder: Path) -> list[Path]:
    """The files of a log, in their order.

    Raises:
        OSError: the folder cannot be read.
    """
    return sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))


def lines_of(path: Path, start: int = 0) -> Iterator[Line]:
    """The lines of a file from a byte on; lines are counted from there.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        file.seek(start)
        yield from _lines(file, path.name, start)


def _lines(file: BinaryIO, name: str, end: int) -> Iterator[Line]:
    number = 0
    while content := file.readline(MAX_LINE_BYTES):
        number += 1
        end += len(content)
        yield Line(name, number, end, content.removesuffix(b"\n"), content.endswith(b"\n"))
