"""What a component may do with files and variables, as its gate says it now."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, Protocol

from airssys.capabilities import Action, Kind, Request
from airssys.errors import CapabilityDenied
from airssys.policy import Gate, SecurityContext, allows_below, move_widens

from ._codes import Refusal

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
            CapabilityDenied: the right was taken back meanwhile.
        """
        context = self._rights.gate.context
        if context is not self._context:
            self._rights.gate.require(*self.requests)
            self._context = context


class Rights:
    """One component's. Any thread may ask.

    Args:
        gate: of the component.
    """

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self._passable = lru_cache(_REMEMBERED)(_is_passable)

    def require(self, place: str, *actions: Action) -> Held:
        """Ask for all that one act on a file needs; recorded.

        Args:
            place: the file's absolute path, resolved.

        Raises:
            CapabilityDenied: something of it is not allowed.
        """
        requests = tuple([Request(Kind.FILESYSTEM, action, place) for action in actions])
        context = self.gate.context
        self.gate.require(*requests)
        return Held(self, context, requests)

    def allows(self, place: str, action: Action) -> bool:
        """Whether `require` would allow it. Nothing is recorded, and nothing may be done on the strength of it."""
        return self.gate.decide(Request(Kind.FILESYSTEM, action, place)).allowed

    def is_passable(self, folder: str) -> bool:
        """Whether paths may lead through a folder: some right is about it, or about something below it."""
        return self._passable(self.gate.context, folder)

    def require_move(self, old: str, new: str, *, folder: bool) -> None:
        """Ask for moving, or linking, something from one path to another; recorded.

        Raises:
            CapabilityDenied, Refusal: it may not write both, or the move would open what is not open to it now.
        """
        self.require(old, Action.WRITE)
        self.require(new, Action.WRITE)
        if move_widens(self.gate.context, old, new, folder=folder):
            self.require(old, *(action for action in ACTIONS if self.allows(new, action)))
            raise Refusal("access")


def _is_passable(context: SecurityContext, folder: str) -> bool:
    return any(allows_below(context, action, folder) for action in ACTIONS)


def is_allowed(rights: Rights, place: str, *actions: Action) -> bool:
    """`require` for whoever goes on without: recorded, whatever the answer is."""
    try:
        rights.require(place, *actions)
    except CapabilityDenied:
        return False
    return True
