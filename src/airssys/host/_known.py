"""Interfaces that airssys knows by name. One that nobody granted is answered with refusals; any other is an error."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from airssys.engine import HostInterface
from airssys.engine.wit import best_match

#: Packages that guests of ordinary toolchains import whether or not they use them: WASI 0.2 and our own messaging.
_PACKAGES: Final = (
    "wasi:cli/",
    "wasi:clocks/",
    "wasi:config/",
    "wasi:filesystem/",
    "wasi:http/",
    "wasi:io/",
    "wasi:keyvalue/",
    "wasi:logging/",
    "wasi:random/",
    "wasi:sockets/",
    "airssys:component/messaging",
)


def is_known_interface(name: str) -> bool:
    """Whether an import is one that airssys answers once it is granted.

    >>> is_known_interface("wasi:random/random@0.2.6"), is_known_interface("acme:billing/rates")
    (True, False)
    """
    return name.startswith(_PACKAGES)


def not_among(interfaces: Iterable[HostInterface], passed: Sequence[HostInterface]) -> list[HostInterface]:
    """Those of our interfaces that the embedding program does not answer itself, in whatever compatible version."""
    names = [each.name for each in passed if not each.is_root]
    return [each for each in interfaces if best_match(each.name, names) is None]
