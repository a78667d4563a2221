"""What a repository's names stand for (gitrepository-layout(5)): HEAD, branches, and branches as last fetched."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from airssys.trust._files import read_file
from airssys.trust.git._effort import Effort
from airssys.trust.git._ids import GitUnreadable, ObjectFormat

#: A name stands for an id, or for another name.
_MAX_REF_BYTES: Final = 4096
#: About 100,000 names.
_MAX_PACKED_BYTES: Final = 8 * 1024 * 1024
#: As deep as Git follows (SYMREF_MAXDEPTH).
_MAX_LINKS: Final = 5
#: A line of `packed-refs`; the others are comments, or say what a tag is of.
_PACKED: Final = re.compile(r"^(?P<commit>[0-9a-f]{40}(?:[0-9a-f]{24})?) (?P<name>refs/[^ \n]+)$", re.MULTILINE)
_NAME: Final = re.compile(r"refs(?:/(?!\.)[^/\s\\~^:?*\[\x00-\x1f\x7f]+)+")


class Refs:
    """The names of one repository. Reads those that are packed at once, the others when they are asked for.

    Args:
        folder: of the repository's own files.
        id_format: how its objects are named.
        effort: what reading them may take.
    """

    def __init__(self, folder: Path, id_format: ObjectFormat, effort: Effort) -> None:
        self._folder = folder
        self._id_format = id_format
        self._effort = effort
        self._packed = _packed(folder)

    def head(self) -> str:
        """The id of the commit that is checked out.

        Raises:
            GitUnreadable: there is none, or it cannot be told.
        """
        name = "HEAD"
        for _ in range(_MAX_LINKS):
            text = self._loose(name) or self._packed.get(name)
            if text is None:
                raise GitUnreadable(f"{name} stands for no commit")
            if self._id_format.is_id(text):
                return text
            name = text.removeprefix("ref:").strip()
            if not text.startswith("ref:") or not _is_name(name):
                break
        raise GitUnreadable("HEAD is not understood")

    def branches_at(self, commit: str, *, remote: str) -> frozenset[str]:
        """The branches of a remote whose tip, as last fetched, is the commit.

        Raises:
            GitUnreadable: there are too many to look at.
        """
        prefix = f"refs/remotes/{remote}/"
        if not _is_name(prefix + "x"):
            raise GitUnreadable(f"the name of remote {remote[:80]!a} is not understood")
        tips = {name: tip for name, tip in self._packed.items() if name.startswith(prefix)}
        for name in _names_below(self._folder / prefix, self._effort):
            tips[prefix + name] = self._loose(prefix + name) or ""
        return frozenset(name.removeprefix(prefix) for name, tip in tips.items() if tip == commit)

    def _loose(self, name: str) -> str | None:
        try:
            return read_file(self._folder / name, _MAX_REF_BYTES).decode("ascii", "replace").rstrip("\n")
        except (FileNotFoundError, NotADirectoryError):
            return None


def _is_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None and ".." not in text


def _names_below(folder: Path, effort: Effort) -> Iterator[str]:
    for place, _, files in os.walk(folder):
        effort.spend(steps=1 + len(files))
        yield from (os.path.relpath(os.path.join(place, file), folder) for file in files)


def _packed(folder: Path) -> dict[str, str]:
    """All names in `packed-refs`. A line that is none counts for nothing."""
    try:
        text = read_file(folder / "packed-refs", _MAX_PACKED_BYTES).decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return {}
    return {line["name"]: line["commit"] for line in _PACKED.finditer(text)}
