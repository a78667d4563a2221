"""What is forbidden to every component, whoever approved it and whatever mode the host is in.

A policy cannot shorten this list. It holds what would let a component out of its sandbox, or take the machine over.
Paths are resolved before they are compared, so a link does not lead around it; and whoever connects asks for the name
and for every address that it resolved to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import PurePosixPath
from typing import Final

from airssys.capabilities import Action, Capability, Kind, Request

from ._lines import Entry, Line, Lines


@dataclass(frozen=True, slots=True)
class Forbidden:
    """One entry of the list.

    Attributes:
        name: what records call it, after `forbidden:`.
        keys: which actions, as `[capabilities]` has them.
        patterns: with what.
        reason: why nobody may.
    """

    name: str
    keys: tuple[str, ...]
    patterns: tuple[str, ...]
    reason: str


_READ, _WRITE, _CONNECT = "filesystem.read", "filesystem.write", "network.connect"

#: The list as it ships; docs/guides/policy.md shows it.
FORBIDDEN: Final = (
    Forbidden(
        "system-files",
        (_WRITE,),
        ("/etc/**", "/boot/**", "/sys/**", "/proc/**", "/dev/**"),
        "who writes there takes the machine over",
    ),
    Forbidden(
        "passwords",
        (_READ,),
        ("/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-"),
        "it holds what passwords can be found out from",
    ),
    Forbidden("ssh", (_READ, _WRITE), ("/**/.ssh/**",), "it holds the keys of people and machines"),
    Forbidden(  # proc(5): mem, environ, fd, cwd and root lead into the host's own process
        "processes",
        (_READ,),
        ("/proc/self/**", "/proc/thread-self/**", "/proc/[0-9]*/**"),
        "it leads into the memory, the variables and the open files of processes, the host's among them",
    ),
    Forbidden(  # mem(4), proc(5)
        "memory", (_READ,), ("/dev/mem", "/dev/kmem", "/dev/port", "/proc/kcore"), "it is the memory of the machine"
    ),
    Forbidden(
        "link-local",
        (_CONNECT,),
        (
            "169.254.0.0/16:*",  # RFC 3927
            "[fe80::/10]:*",  # RFC 4291 2.5.6
            "[64:ff9b::a9fe:0/112]:*",  # 169.254.0.0/16 through NAT64, RFC 6052
            "[2002:a9fe::/32]:*",  # the same through 6to4, RFC 3056
            "[::a9fe:0/112]:*",  # the same as an IPv4-compatible address, RFC 4291 2.5.5.1
        ),
        "whoever is on the same wire answers there, and clouds hand out their credentials there",
    ),
    Forbidden(
        "cloud-metadata",
        (_CONNECT,),
        (
            "[fd00:ec2::254]:*",  # AWS
            "[fd00:ec2::23]:*",  # AWS, the credentials of a pod
            "[fd20:ce::254]:*",  # Google
            "100.100.100.200:*",  # Alibaba
            "192.0.0.192:*",  # Oracle
            "168.63.129.16:*",  # Azure
            "metadata.google.internal:*",
            "metadata.goog:*",
            "instance-data:*",  # AWS
            "instance-data.ec2.internal:*",
        ),
        "it hands out the credentials of this machine",
    ),
)

#: Lists that are remembered; a process has one policy, or a few while it changes.
_REMEMBERED: Final = 8

_PROTECTED: Final = Line("forbidden:airssys", "whoever changes what airssys keeps decides what it allows")


@lru_cache(_REMEMBERED)
def forbidden_lines(protected: tuple[str, ...]) -> Lines:
    """The whole list, and the folders and files of airssys itself, which are absolute paths."""
    return Lines((*_shipped(), *(entry for path in protected for entry in _protected_entries(path))))


@cache
def _shipped() -> tuple[Entry, ...]:
    return tuple(entry for each in FORBIDDEN for entry in _entries(each))


def _entries(each: Forbidden) -> Iterator[Entry]:
    line = Line(f"forbidden:{each.name}", each.reason)
    for key in each.keys:
        kind, _, action = key.partition(".")
        yield from ((Capability.parse(kind, action, pattern), line) for pattern in each.patterns)


def _protected_entries(path: str) -> Iterator[Entry]:
    """Nobody reads or writes there, nor renames a folder that leads there: it would be somewhere else then."""
    exact = Request(Kind.FILESYSTEM, Action.READ, path).narrowest()
    if exact is None:  # nothing in such a folder has a path that any pattern matches
        return
    below = exact.pattern.text.rstrip("/") + "/**"
    for action in (Action.READ, Action.WRITE):
        yield Capability.parse(Kind.FILESYSTEM, action, below), _PROTECTED
    for parent in PurePosixPath(path).parents:
        above = Request(Kind.FILESYSTEM, Action.WRITE, str(parent)).narrowest()
        if above is not None:
            yield above, _PROTECTED
