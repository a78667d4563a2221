"""Rules and roles: what an operator says, as values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from airssys.capabilities import ACTIONS, Capability, CapabilityError, CapabilitySet, Kind

#: In a rule: every component, every kind, every action, every resource. It has to be written: nothing stands for it.
ANY: Final = "*"

#: The pattern of each kind that matches every resource.
_EVERYTHING: Final[Mapping[Kind, str]] = MappingProxyType(
    {Kind.FILESYSTEM: "/**", Kind.NETWORK: "*:*", Kind.STORAGE: "#", Kind.MESSAGING: "#", Kind.ENVIRONMENT: "*"}
)


class Effect(StrEnum):
    """What a rule says about what it matches."""

    ALLOW = "allow"
    DENY = "deny"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """An entry of the access control list.

    Attributes:
        effect: allow or deny; deny wins, wherever it stands.
        components: names of components, or `*` for all. There are no other wildcards: `invoice-*` would be a promise
            about names that somebody else may choose.
        rights: what the rule is about; `rights_of` makes them.
        reason: why, in the operator's words.
        source: where it stands: `policy.toml:12`.
    """

    effect: Effect
    components: tuple[str, ...]
    rights: CapabilitySet
    reason: str = ""
    source: str = "python"


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """Rights with a name, for several components.

    Attributes:
        inherits: names of roles whose rights it has as well.
        allow: its own rights. A role cannot deny: whoever has two roles would have to know which one wins.
        source: where it stands: `policy.toml:20`.
    """

    name: str
    inherits: tuple[str, ...] = ()
    allow: CapabilitySet = field(default_factory=CapabilitySet)
    source: str = "python"


def rights_of(kind: str, action: str, resource: str) -> CapabilitySet:
    """The rights that these words stand for. `*` is every kind, every action, every resource; anything else is a word
    or a pattern of its kind.

    Raises:
        CapabilityError: there is no such kind or action, the pattern is malformed, or it has no kind.

    >>> print(rights_of("storage", "*", "invoices.#"))
    storage read invoices.#
    storage write invoices.#
    """
    if kind == ANY and resource != ANY:
        raise CapabilityError(f"the pattern {resource[:200]!a} needs a kind: every kind has patterns of its own")
    kinds = [each for each, actions in ACTIONS.items() if action in (ANY, *actions)] if kind == ANY else [kind]
    if not kinds:
        raise CapabilityError(f"no kind has an action {action[:80]!a}")
    return CapabilitySet(each for name in kinds for each in _of_kind(name, action, resource))


def everything() -> CapabilitySet:
    """All rights there are."""
    return rights_of(ANY, ANY, ANY)


def order_of_roles(roles: Iterable[Role], names: Iterable[str]) -> tuple[Role, ...]:
    """The roles of these names and all that they inherit, each once, nearest first. Names without a role are left out.

    >>> reader, writer = Role(name="reader"), Role(name="writer", inherits=("reader",))
    >>> [role.name for role in order_of_roles([reader, writer], ["writer"])]
    ['writer', 'reader']
    """
    by_name = {role.name: role for role in roles}
    found: dict[str, Role] = {}
    waiting = list(names)
    while waiting:
        role = by_name.get(waiting.pop(0))
        if role is not None and role.name not in found:
            found[role.name] = role
            waiting.extend(role.inherits)
    return tuple(found.values())


def find_cycle(roles: Iterable[Role]) -> tuple[str, ...]:
    """Names of roles that inherit each other in a circle, the first one again at the end; empty when none do."""
    inherits = {role.name: role.inherits for role in roles}
    done: set[str] = set()
    for start in inherits:
        trail: list[tuple[str, Iterator[str]]] = [(start, iter(inherits[start]))]
        while trail:
            following = next((name for name in trail[-1][1] if name in inherits and name not in done), None)
            names = [name for name, _ in trail]
            if following is None:
                done.add(trail.pop()[0])
            elif following in names:
                return (*names[names.index(following) :], following)
            else:
                trail.append((following, iter(inherits[following])))
    return ()


def _of_kind(kind: str, action: str, resource: str) -> Iterator[Capability]:
    actions = ACTIONS[Kind(kind)] if action == ANY and kind in ACTIONS else (action,)
    for each in actions:
        pattern = _EVERYTHING[Kind(kind)] if resource == ANY and kind in ACTIONS else resource
        yield Capability.parse(kind, each, pattern)
