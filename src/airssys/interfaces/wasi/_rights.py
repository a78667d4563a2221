"""What a component may do with files and variables, as its gate says it now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Final, Protocol

from airssys.capabilities import Action, Kind, Request
from airssys.clock import Clock
from airssys.policy import Gate, SecurityContext, allows_below, move_widens

from ._codes import Refusal

#: Denials of one component a second, and at once; whoever is denied more often waits before it is told. Each different
#: one is a record, so this bounds what a guest can make the audit log grow by. Programs are not denied so often.
DENIALS_PER_SECOND: Final = 100

#: Deepest folder that patterns are compared with as a whole, which takes time in proportion to its depth times theirs.
_MAX_DEPTH: Final = 64

#: What an entry of a folder counts besides what is in it: an inode of ext4, as mkfs.ext4(8) makes them. Without this, a
#: guest could fill a disk with empty files.
ENTRY_BYTES: Final = 256

#: Folders whose passing is remembered for each component; one is asked about at every path that leads through it.
_REMEMBERED: Final = 256

ACTIONS: Final = (Action.READ, Action.WRITE)


class Storage(Protocol):
    """The quota of what a component keeps, in bytes. Any thread may call it."""

    def take(self, size_bytes: int) -> None:
        """Charge what is about to be kept.

        Raises:
            QuotaExceeded: it does not fit; nothing was charged.
        """

    def give_back(self, size_bytes: int) -> None:
        """What is kept no longer. More than was charged counts as all of it."""


@contextmanager
def new_entry(storage: Storage, more_bytes: int = 0) -> Iterator[None]:
    """Charge an entry of a folder that is about to be made, and give it back if it is not.

    Args:
        more_bytes: what it holds besides: the text of a link.

    Raises:
        QuotaExceeded: it does not fit.
    """
    storage.take(ENTRY_BYTES + more_bytes)
    try:
        yield
    except BaseException:
        storage.give_back(ENTRY_BYTES + more_bytes)
        raise


class Denied(Refusal):
    """A right is missing, which is recorded.

    Attributes:
        pause_seconds: how long the guest waits before it is told.
    """

    def __init__(self, pause_seconds: float, code: str = "access") -> None:
        super().__init__(code)
        self.pause_seconds = pause_seconds


class Held:
    """What was granted for one open file. It holds until the component's rights change, and is asked for anew then."""

    __slots__ = ("_context", "_rights", "actions", "requests")

    def __init__(self, rights: Rights, context: SecurityContext, requests: tuple[Request, ...]) -> None:
        self._rights = rights
        self._context = context
        self.requests = requests
        self.actions = frozenset(request.action for request in requests)

    def check(self) -> None:
        """Whoever acts on the file calls this first.

        Raises:
            Denied: the right was taken back meanwhile.
        """
        context = self._rights.gate.context
        if context is not self._context:
            self._rights.ask(self.requests)
            self._context = context


class Rights:
    """One component's. Any thread may ask.

    Args:
        gate: of the component.
        clock: for how often it is denied something.
    """

    def __init__(self, gate: Gate, clock: Clock) -> None:
        self.gate = gate
        self._clock = clock
        self._room = float(DENIALS_PER_SECOND)
        self._room_at = clock.monotonic()
        self._passable = lru_cache(_REMEMBERED)(_is_passable)

    def require(self, place: str, *actions: Action) -> Held:
        """Ask for all that one act on a file needs; recorded.

        Args:
            place: the file's absolute path, resolved.

        Raises:
            Denied: something of it is not allowed.
        """
        requests = tuple([Request(Kind.FILESYSTEM, action, place) for action in actions])
        context = self.gate.context
        self.ask(requests)
        return Held(self, context, requests)

    def ask(self, requests: tuple[Request, ...]) -> None:
        """Ask for all of them; recorded.

        Raises:
            Denied: something of it is not allowed.
        """
        if self.gate.grant(requests[0], *requests[1:]) is None:
            now = self._clock.monotonic()
            self._room = min(float(DENIALS_PER_SECOND), self._room + (now - self._room_at) * DENIALS_PER_SECOND)
            self._room_at = now
            self._room -= 1.0
            raise Denied(0.0 if self._room >= 0.0 else 1.0 / DENIALS_PER_SECOND)

    def allows(self, place: str, action: Action) -> bool:
        """Whether `require` would allow it. Nothing is recorded, and nothing may be done on the strength of it."""
        return self.gate.decide(Request(Kind.FILESYSTEM, action, place)).allowed

    def is_passable(self, folder: str) -> bool:
        """Whether paths may lead through a folder: some right is about it, or about something below it."""
        return self._passable(self.gate.context, folder)

    def require_move(self, old: str, new: str, *, folder: bool) -> None:
        """Ask for moving, or linking, something from one path to another; recorded.

        Raises:
            Denied, Refusal: it may not write both, or the move would open what is not open to it now.
        """
        self.require(old, Action.WRITE)
        self.require(new, Action.WRITE)
        too_deep = folder and max(old.count("/"), new.count("/")) > _MAX_DEPTH
        if too_deep or move_widens(self.gate.context, old, new, folder=folder):
            for action in ACTIONS:
                if self.allows(new, action):
                    self.require(old, action)
            raise Refusal("access")


def _is_passable(context: SecurityContext, folder: str) -> bool:
    return folder.count("/") <= _MAX_DEPTH and any(allows_below(context, action, folder) for action in ACTIONS)
