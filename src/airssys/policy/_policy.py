"""An operator's policy as a value, and what it says about one component."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Self

from airssys.capabilities import Capability, CapabilitySet
from airssys.errors import PolicyError
from airssys.trust import default_trust_file

from ._forbidden import forbidden_lines
from ._lines import Entry, Line, Lines
from ._read import read_policy
from ._role_problems import role_problems
from ._rules import ANY, Effect, Role, Rule, everything, order_of_roles

#: What airssys ships: whatever was declared and approved may be done, short of the forbidden list.
SHIPPED_RULES: Final = (
    Rule(
        effect=Effect.ALLOW,
        components=(ANY,),
        rights=everything(),
        reason="what was declared and approved may be done",
        source="shipped default",
    ),
)


def default_policy_file() -> Path:
    """Where the policy is unless the operator says otherwise: beside the trust file."""
    return default_trust_file().with_name("policy.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a policy says about one component.

    Attributes:
        component: its name.
        roles: the names of its roles, inherited ones too, nearest first.
        forbidden: the forbidden list.
        denied: deny rules that are about it.
        refused: both, so that one search finds out that neither is about a request.
        allowed: rights with the line that gives them: allow rules in their order, then roles, nearest first.
        wildcards: patterns that it may declare although they cancel the sandbox.
    """

    component: str
    roles: tuple[str, ...]
    forbidden: Lines = field(repr=False, compare=False)
    denied: Lines = field(repr=False, compare=False)
    refused: Lines = field(repr=False, compare=False)
    allowed: tuple[tuple[CapabilitySet, Line], ...]
    wildcards: CapabilitySet


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What an operator allows. `Policy()` is what airssys ships; a policy that was read is all there is: what it does
    not allow is denied. The forbidden list is a part of every policy.

    Attributes:
        rules: the access control list. Their order decides which of several allowing rules is named, nothing else.
        roles: every role.
        assigned: which component (or `*`) has which roles.
        wildcards: which component (or `*`) may declare which patterns that cancel the sandbox.
        protected: absolute paths of what airssys keeps; nobody reads or writes there.

    Raises:
        PolicyError: a role is there twice, is not there, or inherits itself; a protected path is relative.
    """

    rules: tuple[Rule, ...] = SHIPPED_RULES
    roles: tuple[Role, ...] = ()
    assigned: tuple[tuple[str, tuple[str, ...]], ...] = ()
    wildcards: tuple[tuple[str, CapabilitySet], ...] = ()
    protected: tuple[str, ...] = ()
    _forbidden: Lines = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        problems = tuple(self._problems())
        if problems:
            raise PolicyError("; ".join(problems), problems=problems)
        object.__setattr__(self, "_forbidden", forbidden_lines(self.protected))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read `policy.toml`. The file itself is protected from then on.

        Raises:
            PolicyError: the file cannot be used; all its problems at once, each with its line.
        """
        read = read_policy(Path(path))
        policy = cls(rules=read.rules, roles=read.roles, assigned=read.assigned, wildcards=read.wildcards)
        return policy.protecting(path)

    def protecting(self, *paths: str | os.PathLike[str]) -> Self:
        """The same policy, with more folders or files that nobody reads or writes. Follows links to find them."""
        return replace(self, protected=(*self.protected, *(os.path.realpath(path) for path in paths)))

    @property
    def named_wildcards(self) -> frozenset[Capability]:
        """Every pattern that cancels the sandbox and that some component may declare: what a manifest may have in it.
        Whether this component may is decided with every request.
        """
        return frozenset(right for _, rights in self.wildcards for right in rights)

    def of(self, component: str) -> Standing:
        """What it says about the component of that name, which need not exist."""
        about = [rule for rule in self.rules if _is_about(component, rule.components)]
        named = [name for who, names in self.assigned if _is_about(component, (who,)) for name in names]
        roles = order_of_roles(self.roles, named)
        denied = Lines(_entries(about))
        given = [(role.allow, Line(f"{role.source} role {role.name}")) for role in roles]
        return Standing(
            component=component,
            roles=tuple(role.name for role in roles),
            forbidden=self._forbidden,
            denied=denied,
            refused=Lines((*self._forbidden, *denied)) if denied.rights else self._forbidden,
            allowed=(*((rule.rights, _line(rule)) for rule in about if rule.effect is Effect.ALLOW), *given),
            wildcards=CapabilitySet(
                each for who, rights in self.wildcards if _is_about(component, (who,)) for each in rights
            ),
        )

    def _problems(self) -> Iterator[str]:
        names = [role.name for role in self.roles]
        yield from (f"there are several roles {name}" for name in dict.fromkeys(names) if names.count(name) > 1)
        yield from (problem.summary for problem, _ in role_problems(self.roles, self.assigned))
        yield from (f"{path} is not absolute" for path in self.protected if not os.path.isabs(path))


def _is_about(component: str, names: tuple[str, ...]) -> bool:
    return ANY in names or component in names


def _line(rule: Rule) -> Line:
    return Line(rule.source, rule.reason)


def _entries(rules: list[Rule]) -> Iterator[Entry]:
    for rule in rules:
        if rule.effect is Effect.DENY:
            yield from ((right, _line(rule)) for right in rule.rights)
