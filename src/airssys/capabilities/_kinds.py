"""What a component may ask for: five kinds of things, and what it may do with each."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from ._problems import CapabilityError


class Kind(StrEnum):
    """What is reached. Kinds never mix: a right to storage opens no path."""

    FILESYSTEM = "filesystem"
    NETWORK = "network"
    STORAGE = "storage"
    MESSAGING = "messaging"
    ENVIRONMENT = "environment"


class Action(StrEnum):
    """What is done with it. No action implies another one: who may write may not read for that."""

    READ = "read"
    WRITE = "write"
    CONNECT = "connect"
    SEND = "send"
    RECEIVE = "receive"
    PUBLISH = "publish"
    SUBSCRIBE = "subscribe"


#: The actions of each kind, in the order in which people are shown them.
ACTIONS: Final[Mapping[Kind, tuple[Action, ...]]] = MappingProxyType(
    {
        Kind.FILESYSTEM: (Action.READ, Action.WRITE),
        Kind.NETWORK: (Action.CONNECT,),
        Kind.STORAGE: (Action.READ, Action.WRITE),
        Kind.MESSAGING: (Action.SEND, Action.RECEIVE, Action.PUBLISH, Action.SUBSCRIBE),
        Kind.ENVIRONMENT: (Action.READ,),
    }
)

#: What is no action of its own because another one includes it.
INCLUDED: Final[Mapping[Kind, Mapping[str, Action]]] = MappingProxyType(
    {
        Kind.FILESYSTEM: {
            "list": Action.READ,
            "stat": Action.READ,
            "create": Action.WRITE,
            "delete": Action.WRITE,
            "rename": Action.WRITE,
        },
        Kind.STORAGE: {"delete": Action.WRITE},
    }
)

#: Every kind with each of its actions, in order.
RIGHTS: Final = tuple((kind, action) for kind, actions in ACTIONS.items() for action in actions)


def read_right(kind: str, action: str) -> tuple[Kind, Action]:
    """The kind and the action that these words name.

    Raises:
        CapabilityError: there is no such kind, or it has no such action.
    """
    if kind not in ACTIONS:
        raise CapabilityError(
            f"there is no kind {kind[:80]!a}{_nearest(kind, ACTIONS)}; there are {', '.join(ACTIONS)}"
        )
    known = ACTIONS[Kind(kind)]
    including = INCLUDED.get(Kind(kind), {}).get(action)
    if including is not None:
        raise CapabilityError(f"{kind} has no action {action}: {including} includes it")
    if action not in known:
        near = _nearest(action, known)
        raise CapabilityError(f"{kind} has no action {action[:80]!a}{near}; it has {', '.join(known)}")
    return Kind(kind), Action(action)


def _nearest(word: str, known: Iterable[str]) -> str:
    nearest = difflib.get_close_matches(word[:80].lower(), list(known), n=1)
    return f", did you mean {nearest[0]}" if nearest else ""
