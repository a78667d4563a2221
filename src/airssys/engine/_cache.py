"""Machine code on disk, authenticated: what does not verify is never loaded, only compiled again.

Serialised code is trusted input to native code (design rule 12). It is kept in a directory of our own (0700), under a
name derived from digest, engine and settings, and authenticated with a key that lives beside it (0600). The name is
part of what is authenticated, so files cannot be swapped.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
import stat
from pathlib import Path
from typing import BinaryIO, Final

import platformdirs

_KEY_FILE: Final = "key"
_KEY_BYTES: Final = 32
_TAG_BYTES: Final = hashlib.sha256().digest_size
#: The cache shrinks to this when something is added; machine code of a few hundred components.
DEFAULT_MAX_CACHE_BYTES: Final = 512 * 1024 * 1024


def default_cache_folder() -> Path:
    """Where the cache lives unless the operator says otherwise."""
    return Path(platformdirs.user_cache_dir("airssys")) / "compiled"


class CodeCache:
    """A private store of machine code. Every failure of the disk means "not cached", never an error of the caller.

    Args:
        folder: made with mode 0700; not used when it belongs to somebody else or is a link.
        max_bytes: least recently used files go first beyond this.
    """

    def __init__(self, folder: Path, max_bytes: int = DEFAULT_MAX_CACHE_BYTES) -> None:
        self._folder = folder
        self._max_bytes = max_bytes

    @property
    def folder(self) -> Path:
        """Where the files are."""
        return self._folder

    def load(self, name: str) -> bytes | None:
        """What was stored under the name, if it verifies; a file that does not is removed."""
        try:
            if not self._private_folder():
                return None
            path = self._folder / name
            data = path.read_bytes()
            tag, content = data[:_TAG_BYTES], data[_TAG_BYTES:]
            if hmac.compare_digest(tag, self._tag(name, content)):
                os.utime(path)
                return content
            path.unlink()
        except OSError:
            pass
        return None

    def store(self, name: str, content: bytes) -> None:
        """Keep content under the name; whole or not at all."""
        with contextlib.suppress(OSError):
            if not self._private_folder():
                return
            temporary = self._folder / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
            try:
                with _create_private(temporary) as file:
                    file.write(self._tag(name, content))
                    file.write(content)
                temporary.replace(self._folder / name)
            finally:
                temporary.unlink(missing_ok=True)
            self._shrink()

    def _private_folder(self) -> bool:
        """Make the folder, and see that nobody else can write there."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = self._folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            return False
        if stat.S_IMODE(found.st_mode) & 0o077:
            self._folder.chmod(0o700)
        return True

    def _tag(self, name: str, content: bytes) -> bytes:
        mac = hmac.new(self._key(), digestmod=hashlib.sha256)
        mac.update(name.encode() + b"\0")
        mac.update(content)
        return mac.digest()

    def _key(self) -> bytes:
        path = self._folder / _KEY_FILE
        with contextlib.suppress(FileExistsError), _create_private(path) as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
            raise PermissionError(f"{path} is not a private file of this user")
        key = path.read_bytes()
        if len(key) != _KEY_BYTES:
            path.unlink()
            raise PermissionError(f"{path} is damaged")
        return key

    def _shrink(self) -> None:
        files = [(path, path.stat()) for path in self._folder.iterdir() if path.name != _KEY_FILE]
        excess = sum(found.st_size for _, found in files) - self._max_bytes
        for path, found in sorted(files, key=lambda entry: entry[1].st_mtime_ns):
            if excess <= 0:
                return
            path.unlink(missing_ok=True)
            excess -= found.st_size


def _create_private(path: Path) -> BinaryIO:
    """A new file that only this user can read; FileExistsError when there is one."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb")
