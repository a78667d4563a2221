"""The objects of a repository, each under the id that its content has."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Final

from airssys.trust._files import refusal
from airssys.trust.git._effort import Effort
from airssys.trust.git._ids import GitUnreadable, ObjectFormat
from airssys.trust.git._loose import read_loose
from airssys.trust.git._pack import read_packed

#: More than `git gc` ever leaves (gc.autoPackLimit is 50).
_MAX_PACKS: Final = 1000


class Objects:
    """The objects of one repository. Keeps those that were asked for, which the effort bounds.

    Args:
        folder: where they are: `.git/objects`.
        id_format: how they are named.
        effort: what reading them may take.
    """

    def __init__(self, folder: Path, id_format: ObjectFormat, effort: Effort) -> None:
        self._folder = folder
        self._id_format = id_format
        self._effort = effort
        self._known: dict[tuple[str, str], bytes] = {}

    def read(self, kind: str, object_id: str) -> bytes:
        """The content of an object, which has that id.

        Raises:
            GitUnreadable: it is not there, or what is there is something else, or it takes too much to read.
        """
        if (kind, object_id) not in self._known:
            self._known[kind, object_id] = self._verified(kind, object_id)
        return self._known[kind, object_id]

    def _verified(self, kind: str, object_id: str) -> bytes:
        try:
            found = read_loose(self._folder, object_id, self._effort) or self._packed(object_id)
        except OSError as error:
            raise GitUnreadable(f"object {object_id} cannot be read: {refusal(error)}") from None
        if found is None:
            raise GitUnreadable(f"object {object_id} is not in it")
        if found[0] != kind or self._id_format.id_of(kind, found[1]) != object_id:
            raise GitUnreadable(f"object {object_id} is not what its name says")
        return found[1]

    def _packed(self, object_id: str) -> tuple[str, bytes] | None:
        packs = (read_packed(index, self._id_format, object_id, self._effort) for index in self._indices)
        return next((found for found in packs if found is not None), None)

    @cached_property
    def _indices(self) -> tuple[Path, ...]:
        return tuple(sorted((self._folder / "pack").glob("*.idx"))[:_MAX_PACKS])
