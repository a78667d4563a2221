"""`wasi:sockets`: all there, and all refused. Toolchains import it whether or not a program uses it.

What a component may reach over the network it reaches by name, through an interface that checks name and address. Raw
sockets would go round that, so no right opens them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from airssys.capabilities import Action, Kind, Request
from airssys.engine import Err
from airssys.errors import CapabilityDenied
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
            "wasi:sockets/ip-name-lookup": {"resolve-addresses": self._resolve},
            "wasi:sockets/tcp-create-socket": {"create-tcp-socket": lambda _family: self._refuse("tcp-socket")},
            "wasi:sockets/udp-create-socket": {"create-udp-socket": lambda _family: self._refuse("udp-socket")},
        }

    def _resolve(self, _network: Network, name: str) -> Err[str]:
        return self._refuse(f"{name}:*")

    def _refuse(self, resource: str) -> Err[str]:
        """Refused whatever the gate says: it is asked so that it is recorded."""
        try:
            self._gate.require(Request(Kind.NETWORK, Action.CONNECT, resource))
        except CapabilityDenied:
            return DENIED
        return DENIED
