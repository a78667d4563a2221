"""Remembering what was decided."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeAlias, TypeVar

from ._kinds import Action, Kind
from ._request import Request

#: Most decisions that are remembered; the one that was not asked for longest is forgotten first. Ours: a component that
#: works on more resources than this at a time does more with each of them than a decision costs.
MAX_REMEMBERED: Final = 512

#: Longer resources are decided anew each time, so that a guest cannot fill the memory with them: with the most
#: remembered, at most 256 KiB of text for each component.
MAX_REMEMBERED_CHARACTERS: Final = 512

T = TypeVar("T")

Decide: TypeAlias = Callable[[Kind, Action, str], T]


def remembering(decide: Callable[[Request], T], *, max_remembered: int = MAX_REMEMBERED) -> Decide[T]:
    """The same decision by the parts of a request, remembered: for whoever is asked the same again and again.

    What is remembered is never made anew, so `decide` has to give the same answer to the same request for as long as
    the result of this is kept. Threads may share it.

    >>> from airssys.capabilities import CapabilitySet
    >>> rights = CapabilitySet.of({"storage.read": ["invoices"]})
    >>> allows = remembering(rights.allows)
    >>> str(allows(Kind.STORAGE, Action.READ, "invoices")), allows(Kind.STORAGE, Action.READ, "rates")
    ('storage read invoices', None)
    """

    @lru_cache(max_remembered)
    def remembered(kind: Kind, action: Action, resource: str) -> T:
        return decide(Request(kind, action, resource))

    def decided(kind: Kind, action: Action, resource: str) -> T:
        if len(resource) > MAX_REMEMBERED_CHARACTERS:
            return decide(Request(kind, action, resource))
        return remembered(kind, action, resource)

    return decided
