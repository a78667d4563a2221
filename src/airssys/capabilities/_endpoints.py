"""Endpoints: `host:port`."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from typing import Final, NamedTuple, Self

from ._endpoint_text import PARTS, read_endpoint
from ._hosts import Host, covers, reaches_everywhere, read_address, read_name
from ._ports import Ports, read_port

#: Longest endpoint that is looked at: a name, a colon, a port, and room for international labels. Ours.
MAX_ENDPOINT_CHARACTERS: Final = 512


class Endpoint(NamedTuple):
    """An endpoint of a request, as patterns are compared with it.

    Attributes:
        name: of the host; empty when it is an address.
        version: 4 or 6 for an address, 0 for a name.
        address: the address as a number.
        port: the port.
    """

    name: str
    version: int
    address: int
    port: int

    def __str__(self) -> str:
        if self.version == 0:
            return f"{self.name}:{self.port}"
        return (
            f"{IPv4Address(self.address)}:{self.port}"
            if self.version == 4
            else f"[{IPv6Address(self.address)}]:{self.port}"
        )


@dataclass(frozen=True, slots=True, init=False)
class EndpointPattern:
    """A host and its ports: `example.org:443`, `*.example.org:8000-8080`, `10.0.0.0/8:*`, `[2001:db8::/32]:443`.

    `*.example.org` is every name with a label or more before that one, and not that one. Names are compared in lower
    case, without the final dot, and with international labels encoded; an IPv4 address that is mapped into IPv6 is that
    IPv4 address. A name never stands for an address, nor an address for a name: both are asked for.

    Attributes:
        text: the pattern as it is shown: every pattern that is merely written in another way has the same.
        host, ports: its two sides.

    Raises:
        PatternError: the text is no pattern.

    >>> EndpointPattern("BÜCHER.example.:443").text, EndpointPattern("[::ffff:10.1.2.3]:80").text
    ('xn--bcher-kva.example:443', '10.1.2.3:80')
    """

    text: str
    host: Host = field(repr=False, compare=False)
    ports: Ports = field(repr=False, compare=False)

    def __init__(self, text: str) -> None:
        self._become(*read_endpoint(text))

    @property
    def is_boundless(self) -> bool:
        """Whether it reaches the whole internet, a part of it that nobody can own, or a whole top-level domain."""
        return reaches_everywhere(self.host)

    def covers(self, other: Self) -> bool:
        """Whether everything that the other one matches, this one matches."""
        return (
            self.ports.low <= other.ports.low and other.ports.high <= self.ports.high and covers(self.host, other.host)
        )

    def meet(self, other: Self) -> tuple[Self, ...]:
        """The pattern that matches what both match; empty when there is nothing."""
        ports = Ports(max(self.ports.low, other.ports.low), min(self.ports.high, other.ports.high))
        if ports.low > ports.high:
            return ()
        narrower = self.host if covers(other.host, self.host) else other.host if covers(self.host, other.host) else None
        return () if narrower is None else (self._of(narrower, ports),)

    def __str__(self) -> str:
        return self.text

    @classmethod
    def _of(cls, host: Host, ports: Ports) -> Self:
        made = cls.__new__(cls)
        made._become(host, ports)
        return made

    def _become(self, host: Host, ports: Ports) -> None:
        object.__setattr__(self, "host", host)
        object.__setattr__(self, "ports", ports)
        object.__setattr__(self, "text", f"{host}:{ports}")


def normal_endpoint(text: str) -> Endpoint | None:
    """The endpoint as patterns are compared with it; None when no pattern matches it, whatever it is."""
    parts = PARTS.fullmatch(text) if len(text) <= MAX_ENDPOINT_CHARACTERS else None
    port = read_port(parts["ports"]) if parts else None
    if parts is None or port is None:
        return None
    host = parts["host"]
    name = read_name(host)
    if name is not None:
        return Endpoint(name, 0, 0, port)
    is_bracketed = host.startswith("[")
    address = read_address(host[1:-1] if is_bracketed else host)
    if address is None or is_bracketed != (":" in host):
        return None
    return Endpoint("", address.version, int(address), port)


def endpoint_fault(text: str) -> tuple[str, str] | None:
    """What is wrong with an endpoint that no pattern matches, and why; None when nothing is."""
    if normal_endpoint(text) is not None:
        return None
    return "is no endpoint", "an endpoint is a host name or an address, IPv6 in brackets, a colon, and a port"
