"""What tests of the policy share: components, rules and requests, written as people write them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from airssys.audit import Decided, Event, MemorySink
from airssys.capabilities import Capability, CapabilitySet, Request
from airssys.errors import AuditUnavailable
from airssys.policy import Effect, Policy, Role, Rule, SecurityContext, rights_of
from airssys.trust import TrustLevel

DIGEST = "ab" * 32
#: More than the forbidden list leaves, of every kind.
EVERYTHING = ("filesystem read /**", "filesystem write /**", "network connect *:*", "environment read *")


def rights(*texts: str) -> CapabilitySet:
    """Rights, as in `filesystem read /srv/**`."""
    return CapabilitySet(Capability.parse(*text.split(maxsplit=2)) for text in texts)


def request(text: str) -> Request:
    """A request, as in `filesystem read /srv/a`."""
    return Request.parse(text)


def _rule(effect: Effect, text: str, components: Iterable[str], source: str, reason: str) -> Rule:
    about = rights_of(*text.split(maxsplit=2))
    return Rule(effect=effect, components=tuple(components), rights=about, source=source, reason=reason)


def allow(text: str, *components: str, source: str = "policy.toml:1", reason: str = "") -> Rule:
    """A rule that allows; to everybody unless components are named."""
    return _rule(Effect.ALLOW, text, components or ("*",), source, reason)


def deny(text: str, *components: str, source: str = "policy.toml:9", reason: str = "") -> Rule:
    """A rule that denies; to everybody unless components are named."""
    return _rule(Effect.DENY, text, components or ("*",), source, reason)


def role(name: str, *allowed: str, inherits: Iterable[str] = ()) -> Role:
    """A role with its rights."""
    return Role(name=name, allow=rights(*allowed), inherits=tuple(inherits), source=f"policy.toml:{name}")


def unsealed(*more: str) -> Policy:
    """What airssys ships, with every wildcard named, so that only the forbidden list stands in the way."""
    return Policy(wildcards=(("*", rights(*EVERYTHING, *more)),))


def component(*declared: str, policy: Policy | None = None, **changes: Any) -> SecurityContext:
    """A component that declares this, all of it approved unless `approved` says otherwise."""
    asked = rights(*declared)
    values: dict[str, Any] = {
        "component": "invoice",
        "version": "2.0.1",
        "digest": DIGEST,
        "trust": TrustLevel.UNKNOWN,
        "declared": asked,
        "approved": asked,
        "policy": Policy() if policy is None else policy,
        "approved_by": "ada",
    }
    return SecurityContext(**(values | changes))


class Kept:
    """Records that are kept as they are; or refused, as by a disk that is full."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.is_full = False

    def append(self, event: Event, /) -> int:
        """See `Records`."""
        if self.is_full:
            raise AuditUnavailable("the disk is full")
        self.events.append(event)
        return len(self.events)

    @property
    def decisions(self) -> list[tuple[str, str, str, str | None]]:
        """What was asked for, what was said, by which rule, and the grant."""
        return [
            (str(each.request), each.outcome.value, each.rule, each.grant)
            for each in self.events
            if isinstance(each, Decided)
        ]


def members(sink: MemorySink) -> list[dict[str, Any]]:
    """The records of a real log, as JSON has them."""
    return [dict(entry.members) for entry in sink.entries()]
