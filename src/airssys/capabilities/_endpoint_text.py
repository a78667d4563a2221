"""How an endpoint is written as a pattern, and what is wrong with one that is not."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from ._hosts import (
    AnyHost,
    Below,
    Block,
    Host,
    Name,
    ends_in_number,
    is_decodable,
    reaches_everywhere,
    read_address,
    read_block,
    read_name,
)
from ._ports import Ports, read_ports
from ._problems import PatternError

#: An endpoint; the host has its brackets around it if there are any.
PARTS: Final = re.compile(r"(?P<host>\[[^\[\]]*+\]|[^:\[\]]*+):(?P<ports>[^:]*+)", re.DOTALL)

#: Ports that the schemes of URLs stand for. Source: RFC 9110 4.2.
_SCHEMES: Final = {"http": 80, "https": 443}

_EVERY_HOST: Final = "*"
_BELOW: Final = "*."


class _EndpointFault(Exception):
    """What is wrong with an endpoint, and why, as in `PatternError`."""

    def __init__(self, said: str, *, why: str) -> None:
        super().__init__(said)
        self.said = said
        self.why = why


def read_endpoint(text: str) -> tuple[Host, Ports]:
    """The host and the ports that a pattern names.

    Raises:
        PatternError: it names none.
    """
    try:
        return _read(text)
    except _EndpointFault as fault:
        raise PatternError(text, fault.said, why=fault.why, instead=_likely(text)) from None


def _read(text: str) -> tuple[Host, Ports]:
    if text == _EVERY_HOST:
        text = "*:*"
    parts = PARTS.fullmatch(text)
    if parts is None or "://" in text or "@" in text:
        raise _shape_fault(text)
    ports = read_ports(parts["ports"])
    if ports is None:
        why = "ports are a number from 1 to 65535, a range such as 8000-8080, or * for all of them"
        raise _EndpointFault(f"has the port {parts['ports'][:80]!a}", why=why)
    return _read_host(parts["host"]), ports


def _shape_fault(text: str) -> _EndpointFault:
    if not text:
        return _EndpointFault("is empty", why="it names nothing")
    if "://" in text:
        return _EndpointFault("is a URL", why="what is reached is a host and a port, whatever the path")
    if "@" in text:
        return _EndpointFault("has a user in it", why="the host is what follows, and a reader would be misled")
    if read_address(text) is not None and ":" in text:
        return _EndpointFault("is an IPv6 address without brackets", why="its last part could be a port")
    if ":" not in text or text.endswith("]"):
        return _EndpointFault("has no port", why="a right to one service of a host is no right to the others")
    return _EndpointFault("is not of the form host:port", why="nobody could tell the host from the port")


def _read_host(text: str) -> Host:
    if text == _EVERY_HOST:
        return AnyHost()
    is_bracketed = text.startswith("[")
    block = read_block(text[1:-1] if is_bracketed else text)
    if block is not None and is_bracketed == (":" in text):
        return block
    domain = read_name(text.removeprefix(_BELOW))
    if domain is None or not is_decodable(domain):
        raise _host_fault(text)
    return Below(domain) if text.startswith(_BELOW) else Name(domain)


def _host_fault(text: str) -> _EndpointFault:
    if "*" in text.removeprefix(_BELOW):
        why = "*. stands before a whole name, so that it cannot match evilexample.org for example.org"
        return _EndpointFault("has a * within its host", why=why)
    if "/" in text:
        if _enclosing_block(text) is not None and text.strip("[]").rpartition("/")[2].isdecimal():
            return _EndpointFault(
                "has bits set behind the prefix of its block", why="it is unclear which block is meant"
            )
        return _EndpointFault(
            "has a block that does not exist", why="a block is an address, a slash and a prefix length"
        )
    if text.startswith("["):
        return _EndpointFault("has no IPv6 address in its brackets", why="brackets hold an IPv6 address or a block")
    if ends_in_number(text):
        return _EndpointFault(
            "has an address in disguise", why="resolvers would read it as an address it does not show"
        )
    why = "names have labels of letters, digits and hyphens with dots between them; other scripts follow IDNA 2008"
    return _EndpointFault("has no host" if not text else "has a malformed host", why=why)


def _enclosing_block(text: str) -> Block | None:
    """The block that an address with a prefix lies in."""
    try:
        network = ipaddress.ip_network(text.strip("[]"), strict=False)
    except ValueError:
        return None
    return read_block(str(network))


def _likely(text: str) -> tuple[str, ...]:
    """The pattern that a text was probably meant to be; none that reaches everywhere."""
    for repair in _REPAIRS:
        text = repair(text)
        try:
            host, ports = _read(text)
        except _EndpointFault:
            continue
        return () if reaches_everywhere(host) else (f"{host}:{ports}",)
    return ()


def _without_scheme(text: str) -> str:
    try:
        url = urlsplit(text)
        port = url.port or _SCHEMES.get(url.scheme)
    except ValueError:
        return text
    if "://" not in text or not url.hostname or port is None:
        return text
    return f"[{url.hostname}]:{port}" if ":" in url.hostname else f"{url.hostname}:{port}"


def _without_path(text: str) -> str:
    return text.partition("/")[0] if re.match(r"[^/:]*:[0-9*-]+/", text) else text


def _without_user(text: str) -> str:
    return text.rpartition("@")[2]


def _with_brackets(text: str) -> str:
    """`2001:db8::1:80` as `[2001:db8::1]:80`, and `[2001:db8::]/32:443` as `[2001:db8::/32]:443`."""
    host, _, port = text.rpartition(":")
    if ":" in host and read_address(host) is not None and read_ports(port):
        return f"[{host}]:{port}"
    is_bare = ":" in text and read_address(text) is not None
    return f"[{text}]" if is_bare else re.sub(r"\]/([0-9]+)", r"/\1]", text)


def _with_port(text: str) -> str:
    return text if ":" in text and not text.endswith("]") else f"{text}:443"


def _with_ports_in_order(text: str) -> str:
    host, _, ports = text.rpartition(":")
    low, dash, high = ports.partition("-")
    return f"{host}:{high}-{low}" if dash and read_ports(f"{high}-{low}") else text


def _with_whole_labels(text: str) -> str:
    """`**.example.org:443` and `*example.org:443` as `*.example.org:443`."""
    return re.sub(r"^(?:\*+\.?)+", "*.", text)


def _with_block(text: str) -> str:
    """`10.0.*.*:80` as `10.0.0.0/16:80`, and `10.0.0.1/8:80` as `10.0.0.0/8:80`."""
    host, _, ports = text.rpartition(":")
    numbers = re.fullmatch(r"((?:[0-9]{1,3}\.){1,3})\*(?:\.\*)*", host)
    if numbers is not None:
        known = numbers[1].rstrip(".").split(".")
        host = ".".join([*known, *["0"] * (4 - len(known))]) + f"/{8 * len(known)}"
    block = _enclosing_block(host) if "/" in host else None
    return text if block is None else f"{block}:{ports}"


#: What people write, and what they mean; tried one after the other, each on what the one before it made.
_REPAIRS: Final[tuple[Callable[[str], str], ...]] = (
    str.strip,
    _without_scheme,
    _without_path,
    _without_user,
    _with_brackets,
    _with_port,
    _with_ports_in_order,
    _with_whole_labels,
    _with_block,
)
