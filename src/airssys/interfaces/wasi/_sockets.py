"""`wasi:sockets`: all there, and all refused. Toolchains import it whether or not a program uses it.

What a component may reach over the network it reaches by name, through an interface that checks name and address. Raw
sockets would go round that, so no right opens them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from airssys.capabilities import Action, Kind, Request
from airssys.engine import Err
from airssys.policy import Gate

DENIED: Final = Err("access-denied")


class Network:
    """The resource `network`: there is nothing that could be done with it."""

    __slots__ = ()


class Sockets:
    """One component's refusals, each of them recorded."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def functions(self) -> dict[str, dict[str, Callable[..., Any]]]:
        """Every function that a guest can call without a socket, by interface."""
        return {
            "wasi:sockets/instance-network": {"instance-network": Network},
            "wasi:sockets/network": {"network-error-code": lambda _error: None},
            "wasi:sockets/ip-name-lookup": {"resolve-addresses": lambda _network, _name: self._refuse("name-lookup")},
            "wasi:sockets/tcp-create-socket": {"create-tcp-socket": lambda _family: self._refuse("tcp-socket")},
            "wasi:sockets/udp-create-socket": {"create-udp-socket": lambda _family: self._refuse("udp-socket")},
        }

    def _refuse(self, resource: str) -> Err[str]:
        """Refused whatever the gate says: it is asked so that it is recorded. What a guest looks for is not: names are
        its own choice, and this is no way to them.
        """
        self._gate.grant(Request(Kind.NETWORK, Action.CONNECT, resource))
        return DENIED
