"""The two lines that ask whether a pattern admits a resource."""

from __future__ import annotations

from airssys.capabilities import Action, Capability, CapabilitySet, Kind, Request


def admits(kind: Kind, action: Action, pattern: str, resource: str) -> bool:
    """Whether a set of this one pattern admits the resource."""
    rights = CapabilitySet([Capability.parse(kind, action, pattern)])
    return rights.allows(Request(kind, action, resource)) is not None


def reads(pattern: str, path: str) -> bool:
    return admits(Kind.FILESYSTEM, Action.READ, pattern, path)


def connects(pattern: str, endpoint: str) -> bool:
    return admits(Kind.NETWORK, Action.CONNECT, pattern, endpoint)


def keeps(pattern: str, namespace: str) -> bool:
    return admits(Kind.STORAGE, Action.READ, pattern, namespace)


def sees(pattern: str, variable: str) -> bool:
    return admits(Kind.ENVIRONMENT, Action.READ, pattern, variable)
