"""Older versions of the trust file, each under its generation, sealed as it was."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Final

from airssys.trust._files import read_file, sweep, write_file
from airssys.trust._seal import SealBroken, Sealed, SealRecord

#: Older versions that are kept besides the present one.
BACKUPS: Final = 10


class Backups:
    """A folder of versions. Only who holds the lock of the trust file writes to it.

    Args:
        folder: made, private, by the first write.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, record: SealRecord, text: str) -> None:
        """See that a version is there; it is not when the write of that version was killed."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        sweep(self.folder)
        path = self._path(record.generation)
        if record.generation and not path.exists():
            write_file(path, record.seal(text))

    def prune(self, newest: int) -> None:
        """Remove all that are more than `BACKUPS` versions older than the newest."""
        for generation in self._generations():
            if generation < newest - BACKUPS:
                self._path(generation).unlink(missing_ok=True)

    @property
    def last(self) -> int:
        """The newest generation that is there; 0 when there is none."""
        return max(self._generations(), default=0)

    def newest(self, record: SealRecord, most: int) -> tuple[Path, Sealed] | None:
        """The newest version of at most so many bytes that this key sealed; None when there is none."""
        for generation in sorted(self._generations(), reverse=True):
            path = self._path(generation)
            with contextlib.suppress(OSError, SealBroken):
                return path, record.unseal(read_file(path, most))
        return None

    def _generations(self) -> tuple[int, ...]:
        if not self.folder.is_dir():
            return ()
        return tuple(int(path.stem) for path in self.folder.glob("*.toml") if path.stem.isdecimal())

    def _path(self, generation: int) -> Path:
        return self.folder / f"{generation:06d}.toml"
