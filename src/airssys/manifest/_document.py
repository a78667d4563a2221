"""Reading one TOML file, whoever wrote it, at a cost that is bounded."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ._file_problems import (
    FileTooLarge,
    ManifestNotFound,
    ManifestUnreadable,
    NestedTooDeep,
    NotAManifest,
    NotUtf8,
    TomlSyntax,
)
from ._scan import MAX_DEPTH, KeyLines, find_wild_line, key_lines
from ._shown import printable, size

#: A manifest is a page of text; 64 KiB keeps the parser, whose time grows faster than the text, far below a second.
MAX_FILE_BYTES: Final = 64 * 1024

#: The parser quotes keys, and a key can be as long as the file.
MAX_REASON_CHARACTERS: Final = 200

MANIFEST_FILE: Final = "Component.toml"

_WHERE: Final = re.compile(r" \(at (?:line (?P<line>[0-9]+), column (?P<column>[0-9]+)|end of document)\)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file that is TOML; nothing is known about its keys yet.

    Attributes:
        path: the file, as it was named.
        table: what `tomllib` made of it.
        lines: on which line each key stands.
        sha256: of the bytes that were parsed, hexadecimal.
    """

    path: Path
    table: Mapping[str, object]
    lines: KeyLines
    sha256: str

    @property
    def file(self) -> str:
        """The file as messages name it."""
        return str(self.path)

    def line_of(self, path: tuple[str, ...]) -> int | None:
        """The line of a key, or else of the nearest table around it; `None` when no table around it has one."""
        return next((self.lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in self.lines), None)


def manifest_path(path: str | os.PathLike[str]) -> Path:
    """The manifest that a path names: the file itself, or `Component.toml` of a folder.

    Raises:
        NotAManifest: the path names a component.
    """
    named = Path(path)
    if named.suffix in (".wasm", ".wat"):
        raise NotAManifest(
            "this is a component, not its manifest",
            expected=f"a {MANIFEST_FILE} or the folder that holds it",
            file=str(named),
        )
    return named / MANIFEST_FILE if os.path.isdir(named) else named


def read_document(path: Path) -> Document:
    """Read and parse a file.

    Raises:
        ManifestError: it is not there, not readable, too large, not UTF-8 or not TOML.
    """
    content = _bytes_of(path)
    text = _decoded(path, content)
    wild_line = find_wild_line(text)
    if wild_line is not None:
        expected = f"at most {MAX_DEPTH} levels of brackets, and parts of a dotted key"
        raise NestedTooDeep("this line is nested too deep", expected=expected, file=str(path), line=wild_line)
    table = _parsed(path, text)
    return Document(path=path, table=table, lines=key_lines(text), sha256=hashlib.sha256(content).hexdigest())


def _bytes_of(path: Path) -> bytes:
    file = str(path)
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would block, a device would never end
            raise ManifestUnreadable("this is not a regular file", file=file)
        with path.open("rb") as stream:
            content = stream.read(MAX_FILE_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise ManifestNotFound("there is no such file", file=file) from None
    except OSError as error:
        raise ManifestUnreadable(f"this file cannot be read: {error.strerror}", file=file) from error
    except ValueError as error:  # a path with a null character
        raise ManifestUnreadable(f"this path cannot be opened: {error}", file=file) from None
    if len(content) > MAX_FILE_BYTES:
        raise FileTooLarge("this file is too large", expected=f"at most {size(MAX_FILE_BYTES)}", file=file)
    return content


def _decoded(path: Path, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        said = f"this file is not UTF-8: {error.reason} at byte {error.start}"
        line = content.count(b"\n", 0, error.start) + 1
        raise NotUtf8(said, file=str(path), line=line) from None


def _parsed(path: Path, text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        where = _WHERE.search(said)
        end = text.count("\n") + 1, len(text) - text.rfind("\n")
        line, column = (int(where["line"]), int(where["column"])) if where and where["line"] else end
        said = printable(_WHERE.sub("", said))[:MAX_REASON_CHARACTERS]
        raise TomlSyntax(said, file=str(path), line=line, column=column) from None
    except ValueError:  # Python reads no integer of more than 4300 digits
        raise TomlSyntax("a number has too many digits", file=str(path), line=None, column=None) from None
