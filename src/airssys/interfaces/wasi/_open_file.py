"""Files and folders that a component holds open: counted, shared by its descriptor and its streams, closed with it."""

from __future__ import annotations

import os
import resource
import stat
import threading
from collections.abc import Callable
from typing import Final, TypeVar

from ._codes import Refusal
from ._kernel import is_local
from ._rights import Held
from ._work import BlockingWork

T = TypeVar("T")

#: Most files that one component holds open, unless the host says otherwise (design: authority, files).
DEFAULT_MAX_DESCRIPTORS: Final = 256


class Descriptors:
    """Counts what one component holds open. The process has a bound of its own: all components together leave half of
    its file descriptors to the host. Any thread may use it.

    Args:
        limit: most that the component may hold at a time.
    """

    _lock: Final = threading.Lock()
    _all: int = 0

    def __init__(self, limit: int = DEFAULT_MAX_DESCRIPTORS) -> None:
        self._limit = limit
        self._most = _process_limit()
        self._mine = 0

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
        if last:
            os.close(self.fd)
            self._descriptors.give_back()

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
