"""The states of an approval, and which may follow which."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class State(StrEnum):
    """Where a request for approval stands."""

    PENDING = "pending"
    """Nobody has decided; the component does not run."""

    APPROVED = "approved"
    """A person gave what was asked for, or a part of it."""

    REJECTED = "rejected"
    """A person said no."""

    EXPIRED = "expired"
    """Nobody decided in time, or there was nothing left to decide. It is no answer: the component may ask again."""

    WITHDRAWN = "withdrawn"
    """It was approved, and a person took that back."""

    SUPERSEDED = "superseded"
    """It was approved, and a later approval stands in its place, or it was for one start and that start was made."""


#: What may follow each state. Whatever is not here does not happen.
TRANSITIONS: Final[Mapping[State, frozenset[State]]] = MappingProxyType(
    {
        State.PENDING: frozenset({State.APPROVED, State.REJECTED, State.EXPIRED}),
        State.APPROVED: frozenset({State.WITHDRAWN, State.SUPERSEDED}),
        State.REJECTED: frozenset(),
        State.EXPIRED: frozenset(),
        State.WITHDRAWN: frozenset(),
        State.SUPERSEDED: frozenset(),
    }
)
