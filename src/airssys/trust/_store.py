"""The trust file on disk: sealed, exchanged as a whole, with its older versions beside it.

    trust.toml              the rules, and the seal as its last line
    trust.toml.key          the key of the seal and the newest generation; private to the user who runs airssys
    trust.toml.backups/     the present version and the ten before it
    trust.toml.lock         held by the one who writes

A write puts the file there first, then remembers its generation: whoever reads remembers first and looks at the file
second, and so never takes a writer's work for tampering. A write that was killed leaves the old version or the new one.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from airssys.errors import TrustFileInvalid, TrustFileUnusable, TrustTampered
from airssys.trust._backups import Backups
from airssys.trust._files import NotPrivate, read_file, refusal, sweep, write_file
from airssys.trust._seal import SealBroken, Sealed, SealRecord, without_seal

#: Thousands of rules; every decision looks at each of them.
MAX_FILE_BYTES: Final = 256 * 1024


class TrustStore:
    """One trust file. Holds nothing open between calls; several processes may use the same file.

    Every method waits for the disk; those that write also wait for other writers. All raise `TrustFileUnusable` when
    the system refuses.

    Args:
        path: of the trust file. Its folder is made, private, by the first write.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(os.path.abspath(path))
        self.key_path = self.path.with_name(self.path.name + ".key")
        self._backups = Backups(self.path.with_name(self.path.name + ".backups"))
        self._lock_path = self.path.with_name(self.path.name + ".lock")

    @property
    def files(self) -> tuple[Path, ...]:
        """All that belongs to it, whether it is there or not; the backups are a folder."""
        return (self.path, self.key_path, self._backups.folder, self._lock_path)

    def read(self) -> Sealed:
        """The text that was written last.

        Raises:
            TrustTampered: the file is not what was written last.
        """
        with self._unusable("read"):
            try:
                return self._read()
            except TrustTampered:
                with self._settled():
                    return self._read()

    def write(self, change: Callable[[str], str]) -> Sealed:
        """Exchange the text for what `change` makes of it; without a file, of nothing.

        Raises:
            TrustTampered: the file is not what was written last; it stays as it is.
        """
        with self._unusable("write"):
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._locked():
                sealed = self._read() if self.is_begun() else Sealed(text="", generation=0)
                text = change(sealed.text)
                record = SealRecord.read(self.key_path) if sealed.generation else SealRecord.new()
                self._backups.keep(record.at(sealed.generation), sealed.text)
                return self._replace(record.at(sealed.generation), text)

    def accept(self, text: str) -> Sealed:
        """Seal the file, whoever wrote it. Makes a new key where the old one cannot be relied on.

        Args:
            text: what a person saw in `unverified_text`, and wants.

        Raises:
            TrustTampered: the file has another text by now; nothing changes.
        """
        with self._unusable("seal"), self._locked():
            if self.unverified_text() != text:
                raise TrustTampered(f"{self.path} was changed again while it was looked at")
            try:
                record = SealRecord.read(self.key_path)
            except (OSError, SealBroken):
                record = SealRecord.new(generation=self._backups.last)
                record.write(self.key_path)
            return self._replace(record, text)

    def is_begun(self) -> bool:
        """Whether a version was ever written, be it there or not. A first write that was killed wrote none.

        Raises:
            TrustTampered: the key of the seal cannot be relied on.
        """
        with self._unusable("read"):
            record = self._record()
            return os.path.lexists(self.path) or (record is not None and record.generation > 0)

    def unverified_text(self) -> str:
        """What stands in the file, whoever wrote it: to be shown, never to be acted on."""
        with self._unusable("read"):
            content = without_seal(read_file(self.path, MAX_FILE_BYTES))
        try:
            return content.decode()
        except UnicodeDecodeError as error:
            raise TrustFileInvalid(
                f"{self.path}: this file is not UTF-8: {error.reason} at byte {error.start}"
            ) from None

    def newest_backup(self) -> tuple[Path, Sealed] | None:
        """The newest version that was sealed with the present key, and its file; None when there is none."""
        try:
            return self._backups.newest(SealRecord.read(self.key_path), MAX_FILE_BYTES)
        except (OSError, SealBroken):
            return None

    def _read(self) -> Sealed:
        record = self._record()
        content = self._content(record)
        if record is None:
            raise self._tampered(f"{self.key_path.name}, the key of its seal, is not there: it was never sealed here")
        try:
            sealed = record.unseal(content)
        except SealBroken as why:
            raise self._tampered(str(why)) from None
        if sealed.generation < record.generation:
            raise self._tampered(f"it is version {sealed.generation}, and version {record.generation} was written")
        return sealed

    def _record(self) -> SealRecord | None:
        try:
            return SealRecord.read(self.key_path)
        except FileNotFoundError:
            return None
        except (NotPrivate, SealBroken) as why:
            raise self._tampered(f"the key of its seal, {self.key_path.name}, cannot be relied on: {why}") from None

    def _content(self, record: SealRecord | None) -> bytes:
        try:
            return read_file(self.path, MAX_FILE_BYTES)
        except FileNotFoundError:
            if record is not None and record.generation:
                raise TrustTampered(
                    f"{self.path} was removed, and version {record.generation} was written",
                    hint=f"put a version of {self._backups.folder} back, or remove {self.key_path} to begin anew",
                ) from None
            raise

    def _replace(self, record: SealRecord, text: str) -> Sealed:
        following = record.at(record.generation + 1)
        content = following.seal(text)
        if len(content) > MAX_FILE_BYTES:
            raise TrustFileInvalid(f"{self.path} would have more than {MAX_FILE_BYTES} bytes")
        if record.generation == 0:
            record.write(self.key_path)
        write_file(self.path, content)
        following.write(self.key_path)
        self._backups.keep(following, text)
        self._backups.prune(following.generation)
        return following.unseal(content)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(self._lock_path, flags, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            sweep(self.path.parent, self.path.name)
            yield
        finally:
            os.close(descriptor)

    @contextlib.contextmanager
    def _settled(self) -> Iterator[None]:
        """While nobody writes: a new key and the file that it seals do not come in one step."""
        with contextlib.ExitStack() as stack:
            with contextlib.suppress(OSError):  # where we cannot lock, nobody can write
                stack.enter_context(self._locked())
            yield

    @contextlib.contextmanager
    def _unusable(self, verb: str) -> Iterator[None]:
        """The border to the system: what it refuses becomes an error of ours."""
        try:
            yield
        except FileNotFoundError:
            raise TrustFileUnusable(f"there is no trust file {self.path}") from None
        except OSError as error:
            raise TrustFileUnusable(f"cannot {verb} {self.path}: {refusal(error)}") from error

    def _tampered(self, why: str) -> TrustTampered:
        return TrustTampered(f"{self.path} is not what `airssys trust` wrote last: {why}")
