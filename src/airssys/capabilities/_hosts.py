"""Hosts: names, everything below a name, addresses and blocks of them."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final, TypeAlias

import idna

#: Longest name, as text without the final dot. Source: RFC 1035 2.3.4 (255 octets on the wire).
MAX_NAME_CHARACTERS: Final = 253

#: What resolvers read as a number. Source: WHATWG URL, "ends in a number checker".
_NUMBER: Final = r"(?:[0-9]++|0x[0-9a-f]*+)\Z"

#: Letters, digits and hyphens by RFC 1123 2.1, and underscores, which are no host names by it and are used as such. The
#: last label is no number: resolvers take such a name for an address.
_NAME: Final = re.compile(
    rf"(?!(?:[^.]*+\.)*{_NUMBER})(?:(?!-)[a-z0-9_-]{{1,63}}+(?<!-)(?:\.(?!\Z)|\Z))+",
)
_NUMBER_LABEL: Final = re.compile(_NUMBER)

#: The first bits of an IPv4 address that is mapped into IPv6. Source: RFC 4291 2.5.5.2.
_MAPPED: Final = ipaddress.IPv6Network("::ffff:0:0/96")

#: Shortest prefixes that some organisation can have for itself: 10.0.0.0/8 (RFC 1918) and fc00::/7 (RFC 4193). A
#: shorter one is a part of the whole internet.
SHORTEST_PREFIXES: Final = {4: 8, 6: 7}


Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class AnyHost:
    """Every name and every address."""

    def __str__(self) -> str:
        return "*"


@dataclass(frozen=True, slots=True)
class Name:
    """One name, in lower case and with its international labels encoded."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Below:
    """Every name with one label or more in front of this one; not the name itself."""

    domain: str

    def __str__(self) -> str:
        return f"*.{self.domain}"


@dataclass(frozen=True, slots=True)
class Block:
    """An address, or a block of them."""

    network: Network

    def __str__(self) -> str:
        is_one = self.network.prefixlen == self.network.max_prefixlen
        text = str(self.network.network_address) if is_one else str(self.network)
        return f"[{text}]" if self.network.version == 6 else text


Host: TypeAlias = AnyHost | Name | Below | Block


def covers(outer: Host, inner: Host) -> bool:
    """Whether everything that one host stands for, the other one does as well."""
    match outer, inner:
        case AnyHost(), _:
            return True
        case Below(), Name():
            return inner.name.endswith(f".{outer.domain}")
        case Below(), Below():
            return inner == outer or inner.domain.endswith(f".{outer.domain}")
        case Block(IPv4Network() as outer_block), Block(IPv4Network() as inner_block):
            return inner_block.subnet_of(outer_block)
        case Block(IPv6Network() as outer_block6), Block(IPv6Network() as inner_block6):
            return inner_block6.subnet_of(outer_block6)
    return outer == inner


def reaches_everywhere(host: Host) -> bool:
    """Whether it is the whole internet, a part of it that nobody can own, or a whole top-level domain."""
    match host:
        case AnyHost():
            return True
        case Below():
            return "." not in host.domain
        case Block():
            return host.network.prefixlen < SHORTEST_PREFIXES[host.network.version]
    return False


def read_name(text: str) -> str | None:
    """The name in the form in which names are compared; None when the text is no name, or an address in disguise."""
    name = text.lower() if text.isascii() else _encoded(text)
    name = name.removesuffix(".")
    if len(name) > MAX_NAME_CHARACTERS:
        return None
    return name if _NAME.fullmatch(name) else None


def ends_in_number(name: str) -> bool:
    """Whether resolvers read the name as an address, like `0x7f.1` or `2130706433`."""
    return _NUMBER_LABEL.fullmatch(name.removesuffix(".").rpartition(".")[2].lower()) is not None


def is_decodable(name: str) -> bool:
    """Whether every international label is what its encoding says: otherwise it could be shown as another name."""
    try:
        return all(idna.decode(label) for label in name.split(".") if label.startswith("xn--"))
    except UnicodeError:
        return False


def read_address(text: str) -> Address | None:
    """The address that a text is, without brackets; None when it is none.

    An IPv4 address that is mapped into IPv6 is the IPv4 address. One with a zone is none: it names a network card.
    """
    try:
        if ":" not in text:
            return IPv4Address(text if text.isascii() else _encoded(text))
        address = IPv6Address(text)
    except ValueError:
        return None
    return None if address.scope_id is not None else address.ipv4_mapped or address


def read_block(text: str) -> Block | None:
    """The address or block that a text is, without brackets; None when it is none, or has bits behind its prefix."""
    base, slash, prefix = text.partition("/")
    address = read_address(base)
    if address is None:
        return None
    try:
        network = ipaddress.ip_network(text) if slash else ipaddress.ip_network(address)
    except ValueError:
        return None
    if slash and not prefix.isdecimal():
        return None
    return Block(_unmapped(network))


def _unmapped(network: Network) -> Network:
    if network.version == 6 and network.subnet_of(_MAPPED):
        address = int(network.network_address) & 0xFFFF_FFFF
        return IPv4Network((address, network.prefixlen - _MAPPED.prefixlen))
    return network


def _encoded(text: str) -> str:
    """The name in ASCII by IDNA 2008 after the mapping of UTS 46; empty when it has no such form."""
    if len(text) > MAX_NAME_CHARACTERS:
        return ""
    try:
        return idna.encode(text, uts46=True).decode("ascii")
    except UnicodeError:
        return ""
