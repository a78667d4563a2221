"""What a component may ask for: five kinds of things, and what it may do with each."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


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
