"""Policies and components as hypothesis makes them, mostly about the kind of the request that is asked."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import strategies as st

from airssys.capabilities import CapabilitySet, Kind, Request
from airssys.policy import Effect, Policy, Role, Rule, SecurityContext
from airssys.trust import TrustLevel

from .capability_strategies import any_capability, capabilities, kinds, requests

_names = st.sampled_from(["invoice", "ledger", "*"])
_components = st.lists(_names, min_size=1, max_size=2, unique=True).map(tuple)


def _some(kind: Kind) -> st.SearchStrategy[CapabilitySet]:
    either = st.one_of(capabilities(kind), capabilities(kind), any_capability)
    return st.lists(either, max_size=4).map(CapabilitySet)


def rules(kind: Kind, effect: Effect | None = None) -> st.SearchStrategy[Rule]:
    """Rules, mostly about one kind."""
    effects = st.sampled_from(Effect) if effect is None else st.just(effect)
    return st.builds(Rule, effect=effects, components=_components, rights=_some(kind), reason=st.just("why"))


@st.composite
def _roles(draw: st.DrawFn, kind: Kind) -> tuple[Role, ...]:
    """Roles that inherit only from those before them, so that there is no circle."""
    roles: list[Role] = []
    for number in range(draw(st.integers(0, 3))):
        below = [each.name for each in roles]
        inherits = draw(st.lists(st.sampled_from(below), max_size=2, unique=True)) if below else []
        roles.append(Role(name=f"role-{number}", inherits=tuple(inherits), allow=draw(_some(kind))))
    return tuple(roles)


@st.composite
def _policies(draw: st.DrawFn, kind: Kind) -> Policy:
    roles = draw(_roles(kind))
    named = st.lists(st.sampled_from([each.name for each in roles]), max_size=2).map(tuple) if roles else st.just(())
    assigned = draw(st.dictionaries(_names, named, max_size=2))
    numbered = [replace(rule, source=f"rule:{at}") for at, rule in enumerate(draw(st.lists(rules(kind), max_size=5)))]
    return Policy(
        rules=tuple(numbered),
        roles=roles,
        assigned=tuple(assigned.items()),
        wildcards=draw(st.sampled_from([(), (("*", CapabilitySet(_boundless())),)])),
        protected=draw(st.sampled_from([(), ("/a",)])),
    )


def _boundless() -> CapabilitySet:
    table = {"filesystem.read": ["/**"], "network.connect": ["*:*"], "storage.write": ["#"], "environment.read": ["*"]}
    return CapabilitySet.of(table)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A component, and what it asks for."""

    kind: Kind
    context: SecurityContext
    request: Request


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Everything that a decision depends on."""
    kind = draw(kinds)
    context = SecurityContext(
        component="invoice",
        version="1.0.0",
        digest="ab" * 32,
        trust=draw(st.sampled_from(TrustLevel)),
        declared=draw(_some(kind)),
        approved=draw(_some(kind)),
        policy=draw(_policies(kind)),
    )
    forbidden = ["/etc/shadow", "/a/.ssh/b"] if kind is Kind.FILESYSTEM else []
    asked = draw(requests(kind))
    if forbidden and draw(st.integers(0, 9)) == 0:
        asked = Request(kind, asked.action, draw(st.sampled_from(forbidden)))
    return Case(kind=kind, context=context, request=asked)
