"""Files and folders that a component holds open: counted, shared by its descriptor and its streams, closed with it."""

from __future__ import annotations

import contextlib
import os
import resource
import stat
import threading
from collections import Counter
from collections.abc import Callable
from typing import Final, TypeAlias, TypeVar

from ._codes import Refusal
from ._kernel import NotCached, is_local
from ._rights import Held, Storage
from ._work import BlockingWork

T = TypeVar("T")

#: Which file it is: device and inode.
Identity: TypeAlias = tuple[int, int]

#: Most files that one component holds open, unless the host says otherwise (design: authority, files).
DEFAULT_MAX_DESCRIPTORS: Final = 256


class Descriptors:
    """Counts what one component holds open. The process has a bound of its own: all components together leave half of
    its file descriptors to the host. Any thread may use it.

    Args:
        limit: most that the component may hold at a time.
        storage: given back what a file holds that loses its last name while it is open, when it is closed.
    """

    _lock: Final = threading.Lock()
    _all: int = 0

    def __init__(self, limit: int, storage: Storage) -> None:
        self._limit = limit
        self._storage = storage
        self._most = _process_limit()
        self._mine = 0
        self._open: Counter[Identity] = Counter()
        self._nameless: set[Identity] = set()

    def take(self) -> None:
        """Count one more, before it is opened.

        Raises:
            Refusal: `quota`.
        """
        with Descriptors._lock:
            if self._mine >= self._limit or Descriptors._all >= self._most:
                raise Refusal("quota")
            self._mine += 1
            Descriptors._all += 1

    def give_back(self) -> None:
        """One was closed."""
        with Descriptors._lock:
            self._mine -= 1
            Descriptors._all -= 1

    def opened(self, file: Identity) -> None:
        """One of those that were taken is for this file."""
        with Descriptors._lock:
            self._open[file] += 1

    def lost_its_name(self, file: Identity) -> bool:
        """The last name of a file is gone; whether the file stays because it is open."""
        with Descriptors._lock:
            stays = file in self._open
            if stays:
                self._nameless.add(file)
        return stays

    def close(self, file: Identity, fd: int) -> None:
        """Close one, and give it back."""
        with Descriptors._lock:
            self._open[file] -= 1
            goes = not self._open[file] and file in self._nameless
            if not self._open[file]:
                del self._open[file]
                self._nameless.discard(file)
        size = os.fstat(fd).st_size if goes else 0
        with contextlib.suppress(OSError):  # what was written and could not be kept: who wants to know that syncs
            os.close(fd)
        self.give_back()
        self._storage.give_back(size)

    @property
    def held(self) -> int:
        """How many are open."""
        return self._mine


def _process_limit() -> int:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 1 << 20 if soft == resource.RLIM_INFINITY else soft // 2


class OpenFile:
    """A file descriptor with what was granted for it. Whoever uses it retains it; the last one's release closes it.

    Args:
        fd: taken over.
        descriptors: where it was counted.
        root: the absolute path of the preopened folder that it was reached through.
        held: what was granted; None for a folder that paths merely lead through.
        flags: `descriptor-flags` that it was opened with.

    Attributes:
        mode: the file's type and permissions.
        identity: which file it is: device and inode.
        is_quick: its metadata is at hand without a disk or a network.
    """

    __slots__ = (
        "_descriptors",
        "_lock",
        "_users",
        "_work",
        "fd",
        "flags",
        "held",
        "identity",
        "is_folder",
        "is_quick",
        "mode",
        "root",
    )

    def __init__(
        self,
        fd: int,
        *,
        status: os.stat_result,
        descriptors: Descriptors,
        work: BlockingWork,
        root: str,
        held: Held | None,
        flags: frozenset[str],
        is_quick: bool | None = None,
    ) -> None:
        self.fd = fd
        self.mode = status.st_mode
        self.is_folder = stat.S_ISDIR(self.mode)
        self.identity = (status.st_dev, status.st_ino)
        self.root = root
        self.held = held
        self.flags = flags
        self.is_quick = is_local(fd) if is_quick is None else is_quick
        self._descriptors = descriptors
        descriptors.opened(self.identity)
        self._work = work
        self._users = 1
        self._lock = threading.Lock()

    def retain(self) -> None:
        """One more uses it."""
        with self._lock:
            self._users += 1

    def release(self) -> None:
        """One less."""
        with self._lock:
            self._users -= 1
            last = not self._users
        if last and self._closes_at_once():
            self._descriptors.close(self.identity, self.fd)
        elif last:
            self._work.send(lambda: self._descriptors.close(self.identity, self.fd))

    def _closes_at_once(self) -> bool:
        """Whether closing has nothing to write and nothing to delete, so that it cannot wait for a disk."""
        return self.is_folder or (self.is_quick and "write" not in self.flags and os.fstat(self.fd).st_nlink > 0)

    async def run(self, work: Callable[[], T], *, discard: Callable[[T], object] | None = None) -> T:
        """Do something with it that may wait, off the loop; it stays open until that has ended."""

        def retained() -> T:
            try:
                return work()
            finally:
                self.release()

        self.retain()
        return await self._work.run(retained, discard=discard)

    async def look(self, work: Callable[[], T]) -> T:
        """Do something that needs only its metadata: at once, where that is at hand."""
        return work() if self.is_quick else await self.run(work)

    async def find(self, work: Callable[[bool], T], *, discard: Callable[[T], object] | None = None) -> T:
        """Do something with a path below it: at once with what the kernel has at hand, off the loop with the rest.

        Args:
            work: told whether it is to do only with that; it raises `NotCached` when that does not suffice.
            discard: as for `run`.
        """
        if self.is_quick:
            try:
                return work(True)
            except NotCached:
                pass
        return await self.run(lambda: work(False), discard=discard)
