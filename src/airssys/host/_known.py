"""Interfaces that airssys knows by name. One that nobody granted is answered with refusals; any other is an error."""

from __future__ import annotations

from typing import Final

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
