"""Problems of files: not there, not readable, not TOML, too large, in a circle; and the component that is not there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ._problem import Problem
from ._shown import printable


class ManifestNotFound(Problem):
    """There is no such file, or the folder has no manifest in it."""

    code = "manifest-not-found"
    hint = "check the path: it names a Component.toml, a folder that holds one, or the operator's host.toml"


class ManifestUnreadable(Problem):
    """The file is there, but cannot be read, or is no regular file."""

    code = "manifest-unreadable"
    hint = "make it a regular file that this process may read"


class NotAManifest(Problem):
    """The path names a component where its manifest is wanted."""

    code = "not-a-manifest"
    hint = "write a Component.toml beside it: a component runs only under limits that a manifest declares"


class FileTooLarge(Problem):
    """The file is larger than any manifest needs to be."""

    code = "manifest-too-large"
    hint = "a manifest is a page of text; move data out of it"


class NestedTooDeep(Problem):
    """The file nests deeper than any manifest needs to."""

    code = "nested-too-deep"
    hint = "a manifest has tables inside tables, and lists of texts; nothing in it is deeper"


class NotUtf8(Problem):
    """The file is not UTF-8, which TOML requires."""

    code = "not-utf8"
    hint = "save the file as UTF-8"


class TomlSyntax(Problem):
    """The file is not TOML.

    Attributes:
        column: where in the line, from 1; `None` when the parser does not say.
    """

    code = "toml-syntax"
    hint = "see https://toml.io/en/v1.0.0; texts need quotes, and every key stands once"

    def __init__(self, said: str, *, file: str, line: int | None, column: int | None) -> None:
        super().__init__(f"this is not TOML: {said}", file=file, line=line)
        self.column = column

    @property
    def place(self) -> str:
        """`file:line:column` as far as known."""
        return super().place + (f":{self.column}" if self.column is not None else "")


class ExtendsCycle(Problem):
    """A manifest extends itself, directly or through others."""

    code = "extends-cycle"
    hint = "remove one `extends` of the circle"

    def __init__(self, files: Sequence[str]) -> None:
        circle = " -> ".join(printable(file) for file in files)
        super().__init__("the chain of `extends` is a circle", key="extends", found=circle)


class ExtendsTooLong(Problem):
    """A chain of `extends` has more links than anybody can follow."""

    code = "extends-too-long"
    hint = "merge some of the files"


class WasmNotFound(Problem):
    """The component itself is not where the manifest says, or leads out of the manifest's folder.

    Attributes:
        tried: every path that was looked at.
    """

    code = "wasm-not-found"
    hint = "build the component, or name its file with `wasm` in [component]"

    def __init__(self, summary: str, *, tried: Sequence[Path], expected: str = "") -> None:
        self.tried = tuple(tried)
        found = ", ".join(printable(str(path)) for path in self.tried)
        super().__init__(summary, key="component.wasm", expected=expected)
        self._tried_text = found

    @property
    def details(self) -> tuple[tuple[str, str], ...]:
        """The paths that were tried, and what was expected there."""
        return (("tried", self._tried_text), *super().details)
